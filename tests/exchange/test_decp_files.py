"""Whole files: shapes, envelopes, encodings, damage, duplicates and what is never repeated."""

import gzip
import json
from hashlib import sha256

import pytest

from app.exchange.decp.issues import IssueCode, Severity, issue
from tests.exchange.decp_samples import (
    BUYER,
    HOLDER,
    OTHER_HOLDER,
    as_csv,
    as_json,
    contract_of,
    found,
    read,
    sound,
    without,
)

V1 = {"id": "EX-1", "acheteur": {"id": BUYER}, "_type": "Marché", "objet": "Exemple", "titulaires": []}
CSV_2019 = b"\xef\xbb\xbftitulaire_denominationSociale_1;id;acheteur.id;objet;technique;objetModification\n"


@pytest.mark.parametrize(
    ("content", "code", "severity"),
    [
        (b"", "file_empty", "error"),
        (b"\xef\xbb\xbf \r\n", "file_empty", "error"),
        (b'{"marches": []}', "no_record", "warning"),
        (CSV_2019, "no_record", "warning"),
        (b"<?xml version='1.0'?><marches/>", "shape_xml", "error"),
        (gzip.compress(b"{}", mtime=0), "shape_archive", "error"),
        (b"PK\x03\x04rest", "shape_archive", "error"),
        (b"PAR1rest", "shape_archive", "error"),
        (b"nom;prenom\nExemple;Testeur\n", "shape_unknown", "error"),
        (b"{}", "shape_unknown", "error"),
        (b'{"marches": {"autre": []}}', "shape_unknown", "error"),
        (b"[1, 2]", "shape_unknown", "error"),
        (b'{"autres": [{"id": 1}, null], "total": 2}', "shape_unknown", "error"),
        (b"{not json", "shape_unknown", "error"),
        (b"[" * 100_000, "shape_unknown", "error"),
        (b'{"marches": {"marche": []}}', "no_record", "warning"),
        (b"id;acheteur.id;objet\n", "no_record", "warning"),
    ],
)
def test_a_file_without_records_says_why_in_one_issue(content: bytes, code: str, severity: str) -> None:
    rows = read(content)

    assert [(row.source_index, row.record) for row in rows] == [(None, None)]
    assert [(i.code.value, i.severity.value) for i in rows[0].issues] == [(code, severity)]


@pytest.mark.parametrize(
    "envelope",
    [
        {"marches": {"marche": sound()}},
        {"marches": {"marche": [[sound()]]}},
        {"marches ": {" marche": [sound()], "contrat-concession": None}},
    ],
)
def test_envelopes_that_are_nearly_right(envelope: dict[str, object]) -> None:
    (row,) = read(json.dumps(envelope).encode())

    assert contract_of(row).external_id == "EX-2024-01"


@pytest.mark.parametrize(
    "document",
    [{"marches": [sound()]}, [sound()], sound(), {"marche": [sound()]}],
)
def test_records_out_of_their_envelope(document: object) -> None:
    rows = read(json.dumps(document).encode())

    assert contract_of(rows[0]).source_index == 0
    assert found(rows[1]) == [("envelope_unusual", "")]


def test_one_bad_record_does_not_stop_the_others() -> None:
    rows = read(as_json(sound(id="A"), None, "texte", without("acheteur"), sound(id="B")))

    assert [row.source_index for row in rows] == [0, 1, 2, 3, 4]
    assert [row.record.external_id if row.record else None for row in rows] == ["A", None, None, None, "B"]


def test_a_record_that_cannot_be_imported_is_worth_all_its_issues() -> None:
    (row,) = read(as_json(sound(acheteur={"id": "NC"}, montant=0, codeCPV="x")))

    assert row.record is None
    assert found(row) == [
        ("not_communicated", "/acheteur/id"),
        ("buyer_missing", "/acheteur/id"),
        ("cpv_unreadable", "/codeCPV"),
        ("amount_too_low", "/montant"),
    ]


