"""What the service holds of people, and why: the one list behind the register, the notice and exports.

Each line names the columns of the tables and the fields of the schemas that it covers; a test fails while a
personal one has no line. Legal bases: GDPR articles 6, 9 and 10; a mission of public interest is what the
State's own service for insertion names (assumed for each organisation, which confirms it).
"""

from __future__ import annotations

from dataclasses import dataclass

MISSION = "Mission d'intérêt public (RGPD, art. 6-1 e)"
SENSITIVE = (
    "Mission d'intérêt public (RGPD, art. 6-1 e) ; pour la santé et le handicap, intérêt public important et "
    "protection sociale (art. 9-2 b et g) ; pour la situation pénale, art. 10 et loi du 06/01/1978, art. 46"
)
OBLIGATION = "Obligation légale de tracer les accès (RGPD, art. 32)"
IDENTITY_KEPT = "2 ans après le dernier contact (CNIL, délibération 2023-095), puis effacement"
TRACES_KEPT = "Après l'effacement, sans lien avec l'identité, avec les écritures du contrat"
STOCK = "48 heures"
DECLARANT = "Organisme qui a déclaré la personne"
REVIEWER = "Facilitateur mandaté, avec un motif et une trace"
PRESCRIBER = "Organisme qui a orienté la personne, sauf opposition"
FOLLOWERS = "Acheteur, facilitateur et entreprises du contrat, sans identité"
FROM_DECLARANT = "Déclarée par l'entreprise ou la structure d'insertion, qui la tient de la personne"
FROM_REVIEWER = "Relevée par le facilitateur sur les justificatifs montrés, qui ne sont pas gardés"


@dataclass(frozen=True, slots=True)
class Processing:
    """One kind of personal data: what, where in the code, why, by what right, for whom, for how long."""

    label: str
    columns: tuple[str, ...]
    fields: tuple[str, ...]
    purpose: str
    basis: str
    recipients: tuple[str, ...]
    retention: str
    source: str


def _of(owner: str, *names: str) -> tuple[str, ...]:
    return tuple(f"{owner}.{name}" for name in names)


_IDENTITY = ("birth_name", "first_names", "birth_date", "birth_place")
_NUMBERS = ("france_travail_number", "pass_iae_number")

