"""People put to work in a firm's table, declared by the use case of hires.

Who somebody is lives in memory while their line is read: results hold ids and columns, never a value.
A person whom the declarant recorded before is recognised by the four fields of their identity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from app.db.queries.hires import declared_hires
from app.db.queries.participants import declared_under
from app.errors import DomainError
from app.exchange.folding import fold_words
from app.exchange.hires_table import FACTS, FIELDS, HUNDREDTHS, TEMPLATE, HireRow, read_hire
from app.exchange.tables.writing import Table
from app.rules.codes import Sex
from app.rules.facts import FACT_LABELS
from app.rules.labels import LABELS as LAW
from app.rules.proofs import PROOFS
from app.rules.publics import PUBLICS
from app.schemas.fields import decimal_text
from app.schemas.hires import HireIn
from app.schemas.imports import ImportOutcome
from app.schemas.labels import LABELS
from app.services import hires, identities, table_lines, table_templates
from app.services.named_contracts import NamedContracts
from app.services.sight import held_contract, require_role
from app.services.statements import DECLARANTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from app.exchange.tables.matching import Field
    from app.exchange.tables.reading import Row
    from app.schemas.imports import FormAsked
    from app.services.jobs import Running
    from app.services.table_lines import Group, Line
    from app.services.work import Reader, Writer

SENTENCES = {
    "hire_differs": "Cette mise à l'emploi est déclarée autrement : corrigez-la, l'import ne remplace rien.",
    "person_twice": "Le fichier dit autrement la même mise à l'emploi : n'en gardez qu'une ligne.",
}
UNKNOWN_CODE = "Code inconnu : reprenez un code ou un libellé du modèle."
# Of the request, by field of the table; those of the person stand under it.
OF_PERSON = {
    "birth_name": "birth_name",
    "first_names": "first_names",
    "birth_date": "birth_date",
    "birth_place": "birth_place",
    "sex": "sex",
    "level": "level",
    "france_travail": "france_travail_number",
    "pass_iae": "pass_iae_number",
    "informed_on": "informed_on",
}
OF_HIRE = {
    **{name: name for name in ("employer", "modality", "contract_type", "starts_on", "planned_end_on")},
    **{name: name for name in ("job", "workplace", "prescriber", "prescriber_kind")},
    **{name: name for name in ("weekly_hours", "planned_hours")},
    "publics": "claimed_publics",
    "proofs": "submitted_proofs",
}
NAMES = {
    **{f"/participant/{target}": name for name, target in OF_PERSON.items()},
    **{f"/{target}": name for name, target in OF_HIRE.items()},
    "/participant/residence/place": "commune",
    **{f"/facts/{code}": code for code in FACTS},
}
SEXES = {"f": Sex.FEMALE, "femme": Sex.FEMALE, "m": Sex.MALE, "h": Sex.MALE, "homme": Sex.MALE}
CODED = {
    "modality": LAW["modalities"],
    "contract_type": LAW["contract_types"],
    "level": LAW["diploma_levels"],
    "sex": LAW["sexes"],
    "prescriber_kind": LABELS["prescribers"],
    "structure": LAW["structures"],
    "programmes": LAW["programmes"],
    "publics": {code: public.label_fr for code, public in PUBLICS.items()},
    "proofs": {code: proof.label_fr for code, proof in PROOFS.items()},
}
WRITTEN = {
    name: {**{fold_words(o): str(code) for code, label in labels.items() for o in (str(code), label)}}
    for name, labels in CODED.items()
}
WRITTEN["sex"] |= {word: str(sex) for word, sex in SEXES.items()}
ABOUT = {
    "Mode d'emploi": "Une ligne par mise à l'emploi ; puis renvoyez le fichier.",
    "Renvoyer le fichier": (
        "Le même contenu ne change rien. Une personne déjà déclarée par vous est reconnue à ses nom, prénoms,"
        " date et lieu de naissance, et reste telle qu'elle est."
    ),
    "Données personnelles": (
        "Le fichier est gardé chiffré et rendu à vous seul ; n'y mettez pas de numéro de sécurité sociale."
    ),
    "Faits déclarés": "Colonnes facultatives : " + " ; ".join(FACT_LABELS[code][1] for code in FACTS),
    **{
        f"Codes : {name}": " ; ".join(f"{code} : {label}" for code, label in labels.items())
        for name, labels in CODED.items()
    },
}


class HiresTable:
    """Hires: each line is one, and a person's first day on a contract is told once."""

    code: ClassVar[str] = "hires"
    fields: ClassVar[Sequence[Field]] = FIELDS

    def __init__(self, running: Running) -> None:
        """Begin, with no contract known."""
        self._running = running
        self._contracts = NamedContracts(running)

    def read(self, row: Row, places: Mapping[str, int]) -> HireRow:
        """One line, without knowing what is registered."""
        return read_hire(row, places)

    def place(self, lines: Sequence[Line]) -> None:
        """By the contract, the person and the first day: the same again is the same hire."""
        self._contracts.place(lines, [_row(line).contract for line in lines])
        for line in lines:
            if not line.rejected and line.contract_id is not None:
                values = _row(line).values
                who = identities.matching_hash(self._running.means.keyring, *_identity(values))
                line.key = (line.contract_id, who, values["starts_on"])

    def declare(self, writer: Writer, group: Group) -> None:
        """Declare the hire, unless it stands already."""
        line, *others = group.lines
        request = _request(line)
        for other in others:
            if _row(other).values != _row(line).values:
                other.refuse("person_twice", SENTENCES["person_twice"])
        if request is None or group.flawed or line.contract_id is None:
            group.hold_back()
            return
        try:
            _declare(writer, line, line.contract_id, request)
        except DomainError as refusal:
            table_lines.blame(line, refusal, NAMES)
            raise
        if line.rejected:
            group.hold_back()
            return
        for other in others:
            # Said again, now that it stands.
            other.outcome = ImportOutcome.UNCHANGED

    def locate(self, group: Group, pointer: str) -> tuple[Line | None, str]:
        """Nowhere: what is refused was said at its line."""
        del group, pointer
        return None, ""