def test_damage_everywhere_ends() -> None:
    rows = read(b"[" + b'{"objet" 1}, ' * 5_000 + b'{"objet": "1"}')

    assert found(rows[0]) == [("shape_unknown", "")]


def test_concessions_stand_in_their_own_array() -> None:
    concession: dict[str, object] = {"id": "C-1", "acheteur": {"id": BUYER}, "objet": "Exemple"}
    rows = read(as_json(sound(), concessions=[concession]))

    assert ("concession", "") in found(rows[1])
    assert contract_of(rows[1]).concession
    assert rows[1].source_index == 1


def test_a_byte_order_mark_nan_and_control_characters() -> None:
    text = json.dumps({"marches": {"marche": [sound(tauxAvance=float("nan"))]}})
    content = b"\xef\xbb\xbf" + text.replace("halle exemple", "halle\x01 exemple").encode()
    (row,) = read(content)

    assert found(row) == [("text_cleaned", "/objet")]
    assert contract_of(row).object == "Construction d'une halle exemple - Lot 2 : charpente"
    assert row.raw_json is not None
    assert '"tauxAvance":null' in row.raw_json


def test_stray_backslashes() -> None:
    content = as_json(sound()).replace(b"d'une", rb"d\\\'une")
    (row,) = read(content)

    assert contract_of(row).object == "Construction d'une halle exemple - Lot 2 : charpente"
    assert found(row) == [("text_cleaned", "/objet")]


@pytest.mark.parametrize(
    ("encoding", "known"),
    [("utf-16", True), ("utf-32", True), ("utf-16-le", False), ("utf-16-be", False), ("cp1252", False)],
)
def test_other_encodings(encoding: str, known: bool) -> None:  # noqa: FBT001 - a column of the table
    rows = read(as_json(sound()).decode().encode(encoding))
    guessed = [] if known else [("encoding_guessed", "")]

    assert contract_of(rows[-1]).procedure == "Procédure adaptée"
    assert [f for row in rows for f in found(row)] == guessed


def test_a_file_cut_in_the_middle_gives_its_readable_records() -> None:
    whole = as_json(sound(id="A"), sound(id="B"), sound(id="C"))
    rows = read(whole[: whole.rindex(b"titulaires")])

    assert [contract_of(row).external_id for row in rows[:-1]] == ["A", "B"]
    assert found(rows[-1]) == [("file_damaged", "")]


def test_a_broken_record_in_the_middle_does_not_hide_the_next() -> None:
    content = as_json(sound(id="A"), sound(id="B"), sound(id="C")).replace(b'"id": "B",', b'"id": B,')
    rows = read(content)

    assert [contract_of(row).external_id for row in rows[:-1]] == ["A", "C"]
    assert found(rows[-1]) == [("file_damaged", "")]


def test_duplicates_inside_one_file() -> None:
    records = [
        sound(),
        sound(),
        sound(montant=5),
        sound(id="EX-2", dureeMois=10),
        sound(id="EX-3", objet="Lot 3"),
        sound(id="EX-4", montant=6),
    ]
    rows = read(as_json(*records))

    assert [found(row) for row in rows] == [
        [],
        [("duplicate_record", "")],
        [("duplicate_identity", "")],
        [("duplicate_suspected", "")],
        [],
        [],
    ]
    assert all(row.record is not None for row in rows)


