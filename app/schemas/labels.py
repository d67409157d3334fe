"""The French label of every code that the API serves; those of the law stand in `app.rules.labels`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.principal import Role, Scope
from app.rules.codes import ClauseState
from app.rules.labels import LABELS as LAW
from app.schemas.assessments import Eligibility
from app.schemas.compliance import ActionCode, Figure
from app.schemas.contracts import ContractKind, SocialConditionKind, WaiverGround
from app.schemas.disputes import DisputeKind, DisputeOutcome, DisputeState
from app.schemas.figures import Basis
from app.schemas.hires import EndReason, HireWarning, Prescriber
from app.schemas.imports import ImportOutcome
from app.schemas.jobs import JobState
from app.schemas.participants import Purpose, Sex
from app.schemas.penalties import PenaltyFactKind, PenaltyOutcome

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
    "waiver_grounds": {
        WaiverGround.IMMEDIATE_SOLUTION: "Solution immédiatement disponible",
        WaiverGround.NO_LINK: "Sans lien suffisant avec l'objet du marché",
        WaiverGround.COMPETITION: "Concurrence restreinte ou exécution rendue plus difficile ou plus chère",
        WaiverGround.SHORT_WORKS: "Travaux de moins de six mois",
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
    "sexes": {Sex.FEMALE: "Féminin", Sex.MALE: "Masculin"},
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
        ActionCode.ASSESSMENTS_WAITING: "Diagnostics en attente",
        ActionCode.HOURS_HELD: "Heures retenues",
        ActionCode.DISPUTES_OPEN: "Contestations ouvertes",
    },
    "penalty_facts": {
        PenaltyFactKind.DOCUMENT_EXPECTED: "Document attendu",
        PenaltyFactKind.DOCUMENT_RECEIVED: "Document reçu",
        PenaltyFactKind.NOTICE_SENT: "Mise en demeure envoyée",
        PenaltyFactKind.NOTICE_RECEIVED: "Mise en demeure reçue",
        PenaltyFactKind.EVENT: "Manquement",
    },
    "penalty_outcomes": {
        PenaltyOutcome.APPLY: "Appliquer",
        PenaltyOutcome.REDUCE: "Réduire",
        PenaltyOutcome.WAIVE: "Renoncer",
    },
    "dispute_kinds": {
        DisputeKind.LINE: "Ligne d'un relevé",
        DisputeKind.ASSESSMENT: "Éligibilité",
        DisputeKind.PENALTY: "Pénalités",
    },
    "dispute_states": {
        DisputeState.OPEN: "Ouverte",
        DisputeState.ANSWERED: "Répondue",
        DisputeState.WITHDRAWN: "Retirée",
    },
    "dispute_outcomes": {
        DisputeOutcome.UPHELD: "Fondée",
        DisputeOutcome.PARTLY_UPHELD: "Fondée en partie",
        DisputeOutcome.REJECTED: "Rejetée",
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
    "severities": {"error": "Erreur", "warning": "Avertissement"},
    "job_kinds": {
        "import": "Import",
        "recount": "Nouveau décompte",
        "roll_over": "Passage au jour suivant",
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
        "clause.recorded": "Clause enregistrée",
        "clause.amended": "Clause modifiée par avenant",
        "mandate.given": "Mandat donné",
        "mandate.ended": "Mandat fini, ou fin fixée",
        "participant.created": "Personne enregistrée",
        "participant.updated": "Personne rectifiée",
        "identity.read": "Identité lue, avec un motif",
        "identity.searched": "Identité cherchée, avec un motif",
        "hire.declared": "Mise à l'emploi déclarée",
        "hire.updated": "Mise à l'emploi corrigée",
        "hire.ended": "Mise à l'emploi finie",
        "assessment.read": "Diagnostic lu, avec un motif",
        "assessment.recorded": "Faits ou preuves enregistrés",
        "assessment.decided": "Éligibilité décidée",
        "statement.submitted": "Relevé envoyé",
        "statement.corrected": "Relevé corrigé",
        "statement.reviewed": "Relevé examiné",
        "lines.recounted": "Heures recomptées par le service",
        "penalty.fact_recorded": "Fait enregistré en vue de pénalités",
        "penalty.fact_cancelled": "Fait annulé",
        "penalty.decided": "Pénalités décidées",
        "dispute.opened": "Contestation ouverte",
        "dispute.answered": "Contestation répondue",
        "dispute.withdrawn": "Contestation retirée",
        "import.queued": "Import reçu",
        "import.finished": "Import terminé",
        "position.fixed": "Positions fixées par le service",
    },
    "objects": {
        "organisation": "Organisme",
        "api_key": "Clé d'API",
        "contract": "Contrat",
        "clause": "Clause",
        "mandate": "Mandat",
        "participant": "Personne",
        "hire": "Mise à l'emploi",
        "assessment": "Diagnostic",
        "statement": "Relevé",
        "penalty_fact": "Fait en vue de pénalités",
        "penalty_decision": "Décision sur des pénalités",
        "dispute": "Contestation",
        "import": "Import",
    },
    "units": {
        "h": "Heures",
        "h/week": "Heures par semaine",
        "days": "Jours",
        "day": "Jour, AAAA-MM-JJ",
        "months": "Mois",
        "share": "Part, de 0 à 1",
        "EUR": "Euros",
        "EUR/h": "Euros par heure",
        "yes": "Oui",
    },
}