def template(reader: Reader, asked: FormAsked) -> bytes:
    """A file to fill in; it holds nobody."""
    require_role(reader, *DECLARANTS)
    return table_templates.written(Table("Mises à l'emploi", TEMPLATE, ABOUT), [], asked.form)


def _row(line: Line) -> HireRow:
    return cast("HireRow", line.row)


def _identity(values: Mapping[str, Any]) -> tuple[str, str, date, str | None]:
    return (
        values["birth_name"],
        values["first_names"],
        values["birth_date"],
        values.get("birth_place"),
    )


def _declare(writer: Writer, line: Line, contract_id: UUID, request: HireIn) -> None:
    # Held first: of two files with one person, the second one finds what the first one wrote.
    held_contract(writer, contract_id)
    hashes = identities.matching_hashes(writer.keyring, *_identity(_row(line).values))
    known = declared_under(writer.session, writer.principal, hashes)
    declarant = writer.principal.organisation_id
    standing = declared_hires(writer.session, contract_id, declarant, known, request.starts_on)
    if any(hires.says_the_same(writer, hire, request) for hire in standing):
        line.outcome = ImportOutcome.UNCHANGED
    elif standing:
        line.refuse("hire_differs", SENTENCES["hire_differs"])
    else:
        if known:
            request = request.model_copy(update={"participant": None, "participant_id": known[0]})
        hires.declare_hire(writer, contract_id, request)


def _request(line: Line) -> HireIn | None:
    """What the line declares, or None with its flaws said."""
    values = _coded(line)
    person = {target: values[name] for name, target in OF_PERSON.items() if name in values}
    if "commune" in values:
        person["residence"] = {"place": values["commune"]}
    hire = {target: values[name] for name, target in OF_HIRE.items() if name in values}
    facts = {code: values[code] for code in FACTS if code in values}
    if line.rejected:
        return None
    asked = {**hire, "participant": person, "facts": facts or None}
    return table_lines.checked(HireIn, asked, line, NAMES)


def _coded(line: Line) -> dict[str, Any]:
    """The values of a line with the codes that its words stand for."""
    values = dict(_row(line).values)
    for name, words in WRITTEN.items():
        if name not in values:
            continue
        said = values[name]
        found = [words.get(fold_words(text)) for text in (said if isinstance(said, list) else [said])]
        if None in found:
            line.refuse("unknown_code", UNKNOWN_CODE, name)
        values[name] = found if isinstance(said, list) else found[0]
    for name in HUNDREDTHS & {name for name, value in values.items() if value is not None}:
        values[name] = decimal_text(values[name])
    return values
