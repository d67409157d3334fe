"""The types of proof that make a public proven; the service records that one was seen, never the document."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proof:
    """A type of document and its French label.

    `lasting`: it states what does not change with time (a birth, a diploma), so that it is never too old.
    """

    code: str
    label_fr: str
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to be proven, by any of some types of proof; only when that yes/no parameter is set.

    `age` is the parameter that says how many months old the document may be; 0 sets no limit.
    """

    any_of: tuple[str, ...]
    only_if: str | None = None
    age: str = "proof_months"


_ALL = (
    Proof("identity", "Pièce d'identité", lasting=True),
    Proof("france_travail", "Avis de situation France Travail"),
    Proof("registration_summary", "Récapitulatif des périodes d'inscription à France Travail"),
    Proof("work_certificates", "Certificats de travail ou attestation de non-activité"),
    Proof("rsa", "Attestation RSA"),
    Proof("ass", "Attestation ASS"),
    Proof("aah", "Attestation AAH"),
    Proof("benefit", "Attestation de l'organisme payeur de l'allocation ou de la pension"),
    Proof("disability", "Décision de la MDPH ou titre ouvrant droit à l'obligation d'emploi"),
    Proof("diploma", "Diplôme", lasting=True),
    Proof("sworn_statement", "Attestation sur l'honneur"),
    Proof("school_leaving", "Certificat de fin de scolarité", lasting=True),
    Proof("programme", "Contrat ou attestation du parcours"),
    Proof("address", "Justificatif de domicile"),
    Proof("structure", "Contrat avec la structure ou attestation de la structure"),
    Proof("justice", "Attestation de l'autorité judiciaire ou pénitentiaire, ou billet de sortie"),
    Proof("residence_permit", "Titre de séjour en cours de validité"),
    Proof("internship_agreement", "Convention de stage ou certificat de scolarité"),
    Proof("reasoned_opinion", "Avis motivé daté et signé"),
    Proof("family_benefit", "Attestation de la CAF (allocation de soutien familial)"),
    Proof("ase", "Attestation de l'aide sociale à l'enfance"),
    Proof("housing", "Attestation de domiciliation ou d'un travailleur social"),
    Proof("language", "Évaluation du niveau de français"),
)

PROOFS = {item.code: item for item in _ALL}