REGISTER: tuple[Processing, ...] = (
    Processing(
        label="Identité : nom de naissance, prénoms, date et lieu de naissance",
        columns=(*_of("identities", *_IDENTITY), "identities.matching_hash"),
        fields=(
            *_of("ParticipantIn", *_IDENTITY),
            *_of("ParticipantPatch", *_IDENTITY),
            *_of("ParticipantSearch", *_IDENTITY),
            *_of("ParticipantOut", *_IDENTITY),
            "HireIn.participant",
            "ParticipantSearch.purpose",
        ),
        purpose="Savoir qui a travaillé, vérifier son éligibilité, ne compter aucune heure deux fois",
        basis=MISSION,
        recipients=(DECLARANT, REVIEWER),
        retention=IDENTITY_KEPT,
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Numéros : identifiant France Travail, PASS IAE (jamais le numéro de sécurité sociale)",
        columns=_of("identities", *_NUMBERS),
        fields=(
            *_of("ParticipantIn", *_NUMBERS),
            *_of("ParticipantPatch", *_NUMBERS),
            *_of("ParticipantOut", *_NUMBERS),
        ),
        purpose="Retrouver les justificatifs auprès de l'organisme qui les délivre",
        basis=MISSION,
        recipients=(DECLARANT, REVIEWER),
        retention=IDENTITY_KEPT,
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Adresses datées : commune, quartier prioritaire et son millésime",
        columns=_of("residences", "since", "place", "qpv", "qpv_edition"),
        fields=(
            "ParticipantIn.residence",
            "ParticipantOut.residences",
            *_of("ResidenceIn", "place", "qpv", "qpv_edition"),
            *_of("FirstResidenceIn", "place", "qpv", "qpv_edition", "since"),
            *_of("ResidenceOut", "since", "place", "qpv", "qpv_edition"),
        ),
        purpose="Juger l'éligibilité liée à l'adresse, rapporter les heures au lieu de résidence",
        basis=MISSION,
        recipients=(DECLARANT, REVIEWER),
        retention=f"Quartier : {IDENTITY_KEPT.lower()}. Commune : {TRACES_KEPT.lower()}",
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Adresse cherchée : communes possibles et quartier prioritaire, proposés",
        columns=(),
        fields=(
            *_of("AddressSearch", "of", "address", "postal_code"),
            *("QuarterFound.qpv", "AddressFound.qpv_edition"),
        ),
        purpose="Trouver la commune et le quartier d'une adresse que quelqu'un vérifie et enregistre ensuite",
        basis=MISSION,
        recipients=(DECLARANT, REVIEWER, "Géocodeur propre à la plateforme, s'il y en a un, et aucun autre"),
        retention="Aucune : ni l'adresse ni la réponse ne sont gardées",
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Sexe et niveau de diplôme, jour de l'information",
        columns=_of("participants", "sex", "level", "informed_on"),
        fields=(
            *_of("ParticipantIn", "sex", "level", "informed_on"),
            *_of("ParticipantPatch", "sex", "level", "informed_on"),
            *_of("ParticipantOut", "sex", "level", "informed_on"),
        ),
        purpose="Juger l'éligibilité, suivre l'égalité entre femmes et hommes, prouver l'information",
        basis=MISSION,
        recipients=(DECLARANT, REVIEWER),
        retention=IDENTITY_KEPT,
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Mise à l'emploi : employeur, contrat de travail, dates, métier, lieu, heures prévues",
        columns=_of(
            "hires",
            *("employer_id", "modality", "contract_type", "starts_on", "planned_end_on", "ended_on"),
            *("end_reason", "weekly_hours", "planned_hours", "job", "workplace"),
        ),
        fields=(
            *_of("HireIn", "employer", "modality", "contract_type", "starts_on", "planned_end_on"),
            *_of("HireIn", "weekly_hours", "planned_hours", "job", "workplace"),
            *_of("HirePatch", "modality", "contract_type", "starts_on", "planned_end_on"),
            *_of("HirePatch", "weekly_hours", "planned_hours", "job", "workplace"),
            *_of("HireEnd", "ended_on", "reason"),
        ),
        purpose="Compter les heures d'insertion que le marché exige",
        basis=MISSION,
        recipients=(FOLLOWERS, DECLARANT),
        retention=TRACES_KEPT,
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Prescripteur : l'organisme qui a orienté la personne, et son type",
        columns=_of("hires", "prescriber_kind", "prescriber_id"),
        fields=(
            *_of("HireIn", "prescriber_kind", "prescriber"),
            *_of("HirePatch", "prescriber_kind", "prescriber"),
        ),
        purpose="Connaître les parcours vers l'emploi, que suit qui a orienté la personne",
        basis=MISSION,
        recipients=(DECLARANT, REVIEWER, PRESCRIBER),
        retention=IDENTITY_KEPT,
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Traits pour les statistiques : sexe, tranche d'âge, niveau, résidence en quartier prioritaire",
        columns=_of("hire_traits", "sex", "age_band", "level", "qpv"),
        fields=(),
        purpose="Chiffres d'ensemble, cachés en dessous du seuil du secret statistique",
        basis=MISSION,
        recipients=("Chiffres seulement, jamais par personne",),
        retention="Âge, niveau et quartier jusqu'à l'effacement ; sexe 3 ans de plus",
        source="Calculés à partir de l'identité et de l'adresse",
    ),
    Processing(
        label="Traits que les sous-objectifs de la clause regardent",
        columns=("kept_traits.traits",),
        fields=(),
        purpose="Dire toujours la même chose de ce qui fut compté, à toute date",
        basis=MISSION,
        recipients=("Sommes seulement, jamais par personne",),
        retention=f"{TRACES_KEPT} ; réduits à ce que la clause demande, chiffrés",
        source="Calculés à l'approbation",
    ),
    Processing(
        label="Éligibilité : faits, publics, justificatifs vus (jamais gardés), raisons, décision",
        columns=_of("assessments", "file", "reasons", "decision_reason"),
        fields=(
            *_of("HireIn", "claimed_publics", "submitted_proofs", "facts"),
            *_of("HirePatch", "claimed_publics", "submitted_proofs", "facts"),
            "FactsPatch.facts",
            *_of("ProofIn", "type", "issued_on", "valid_until", "covers_from"),
            *_of("DecisionIn", "decision", "reason"),
        ),
        purpose="Vérifier que la personne relève des publics de la clause, et le motiver",
        basis=SENSITIVE,
        recipients=(REVIEWER, "Structure d'insertion désignée par la clause : les preuves qu'elle a vues"),
        retention=IDENTITY_KEPT,
        source=f"{FROM_DECLARANT} ; {FROM_REVIEWER.lower()}",
    ),
    Processing(
        label="Issue de l'éligibilité et jours où elle vaut, sans aucune raison",
        columns=_of("assessments", "outcome", "decision", "counts_from", "eligible_until", "suspended"),
        fields=(),
        purpose="Compter les heures des seules personnes éligibles",
        basis=MISSION,
        recipients=(FOLLOWERS,),
        retention=TRACES_KEPT,
        source="Décidée par le facilitateur",
    ),
    Processing(
        label="Suspension ou prolongation de la durée, et son motif",
        columns=_of("duration_decisions", "kind", "since", "until", "months", "reason", "reference"),
        fields=(
            *_of("DurationDecisionIn", "kind", "decided_on", "since", "until", "months"),
            *_of("DurationDecisionIn", "reason", "reference"),
            *_of("DurationCancellationIn", "decided_on", "reason", "reference"),
        ),
        purpose="Tenir compte d'une maladie, d'une naissance ou d'un parcours",
        basis=SENSITIVE,
        recipients=(REVIEWER,),
        retention=f"Motif et référence : {IDENTITY_KEPT.lower()}. Jours : {TRACES_KEPT.lower()}",
        source="Décidée par le facilitateur",
    ),
    Processing(
        label="Situation à la sortie, à 6 et à 12 mois",
        columns=("outcome_details.situation", "outcomes.category"),
        fields=("OutcomeIn.situation", "HireEnd.outcome"),
        purpose="Savoir si la clause mène à un emploi durable",
        basis=MISSION,
        recipients=("Accompagnants de la personne et facilitateur",),
        retention=f"Situation : {IDENTITY_KEPT.lower()}. Classe : {TRACES_KEPT.lower()}",
        source="Dite par qui accompagne la personne",
    ),
    Processing(
        label="Heures du mois, et le motif d'une coupe",
        columns=(
            *_of("lines", "worked", "training", "overtime", "sub_periods", "verdict_reason"),
            *(
                "verdicts.reason",
                "statement_versions.reason",
                "statement_approvals.reason",
                "splits.reason",
                "split_answers.reason",
            ),
            "statement_versions.lines",
        ),
        fields=(
            *_of("LineIn", "hire_id", "worked", "training", "overtime", "periods"),
            "ApprovalIn.reason",
            *_of("LineReview", "hire_id", "verdict", "hours", "reason", "documents"),
        ),
        purpose="Compter les heures, les expliquer, les corriger",
        basis=MISSION,
        recipients=(FOLLOWERS,),
        retention=f"Motifs : {IDENTITY_KEPT.lower()}. Heures : {TRACES_KEPT.lower()}",
        source=FROM_DECLARANT,
    ),
    Processing(
        label="Contestation d'une décision, et la réponse",
        columns=_of("disputes", "text", "answer"),
        fields=("DisputeIn.text", *_of("DisputeAnswerIn", "text", "outcome")),
        purpose="Contester une décision et y répondre",
        basis=MISSION,
        recipients=("Qui conteste, le facilitateur ; l'acheteur sauf pour une éligibilité",),
        retention=IDENTITY_KEPT,
        source="Écrite par le déclarant et par qui décide",
    ),
    Processing(
        label="Réunion ou séparation de deux fiches d'une personne",
        columns=_of("person_links", "participant_id", "decision", "reason"),
        fields=_of("MergeIn", "participant_id", "reason") + _of("SeparationIn", "participant_id", "reason"),
        purpose="Ne compter une personne qu'une fois",
        basis=MISSION,
        recipients=(REVIEWER,),
        retention=TRACES_KEPT,
        source="Décidée par le facilitateur, jamais par le service",
    ),
    Processing(
        label="Opposition et effacement : jour, motif en code",
        columns=(
            *_of("oppositions", "decision", "ground", "received_on"),
            *("erasures.ground", "participants.erased_at", "participants.coarsened_at"),
        ),
        fields=(*_of("OppositionIn", "decision", "ground", "received_on"), "ErasureIn.ground"),
        purpose="Faire droit aux demandes, et les refaire après une restauration",
        basis="Obligation légale (RGPD, art. 6-1 c, 17 et 21)",
        recipients=(DECLARANT, REVIEWER),
        retention="Tant que dure le service : des identifiants et des codes",
        source="La demande de la personne",
    ),
    Processing(
        label="Interlocuteurs d'un organisme : nom, adresse électronique, jour de confirmation",
        columns=_of("contacts", "name", "email", "reminders"),
        fields=(
            *_of("ContactIn", "function", "name", "email", "since", "reminders"),
            *_of("ContactPatch", "name", "email", "reminders"),
            *_of("HandOverIn", "name", "email", "on"),
        ),
        purpose="Joindre qui répond d'un relevé, d'une éligibilité, d'une pénalité",
        basis=MISSION,
        recipients=("Son organisme", "Organismes qui partagent un contrat avec lui, sauf pour la direction"),
        retention="12 mois après la relève ou le retrait, ou aussitôt si on le demande",
        source="L'organisme lui-même",
    ),
    Processing(
        label="Identifiant publié d'une entreprise, quand il est fait des lettres d'un nom (hors UE, FRWF)",
        columns=(
            "organisations.identifier",
            *_of("decp_records", "raw", "said"),
            *_of("decp_conflicts", "ours", "theirs"),
            "decp_reviews.record",
            "import_chunks.content",
        ),
        fields=(
            *("HolderOut.identifier", "SubcontractOut.identifier", "PublicationReviewSide.holders"),
            *_of("PublicationConflictOut", "ours", "theirs"),
        ),
        purpose="Reconnaître les titulaires et sous-traitants des marchés publiés",
        basis=MISSION,
        recipients=("L'acheteur du contrat et l'entreprise ; masqué pour tous les autres",),
        retention="Avec le contrat ; le fichier importé, jusqu'à la fin de l'import",
        source="Données essentielles de la commande publique, publiées par l'acheteur",
    ),
    Processing(
        label="Fichiers remis pour import, chiffrés, et titres de colonnes confirmés",
        columns=("import_chunks.sealed", "import_mappings.columns"),
        fields=("ImportMappingOut.columns",),
        purpose="Lire le fichier, puis le rendre avec ce qui est à corriger à qui l'a remis",
        basis=MISSION,
        recipients=("Celui qui a remis le fichier",),
        retention=(
            "Jusqu'à la fin de l'import ; un tableau dont une ligne est à corriger, 7 jours (réglage de "
            "l'exploitant), et moins si une personne qu'il peut nommer est effacée. Titres : jusqu'au retrait"
        ),
        source="L'entreprise ou la structure qui remet le fichier",
    ),
    Processing(
        label="Réponses gardées pour qu'une requête répétée n'ait qu'un effet, chiffrées",
        columns=("stored_answers.body",),
        fields=(),
        purpose="Ne rien enregistrer deux fois",
        basis=MISSION,
        recipients=("Celui qui a envoyé la requête",),
        retention=STOCK,
        source="Le service",
    ),
)
ACCESS_LOG = Processing(
    label="Trace des lectures et des changements : identifiants, noms de champs, motif, jamais une valeur",
    columns=(),
    fields=(),
    purpose="Savoir qui a lu ou changé quoi",
    basis=OBLIGATION,
    recipients=("L'organisme qui a agi, la plateforme",),
    retention="6 à 12 mois pour l'auteur et la requête (CNIL, 2021) ; la suite scellée reste",
    source="Le service",
)
# Columns of tables about people that say nothing of them: keys, versions, instants, who recorded.
TECHNICAL = frozenset(
    {
        *("id", "owner_id", "contract_id", "clause_id", "obligation_id", "hire_id", "participant_id"),
        *("person_id", "line_id", "statement_id", "number", "version", "created_at", "change_id", "moment"),
        *("declarant_id", "recorded_by", "role", "recorded_at", "reviewer_id", "organisation_id", "cause"),
        *("rules_version", "clause_version", "assessed_at", "decided_at", "decided_by", "decided_on"),
        *("cancels_id", "from_person_id", "to_person_id", "first_id", "second_id", "undoes_id"),
        *("erased_at", "month", "state", "employer_id", "since"),
    }
)


def everything() -> tuple[Processing, ...]:
    """The register's lines, the trace of accesses last."""
    return (*REGISTER, ACCESS_LOG)
