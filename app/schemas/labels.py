"""The French label of every code that the API serves; those of the law stand in `app.rules.labels`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.principal import CredentialKind, Role, Scope, SubjectKind
from app.rules.codes import ClauseState
from app.rules.labels import LABELS as LAW
from app.rules.retention import RetentionReason
from app.schemas.addresses import ADDRESS_LABELS
from app.schemas.assessments import Eligibility
from app.schemas.compliance import Figure
from app.schemas.connectors import CONNECTOR_LABELS
from app.schemas.consolidations import ConsolidatedBy
from app.schemas.contracts import ContractKind
from app.schemas.decp_labels import DECP_LABELS
from app.schemas.disputes import DisputeKind, DisputeOutcome, DisputeState
from app.schemas.events import TrailForm
from app.schemas.export_jobs import ExportKind
from app.schemas.exports import DocumentForm, ExportForm, Separator, TableForm
from app.schemas.figures import Basis
from app.schemas.follow_up import ActionCode
from app.schemas.hires import EndReason, HireWarning, Prescriber
from app.schemas.imports import ImportOutcome, MappingSource
from app.schemas.jobs import JobState
from app.schemas.organisation_labels import ORGANISATION_LABELS
from app.schemas.participants import Purpose
from app.schemas.penalties import PenaltyFactKind, PenaltyOutcome
from app.schemas.persons import MergeReason, PersonDecision, SeparationReason
from app.schemas.reminders import REMINDER_LABELS
from app.schemas.rights import ErasureGround, OppositionDecision, OppositionGround
from app.schemas.rules import ProfileState
from app.schemas.social_conditions import SocialConditionKind
from app.schemas.trail_labels import CHANGES, OBJECTS
from app.schemas.webhook_labels import WEBHOOK_LABELS

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
    "credentials": {
        CredentialKind.API_KEY: "Clé d'API",
        CredentialKind.MEMBERSHIP: "Jeton d'un compte qui a un accès",
    },
    "subject_kinds": {SubjectKind.PERSON: "Personne", SubjectKind.CLIENT: "Machine"},
    **ORGANISATION_LABELS,
    "key_warnings": {"key_expires_soon": "Clé bientôt finie"},
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
    "trail_forms": {
        TrailForm.CSV: "CSV, pour un tableur",
        TrailForm.NDJSON: "NDJSON, un changement par ligne",
    },
    "table_forms": {TableForm.CSV: "CSV", TableForm.XLSX: "Classeur XLSX"},
    "export_forms": {
        ExportForm.CSV: "CSV",
        ExportForm.XLSX: "Classeur XLSX",
        ExportForm.JSON: "JSON",
    },
    "export_kinds": {
        ExportKind.CONTRACTS: "Contrats",
        ExportKind.STATEMENTS: "Relevés d'heures",
        ExportKind.ENTRIES: "Écritures des heures",
        ExportKind.HOURS: "Heures déclarées",
        ExportKind.TERRITORIES: "Chiffres des territoires",
        ExportKind.OPEN_DATA: "Données ouvertes",
        ExportKind.DECP: "Contrats au format DECP",
    },
    "document_forms": {DocumentForm.PDF: "PDF", DocumentForm.XLSX: "Classeur XLSX"},
    "separators": {Separator.SEMICOLON: "Point-virgule", Separator.COMMA: "Virgule"},
    "next_actions": {
        ActionCode.STATEMENT_DUE: "Relevé à envoyer bientôt",
        ActionCode.MISSING_STATEMENT: "Relevé manquant",
        ActionCode.MISSING_DOCUMENT: "Document manquant",
        ActionCode.STATEMENT_TO_APPROVE: "Relevé à approuver par le titulaire",
        ActionCode.STATEMENT_SENT_BACK: "Relevé renvoyé par le titulaire",
        ActionCode.STATEMENT_TO_REVIEW: "Relevé à examiner",
        ActionCode.CONTRACT_STARTING: "Exécution qui commence bientôt",
        ActionCode.CONTACT_UNREACHABLE: "Interlocuteur injoignable",
        ActionCode.CONTACT_TO_CONFIRM: "Interlocuteur à confirmer",
        ActionCode.STATEMENT_RETURNED: "Relevé renvoyé, à corriger",
        ActionCode.ASSESSMENTS_WAITING: "Diagnostics en attente",
        ActionCode.PROOFS_MISSING: "Justificatifs à montrer",
        ActionCode.HOURS_HELD: "Heures retenues",
        ActionCode.OUTCOMES_MISSING: "Sorties à renseigner",
        ActionCode.ELIGIBILITY_ENDING: "Fin d'éligibilité proche",
        ActionCode.HIRE_END_PASSED: "Fin prévue passée, à confirmer",
        ActionCode.WINDOW_ENDING: "Fin d'exécution proche, heures manquantes",
        ActionCode.NO_FACILITATOR: "Aucun facilitateur mandaté",
        ActionCode.CLAUSE_MISSING: "Clause manquante",
        ActionCode.CLAUSE_TO_CHECK: "Clause à vérifier",
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
    "consolidated_by": {
        ConsolidatedBy.SEX: "Sexe",
        ConsolidatedBy.AGE_BAND: "Tranche d'âge",
        ConsolidatedBy.LEVEL: "Niveau de diplôme",
        ConsolidatedBy.PUBLIC: "Public",
        ConsolidatedBy.QPV_RESIDENCE: "Résidence en quartier prioritaire",
        ConsolidatedBy.MODALITY: "Modalité",
        ConsolidatedBy.CONTRACT_TYPE: "Type de contrat de travail",
        ConsolidatedBy.CPV_DIVISION: "Division CPV",
        ConsolidatedBy.STRUCTURE: "Structure d'insertion",
        ConsolidatedBy.PRESCRIBER: "Prescripteur",
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
    "import_kinds": {
        "decp": "Données essentielles de la commande publique",
        "hours": "Heures du mois",
        "hires": "Mises à l'emploi",
        "invoices": "Factures",
    },
    "import_outcomes": {
        ImportOutcome.CREATED: "Inscrit",
        ImportOutcome.UPDATED: "Mis à jour",
        ImportOutcome.UNCHANGED: "Déjà connu",
        ImportOutcome.CONFLICT: "À décider",
        ImportOutcome.OTHER_BUYER: "Autre acheteur",
        ImportOutcome.REJECTED: "Écarté",
        ImportOutcome.NOTED: "Remarque",
        ImportOutcome.HELD_BACK: "Juste, mais retenu",
    },
    "mapping_sources": {
        MappingSource.SAID: "Dite à l'envoi",
        MappingSource.SAVED: "Gardée d'un import précédent",
        MappingSource.FOUND: "Trouvée par les titres",
    },
    **DECP_LABELS,
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
        "export": "Export",
        "forget_exports": "Fichiers d'export purgés",
        "recount": "Nouveau décompte",
        "recount_person": "Nouveau décompte d'une personne",
        "roll_over": "Passage au jour suivant",
        "forget_copies": "Tableaux à corriger effacés",
        "forget_deliveries": "Journal des envois purgé",
        "recheck": "État de clause d'un contrat revu",
        "recheck_all": "États de clause revus",
        "tell_split": "Annonce d'un partage à l'autre contrat",
        "tell_pool": "Globalisation annoncée à un contrat",
        "check_organisations": "Organismes relus dans l'annuaire des entreprises",
        "publish_releases": "Publications échues faites",
    },
    **WEBHOOK_LABELS,
    "job_states": {
        JobState.WAITING: "En attente",
        JobState.RUNNING: "En cours",
        JobState.DONE: "Terminé",
        JobState.FAILED: "Échoué",
        JobState.CANCELLED: "Annulé",
    },
    "changes": CHANGES,
    "objects": OBJECTS,
    "opposition_decisions": {
        OppositionDecision.OPPOSED: "Opposition : le traitement est limité",
        OppositionDecision.LIFTED: "Fin de l'opposition",
    },
    "opposition_grounds": {
        OppositionGround.PARTICULAR_SITUATION: "Raisons tenant à la situation de la personne",
        OppositionGround.DATA_CONTESTED: "La personne conteste l'exactitude des données",
        OppositionGround.UNLAWFUL_PROCESSING: "La personne tient le traitement pour illicite",
        OppositionGround.PERSON_WITHDREW: "La personne retire son opposition",
        OppositionGround.OVERRIDING_REASON: "Motif légitime impérieux, dit à la personne",
    },
    "erasure_grounds": {
        ErasureGround.PERSON_REQUEST: "Demande de la personne",
        ErasureGround.RECORDED_BY_MISTAKE: "Enregistrée par erreur",
        ErasureGround.RETENTION: "Fin de la durée de conservation",
    },
    "retention_reasons": {
        RetentionReason.NEVER_HIRED: "Jamais mise à l'emploi, durée écoulée depuis l'enregistrement",
        RetentionReason.LAST_CLOSURE: "Durée écoulée depuis la clôture du dernier contrat",
        RetentionReason.LAST_OUTCOME: "Durée écoulée depuis la situation à 12 mois",
        RetentionReason.CONTRACT_OPEN: "Contrat fini et jamais clos : à clore pour que la durée coure",
    },
    **CONNECTOR_LABELS,
    **REMINDER_LABELS,
    **ADDRESS_LABELS,
    "units": {
        "h": "Heures",
        "h/week": "Heures par semaine",
        "days": "Jours",
        "day": "Jour, AAAA-MM-JJ",
        "months": "Mois",
        "share": "Part, de 0 à 1",
        "EUR": "Euros",
        "EUR/h": "Euros par heure",
        "count": "Nombre",
        "people": "Personnes",
        "yes": "Oui",
    },
}
