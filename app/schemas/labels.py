"""The French label of every code that the API serves; those of the law stand in `app.rules.labels`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.principal import Role, Scope
from app.rules.codes import ClauseState
from app.rules.labels import LABELS as LAW
from app.schemas.assessments import Eligibility
from app.schemas.compliance import Figure
from app.schemas.contracts import ContractKind
from app.schemas.figures import Basis
from app.schemas.follow_up import ActionCode
from app.schemas.hires import EndReason, HireWarning, Prescriber
from app.schemas.imports import ImportOutcome
from app.schemas.jobs import JobState
from app.schemas.participants import Purpose
from app.schemas.persons import MergeReason, PersonDecision, SeparationReason
from app.schemas.rules import ProfileState
from app.schemas.social_conditions import SocialConditionKind

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS: Mapping[str, Mapping[str, str]] = {
    "roles": {
        Role.ADMIN: "Plateforme",
        Role.BUYER: "Acheteur",
        Role.CONTRACTOR: "Entreprise titulaire ou sous-traitante",
        Role.FACILITATOR: "Facilitateur",
        Role.INSERTION_STRUCTURE: "Structure d'insertion",
        Role.PRESCRIBER: "Prescripteur",
        Role.OBSERVER: "Observateur",
    },
    "scopes": {Scope.READ: "Lecture", Scope.WRITE: "Écriture"},
    "contract_kinds": {
        ContractKind.WORKS: "Travaux",
        ContractKind.SUPPLIES: "Fournitures",
        ContractKind.SERVICES: "Services",
    },
    "social_conditions": {
        SocialConditionKind.INSERTION_HOURS: "Heures d'insertion",
        SocialConditionKind.TRAINING: "Formation",
        SocialConditionKind.RESERVED: "Marché réservé",
        SocialConditionKind.CRITERION: "Critère de choix des offres",
        SocialConditionKind.OTHER: "Autre",
    },
    "clause_states": {
        **{state: LAW["statuses"][state] for state in ClauseState},
        "clause": "Clause enregistrée",
    },
    "clause_reasons": {
        "waiver": "Absence motivée enregistrée",
        "social_condition": "Autre condition sociale enregistrée",
        "published": "« Clause sociale » publiée dans les DECP",
        "announced": "Heures d'insertion annoncées, sans clause",
        "before_obligation": "Consultation antérieure à l'obligation",
        "value_unknown": "Valeur estimée inconnue",
        "launch_unknown": "Date de lancement inconnue",
        "kind_unknown": "Nature de la consultation inconnue",
        "below_threshold": "Sous le seuil européen",
        "between_thresholds": "Entre les seuils européens possibles",
        "lots_disagree": "Valeurs différentes selon les lots",
        "above_threshold": "Au moins au seuil européen",
    },
    "prescribers": {
        Prescriber.MISSION_LOCALE: "Mission locale",
        Prescriber.FRANCE_TRAVAIL: "France Travail",
        Prescriber.CAP_EMPLOI: "Cap emploi",
        Prescriber.PLIE: "PLIE",
        Prescriber.MAISON_EMPLOI: "Maison de l'emploi",
        Prescriber.DEPARTEMENT: "Département",
        Prescriber.OTHER: "Autre",
    },
    "end_reasons": {
        EndReason.END_OF_CONTRACT: "Fin du contrat de travail",
        EndReason.END_OF_WORKS: "Fin du chantier ou de la prestation",
        EndReason.RESIGNATION: "Démission",
        EndReason.DISMISSAL: "Licenciement",
        EndReason.MUTUAL_AGREEMENT: "Rupture conventionnelle ou amiable",
        EndReason.TRIAL_PERIOD: "Rupture en période d'essai",
        EndReason.HIRED_ELSEWHERE: "Embauche ailleurs",
        EndReason.OTHER: "Autre",
    },
    "hire_warnings": {
        HireWarning.MODALITY_NOT_ACCEPTED: "Modalité non acceptée par la clause",
        HireWarning.CONTRACT_TYPE_NOT_ACCEPTED: "Type de contrat non accepté par la clause",
        HireWarning.OUTSIDE_WINDOW: "Début hors de la période d'exécution",
    },
    "eligibility": {
        Eligibility.WAITING: "En attente",
        Eligibility.ELIGIBLE: "Éligible",
        Eligibility.NOT_ELIGIBLE: "Non éligible",
    },
    "profile_states": {
        ProfileState.DRAFT: "Brouillon",
        ProfileState.PUBLISHED: "Publiée",
        ProfileState.WITHDRAWN: "Retirée",
    },
    "purposes": {
        Purpose.ELIGIBILITY_REVIEW: "Examen de l'éligibilité",
        Purpose.HOURS_REVIEW: "Examen d'un relevé",
        Purpose.DUPLICATE_CHECK: "Recherche de doublon",
        Purpose.SUPPORT: "Accompagnement de la personne",
        Purpose.RIGHTS_REQUEST: "Demande d'exercice de droits",
    },
    "figures": {
        Figure.COUNTED: "Comptées",
        Figure.PENDING: "En attente",
        Figure.HELD: "Retenues",
        Figure.REFUSED: "Refusées",
        Figure.DECLARED: "Déclarées",
    },
    "next_actions": {
        ActionCode.MISSING_STATEMENT: "Relevé manquant",
        ActionCode.STATEMENT_RETURNED: "Relevé renvoyé, à corriger",
        ActionCode.ASSESSMENTS_WAITING: "Diagnostics en attente",
        ActionCode.HOURS_HELD: "Heures retenues",
        ActionCode.OUTCOMES_MISSING: "Sorties à renseigner",
        ActionCode.ELIGIBILITY_ENDING: "Fin d'éligibilité proche",
        ActionCode.HIRE_END_PASSED: "Fin prévue passée, à confirmer",
        ActionCode.WINDOW_ENDING: "Fin d'exécution proche, heures manquantes",
        ActionCode.NO_FACILITATOR: "Aucun facilitateur mandaté",
        ActionCode.CLAUSE_MISSING: "Clause manquante",
        ActionCode.CLAUSE_TO_CHECK: "Clause à vérifier",
    },
    "bases": {
        Basis.EXECUTION: "Lieu d'exécution",
        Basis.RESIDENCE: "Domicile",
        Basis.BUYER: "Siège de l'acheteur",
        Basis.FACILITATOR: "Siège du facilitateur",
    },
    "territory_levels": {
        "country": "Pays",
        "region": "Région",
        "department": "Département",
        "epci": "EPCI à fiscalité propre",
        "ept": "Établissement public territorial",
        "commune": "Commune ou arrondissement municipal",
    },
    "territory_kinds": {
        "country": "Pays",
        "mainland": "Hexagone et Corse",
        "drom": "Département ou région d'outre-mer",
        "com": "Collectivité d'outre-mer",
        "CC": "Communauté de communes",
        "CA": "Communauté d'agglomération",
        "CU": "Communauté urbaine",
        "METRO": "Métropole",
        "MET69": "Métropole de Lyon",
        "EPT": "Établissement public territorial",
        "commune": "Commune",
        "arrondissement_municipal": "Arrondissement municipal",
    },
    "import_kinds": {"decp": "Données essentielles de la commande publique"},
    "import_outcomes": {
        ImportOutcome.CREATED: "Inscrit",
        ImportOutcome.UNCHANGED: "Déjà connu",
        ImportOutcome.CONFLICT: "Contenu différent",
        ImportOutcome.OTHER_BUYER: "Autre acheteur",
        ImportOutcome.REJECTED: "Écarté",
        ImportOutcome.NOTED: "Remarque",
    },
    "person_decisions": {
        PersonDecision.MERGED: "Réunies",
        PersonDecision.SEPARATED: "Séparées",
    },
    "merge_reasons": {
        MergeReason.SAME_IDENTITY: "Même état civil",
        MergeReason.TYPING_ERROR: "Faute de saisie dans l'état civil",
        MergeReason.NAME_CHANGED: "Changement de nom ou de prénom",
        MergeReason.PERSON_CONFIRMED: "La personne l'a confirmé",
        MergeReason.DOCUMENT_SEEN: "Une pièce l'établit",
    },
    "separation_reasons": {
        SeparationReason.NAMESAKE: "Homonymes",
        SeparationReason.MERGED_BY_MISTAKE: "Réunies par erreur",
        SeparationReason.PERSON_CONFIRMED: "La personne l'a confirmé",
        SeparationReason.DOCUMENT_SEEN: "Une pièce l'établit",
    },
    "severities": {"error": "Erreur", "warning": "Avertissement"},
    "job_kinds": {
        "import": "Import",
        "recount": "Nouveau décompte",
        "recount_person": "Nouveau décompte d'une personne",
        "roll_over": "Passage au jour suivant",
        "recheck": "État de clause d'un contrat revu",
        "recheck_all": "États de clause revus",
    },
    "job_states": {
        JobState.WAITING: "En attente",
        JobState.RUNNING: "En cours",
        JobState.DONE: "Terminé",
        JobState.FAILED: "Échoué",
    },
    "changes": {
        "organisation.created": "Organisme créé",
        "organisation.updated": "Organisme modifié",
        "api_key.created": "Clé créée",
        "api_key.issued": "Clé créée à la ligne de commande",
        "api_key.revoked": "Clé révoquée",
        "contract.registered": "Contrat enregistré",
        "contract.updated": "Contrat modifié",
        "contract.place_resolved": "Lieu d'exécution choisi",
        "contract.closed": "Contrat clos",
        "contract.rechecked": "État de clause revu par le service",
        "clause.recorded": "Clause enregistrée",
        "clause.amended": "Clause modifiée par avenant",
        "invoice.recorded": "Facture enregistrée",
        "invoice.reversed": "Facture annulée, en tout ou partie",
        "mandate.given": "Mandat donné",
        "mandate.ended": "Mandat fini, ou fin fixée",
        "participant.created": "Personne enregistrée",
        "participant.updated": "Personne rectifiée",
        "identity.read": "Identité lue, avec un motif",
        "identity.searched": "Identité cherchée, avec un motif",
        "hire.declared": "Mise à l'emploi déclarée",
        "hire.updated": "Mise à l'emploi corrigée",
        "hire.ended": "Mise à l'emploi finie",
        "outcome.recorded": "Situation après la mise à l'emploi dite ou corrigée",
        "duplicates.read": "Doublons probables lus, avec un motif",
        "person_links.read": "Réunions et séparations de fiches lues, avec un motif",
        "participants.merged": "Fiches réunies : une seule personne",
        "participants.separated": "Fiches séparées : deux personnes",
        "assessments.renewed": "Durées d'éligibilité recalculées par le service",
        "assessment.read": "Diagnostic lu, avec un motif",
        "assessment.recorded": "Faits ou preuves enregistrés",
        "assessment.decided": "Éligibilité décidée",
        "statement.submitted": "Relevé envoyé",
        "statement.corrected": "Relevé corrigé",
        "statement.reviewed": "Relevé examiné",
        "lines.recounted": "Heures recomptées par le service",
        "import.queued": "Import reçu",
        "import.finished": "Import terminé",
        "position.fixed": "Positions fixées par le service",
    },
    "objects": {
        "organisation": "Organisme",
        "api_key": "Clé d'API",
        "contract": "Contrat",
        "clause": "Clause",
        "invoice": "Facture",
        "mandate": "Mandat",
        "participant": "Personne",
        "hire": "Mise à l'emploi",
        "assessment": "Diagnostic",
        "statement": "Relevé",
        "import": "Import",
    },
    "units": {
        "h": "Heures",
        "h/week": "Heures par semaine",
        "days": "Jours",
        "months": "Mois",
        "share": "Part, de 0 à 1",
        "EUR": "Euros",
        "EUR/h": "Euros par heure",
        "count": "Nombre",
        "people": "Personnes",
        "yes": "Oui",
    },
}