def test_other_holders_make_another_identity() -> None:
    other = sound(titulaires=[{"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}])

    assert [row.issues for row in read(as_json(sound(), other))] == [(), ()]


def test_the_fingerprint_ignores_the_order_of_keys_and_nothing_else() -> None:
    reordered = dict(reversed(sound().items()))
    first, second = read(as_json(sound()))[0], read(as_json(reordered))[0]
    changed = read(as_json(sound(montant=27364.1)))[0]

    assert first.raw_json is not None
    assert first.fingerprint == second.fingerprint == sha256(first.raw_json.encode()).hexdigest()
    assert first.fingerprint != changed.fingerprint
    assert json.loads(first.raw_json) == sound()


@pytest.mark.parametrize(
    "text",
    [
        "\\" * 200_000,
        "&#" + "9" * 5_000 + ";",
        "'" + "\\'" * 60_000,
        "[" + "'\\" * 60_000,
        " ," * 60_000 + " " * 60_000,
        "9" * 100_000,
        "1e" + "9" * 5_000,
    ],
)
def test_long_values_cost_no_more_than_their_length(text: str) -> None:
    record: dict[str, object] = {**dict.fromkeys(sound(), text), "id": "A", "acheteur": {"id": BUYER}}
    first, second = read(as_json(record, record | {"dateNotification": "2024-12-12"}))

    assert contract_of(first).notified_on is None
    assert contract_of(second).amount is None
    assert len(contract_of(second).object) <= 1_000


def test_a_damaged_file_nested_too_deep_ends() -> None:
    rows = read(b'[{"objet": ' + b"[" * 100_000)

    assert [found(row) for row in rows] == [[("shape_unknown", "")]]


def test_a_record_nested_too_deep_is_unreadable_and_alone() -> None:
    deep = '{"id": "A", "titulaires": ' + "[" * 900 + "]" * 900 + "}"
    content = as_json(sound(id="B")).replace(b'"marche": [', b'"marche": [' + deep.encode() + b",")
    rows = read(content)

    assert found(rows[0]) == [("record_unreadable", "")]
    assert contract_of(rows[1]).external_id == "B"


def test_what_is_kept_can_be_stored_anywhere() -> None:
    content = rb'{"marches": {"marche": [{"id": "A\u0000", "objet": "\ud800 exemple"}]}}'
    (row,) = read(content)

    assert row.raw_json == '{"id":"A","objet":" exemple"}'


def test_amounts_never_go_through_a_float() -> None:
    # As a binary float 1.005 is a little less, and would round down.
    content = as_json(sound()).replace(b"27364.0", b"1.005")
    (row,) = read(content)

    assert contract_of(row).amount == 101
    assert found(row) == [("amount_rounded", "/montant")]


def test_a_csv_record_is_the_same_contract_as_its_json() -> None:
    (from_csv,) = read(as_csv({}))
    (from_json,) = read(as_json(sound()))
    same = {
        name: getattr(contract_of(from_json), name)
        for name in contract_of(from_json).__slots__
        if name not in {"fingerprint", "raw_json"}
    }

    assert from_csv.issues == ()
    assert {name: getattr(contract_of(from_csv), name) for name in same} == same


@pytest.mark.parametrize("delimiter", [",", "\t", "|"])
def test_other_delimiters(delimiter: str) -> None:
    (row,) = read(as_csv({}, delimiter=delimiter))

    assert contract_of(row).has_social_clause


@pytest.mark.parametrize(
    ("cells", "attribute", "expected", "issues"),
    [
        ({"marcheInnovant": "MQ"}, "innovative", None, [("field_missing", "/marcheInnovant")]),
        ({"ccag": "CDL"}, "ccag", None, [("field_missing", "/ccag")]),
        ({"id": "INX 2024 A"}, "external_id", "2024 A", [("marked_unusable", "/id")]),
        ({"montant": "149155.02"}, "amount", 14_915_502, []),
        (
            {"objet": "FOURNITURE D&#8217;EXEMPLES"},
            "object",
            "FOURNITURE D’EXEMPLES",
            [("text_cleaned", "/objet")],
        ),
        (
            {"considerationsEnvironnementales": "['Critère environnemental', \"Clause environnementale\"]"},
            "environmental_considerations",
            ("Critère environnemental", "Clause environnementale"),
            [],
        ),
        (
            {"considerationsSociales": "Critère social, Clause sociale"},
            "social_considerations",
            ("Critère social", "Clause sociale"),
            [],
        ),
        (
            {"considerationsSociales": "Critère social', 'Clause sociale"},
            "social_considerations",
            ("Critère social", "Clause sociale"),
            [],
        ),
    ],
)
def test_cells_with_marks_lists_and_entities(
    cells: dict[str, str], attribute: str, expected: object, issues: list[tuple[str, str]]
) -> None:
    (row,) = read(as_csv(cells))

    assert getattr(contract_of(row), attribute) == expected
    assert found(row) == issues


def test_flat_columns_become_subcontracts_and_modifications() -> None:
    cells = {
        "titulaire_id_2": OTHER_HOLDER,
        "titulaire_typeIdentifiant_2": "SIRET",
        "typeGroupementOperateurs": "Conjoint",
        "idActeSousTraitance": "4",
        "dureeMoisActeSousTraitance": "2.0",
        "dateNotificationActeSousTraitance": "2025-01-10",
        "datePublicationDonneesActeSousTraitance": "2025-01-20",
        "montantActeSousTraitance": "1000.5",
        "variationPrixActeSousTraitance": "Ferme",
        "idSousTraitant": "44444400400006",
        "typeIdentifiantSousTraitant": "SIRET",
        "idModification": "1",
        "montantModification": "30000",
        "dateNotificationModificationModification": "2025-02-01",
        "idTitulaireModification": OTHER_HOLDER,
        "typeIdentifiantTitulaireModification": "SIRET",
        "idModificationActeSousTraitance": "4",
        "montantModificationActeSousTraitance": "1200",
    }
    (row,) = read(as_csv(cells))
    contract = contract_of(row)

    assert row.issues == ()
    assert [h.value for h in contract.holders] == [HOLDER, OTHER_HOLDER]
    assert (contract.subcontract_acts[0].amount, contract.subcontract_acts[0].duration_months) == (100_050, 2)
    assert contract.modifications[0].amount == 3_000_000
    assert [h.value for h in contract.modifications[0].holders] == [OTHER_HOLDER]
    assert contract.subcontract_modifications[0].amount == 120_000


def test_rows_that_are_blank_short_or_refused() -> None:
    header, line = as_csv({}).splitlines()
    other = line.replace(b"2024-12-12", b"2024-12-13")
    refused = b'"' + b"x" * 200_000 + b'"'
    rows = read(b"\n".join([header, line, b"", b";;;", other + b";more", refused, line]))

    assert [found(row) for row in rows] == [
        [],
        [("row_shape", ""), ("duplicate_identity", "")],
        [("record_unreadable", "")],
        [("duplicate_record", "")],
    ]


def test_no_issue_repeats_what_was_received() -> None:
    secret = "CHEXEMPLETESTEUR"
    record: dict[str, object] = {
        **dict.fromkeys(sound(), secret),
        "acheteur": {"id": secret},
        "lieuExecution": {"code": secret, "typeCode": secret},
        "titulaires": [
            {"typeIdentifiant": "HORS-UE", "id": secret},
            {"typeIdentifiant": secret, "id": secret},
        ],
        "modifications": [{"id": secret, "titulaires": [{"typeIdentifiant": "FRWF", "id": secret}]}],
        secret: secret,
    }
    rows = read(as_json(record, record | {"acheteur": {"id": BUYER}, "dateNotification": "2024-12-12"}))

    assert contract_of(rows[1]).holders[0].value == secret
    assert secret not in repr([row.issues for row in rows])
    assert secret not in repr(contract_of(rows[1]).holders)


def test_every_code_has_its_sentence() -> None:
    details = {code: issue(code).detail for code in IssueCode}

    assert len(set(details.values())) == len(details)
    assert all(detail.endswith(".") for detail in details.values())
    assert issue(IssueCode.BUYER_MISSING).severity is Severity.ERROR
    assert issue(IssueCode.MISSING).severity is Severity.WARNING
