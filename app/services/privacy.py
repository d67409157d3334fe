"""The register of processing (GDPR, article 30) and the notice (articles 13 and 14), from one list.

Both in French, as Markdown and as a page. Organisations complete what the service cannot know: who they are
and their data protection officer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.rules.retention import IDENTITY, TRACES, months_kept
from app.services import pages
from app.services.register import everything

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from app.services.register import Processing

REGISTER_TITLE = "Registre des activités de traitement : suivi des clauses sociales d'insertion"
NOTICE_TITLE = "Information sur vos données : suivi des clauses sociales d'insertion"
CONTROLLERS = (
    "Chaque organisme répond de ce qu'il enregistre et lit : l'entreprise ou la structure qui déclare, le "
    "facilitateur qui vérifie, l'acheteur qui suit son marché. L'exploitant du service est leur "
    "sous-traitant (RGPD, art. 28). Chacun complète ce document par ses coordonnées et celles de son délégué."
)
SECURITY = (
    "Identité, faits et textes chiffrés champ par champ (AES-256-GCM), sous des clés hors de la base.",
    "Chaque lecture d'une identité ou d'une éligibilité par un facilitateur a un motif et laisse une trace.",
    "Aucun justificatif n'est gardé ; aucun numéro de sécurité sociale n'est demandé.",
    "L'acheteur et les entreprises ne voient jamais pourquoi une personne est éligible.",
    "Ni décision automatisée sur une personne sans recours, ni profilage, ni transfert hors de l'Union.",
)
RIGHTS = (
    "Accès : obtenir une copie de vos données et savoir à quoi elles servent.",
    "Rectification : faire corriger ce qui est faux.",
    "Opposition : refuser, pour une raison qui vous est propre, d'être suivi après votre contrat.",
    "Effacement : faire disparaître ce qui vous identifie ; seules des sommes d'heures restent.",
    "Limitation : faire geler un traitement que vous contestez.",
    "Réclamation : saisir la CNIL, 3 place de Fontenoy, 75007 Paris, www.cnil.fr.",
)
ASK = "Adressez-vous à qui vous a déclaré ou au facilitateur de votre contrat : réponse en un mois."
SPOKEN = (
    "Vous travaillez sur un marché public qui réserve des heures à des personnes éloignées de l'emploi. Pour "
    "compter ces heures, les organismes de ce marché enregistrent les données ci-dessous."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document: a title, paragraphs, and a table with its heads."""

    title: str
    texts: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A document, to be written as Markdown or as a page."""

    title: str
    parts: tuple[Part, ...]

    def markdown(self) -> str:
        """The document as Markdown."""
        lines = [f"# {self.title}"]
        for part in self.parts:
            lines += ["", f"## {part.title}"]
            lines += [line for text in part.texts for line in ("", text)]
            if part.heads:
                lines += ["", _row(part.heads), _row(["---"] * len(part.heads))]
                lines += [_row(row) for row in part.rows]
        return "\n".join(lines) + "\n"

    def html(self) -> str:
        """The document as a page."""
        body: list[str] = []
        for part in self.parts:
            body += [pages.heading(part.title), *(pages.paragraph(text) for text in part.texts)]
            if part.heads:
                body.append(pages.table(part.title, part.heads, part.rows))
        return pages.document(self.title, *body)


def register(day: date) -> Text:
    """The register as it stands on a day."""
    heads = ("Données", "Finalité", "Base légale", "Destinataires", "Conservation", "Source")
    rows = tuple(
        (item.label, item.purpose, item.basis, "; ".join(item.recipients), item.retention, item.source)
        for item in everything()
    )
    where = tuple((item.label, ", ".join(item.columns) or "changes, change_objects") for item in everything())
    return Text(
        REGISTER_TITLE,
        (
            Part("Responsables", (CONTROLLERS,)),
            Part("Personnes concernées", ("Les personnes mises à l'emploi au titre d'une clause sociale.",)),
            Part("Données, finalités et durées", _kept(day), heads, rows),
            Part("Mesures de sécurité", SECURITY),
            Part("Où elles se trouvent", (), ("Données", "Colonnes des tables"), where),
        ),
    )


def notice(day: date) -> Text:
    """The information notice as it stands on a day."""
    heads = (
        "Ce que nous tenons",
        "Pourquoi",
        "De quel droit",
        "Qui le lit",
        "Combien de temps",
        "D'où cela vient",
    )
    rows = tuple(
        (item.label, item.purpose, item.basis, "; ".join(item.recipients), item.retention, item.source)
        for item in everything()
    )
    return Text(
        NOTICE_TITLE,
        (
            Part("En bref", (SPOKEN, CONTROLLERS)),
            Part("Vos données", _kept(day), heads, rows),
            Part("Vos droits", (*RIGHTS, ASK)),
            Part("Comment elles sont protégées", SECURITY),
        ),
    )


def _kept(day: date) -> tuple[str, ...]:
    identity, traces = months_kept(IDENTITY, day), months_kept(TRACES, day)
    return (
        f"Une identité s'efface {identity} mois après le dernier contact.",
        "Le dernier contact : la clôture du dernier contrat, ou la situation à 12 mois si elle vient après.",
        f"Ce qui reste est dit pseudonymisé ; {traces} mois après, sexe et métier s'effacent aussi.",
    )


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def told(item: Processing) -> tuple[str, ...]:
    """One line of the register, for an export."""
    return (item.label, item.purpose, item.basis, "; ".join(item.recipients), item.retention, item.source)
