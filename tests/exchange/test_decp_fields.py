"""One trap of real publications per case: what is understood, and what is said about it."""

from datetime import date

import pytest

from app.exchange.decp.records import Identifier
from tests.exchange.decp_samples import (
    BUYER,
    HOLDER,
    contract_of,
    found,
    read_one,
    sound,
    without,
)

SOUND_HOLDER = Identifier("SIRET", HOLDER, valid=True, personal=False)


def test_a_sound_record_is_read_whole_and_without_issue() -> None:
    row = read_one(sound())
    contract = contract_of(row)

    assert row.issues == ()
    assert contract.external_id == "EX-2024-01"
    assert contract.buyer == Identifier("SIRET", BUYER, valid=True, personal=False)
    assert contract.nature == "Marché"
    assert contract.object == "Construction d'une halle exemple - Lot 2 : charpente"
    assert contract.cpv == "45210000"
    assert contract.procedure == "Procédure adaptée"
    assert contract.ccag == "Travaux"
    assert contract.techniques == contract.modalities == ("Sans objet",)
    assert contract.framework_id is None
    assert (contract.place_code, contract.place_type) == ("57280", "Code postal")
    assert contract.duration_months == 9
    assert contract.notified_on == date(2024, 12, 12)
    assert contract.published_on == date(2024, 12, 31)
    assert contract.amount == 2_736_400
    assert contract.offers_received == 3
    assert (contract.innovative, contract.advance, contract.subcontracting_declared) == (False, False, False)
    assert contract.holders == (SOUND_HOLDER,)
    assert contract.group_kind == "Pas de groupement"
    assert contract.has_social_clause
    assert not contract.is_framework
    assert not contract.suspected_test


@pytest.mark.parametrize(
    ("field", "written", "attribute", "expected", "issues"),
    [
        # lists
        ("techniques", {"technique": "Accord-cadre"}, "techniques", ("Accord-cadre",), []),
        ("techniques", "Accord-cadre", "techniques", ("Accord-cadre",), []),
        ("techniques", ["Accord-cadre", "Concours"], "techniques", ("Accord-cadre", "Concours"), []),
        (
            "considerationsSociales",
            {"considerationSociale": "Clause sociale, Critère social"},
            "social_considerations",
            ("Clause sociale", "Critère social"),
            [],
        ),
        (
            "considerationsSociales",
            {"considerationSociale": ["clause  SOCIALE"]},
            "social_considerations",
            ("Clause sociale",),
            [("unusual_spelling", "/considerationsSociales")],
        ),
        (
            "considerationsSociales",
            {"considerationSociale": ["Clause sociale", "Pas de considération sociale"]},
            "social_considerations",
            ("Clause sociale", "Pas de considération sociale"),
            [("social_contradiction", "/considerationsSociales")],
        ),
        (
            "considerationsEnvironnementales",
            ["Clause environnementale", "Pas de considération environnementale"],
            "environmental_considerations",
            ("Clause environnementale", "Pas de considération environnementale"),
            [("environmental_contradiction", "/considerationsEnvironnementales")],
        ),
        # closed lists
        ("ccag", "Maîtrise d’oeuvre", "ccag", "Maitrise d'œuvre", [("unusual_spelling", "/ccag")]),
        ("ccag", False, "ccag", None, [("unknown_value", "/ccag")]),
        ("ccag", "NC", "ccag", None, [("not_communicated", "/ccag")]),
        # booleans
        ("marcheInnovant", "oui", "innovative", True, []),
        ("marcheInnovant", "non", "innovative", False, []),
        ("marcheInnovant", 1, "innovative", True, []),
        ("marcheInnovant", "0", "innovative", False, []),
        ("marcheInnovant", "peut-être", "innovative", None, [("unreadable", "/marcheInnovant")]),
        # numbers
        ("dureeMois", "12", "duration_months", 12, []),
        ("dureeMois", 12.0, "duration_months", 12, []),
        ("dureeMois", -4, "duration_months", None, [("number_out_of_range", "/dureeMois")]),
        ("dureeMois", 0, "duration_months", None, [("number_out_of_range", "/dureeMois")]),
        ("dureeMois", 181, "duration_months", 181, [("duration_implausible", "/dureeMois")]),
        ("dureeMois", "un an", "duration_months", None, [("number_unreadable", "/dureeMois")]),
        ("offresRecues", 0, "offers_received", None, [("number_out_of_range", "/offresRecues")]),
        # amounts
        ("montant", "829684.85", "amount", 82_968_485, []),
        ("montant", "27 364,50 €", "amount", 2_736_450, []),
        ("montant", "1.234.567,80", "amount", 123_456_780, []),
        ("montant", 1e2, "amount", 10_000, []),
        ("montant", 0, "amount", 0, [("amount_too_low", "/montant")]),
        ("montant", 0.99, "amount", 99, [("amount_too_low", "/montant")]),
        ("montant", 1, "amount", 100, []),
        ("montant", 10.005, "amount", 1001, [("amount_rounded", "/montant")]),
        ("montant", -5, "amount", None, [("number_out_of_range", "/montant")]),
        ("montant", 1e17, "amount", None, [("number_out_of_range", "/montant")]),
        ("montant", 3_000_000_000, "amount", 300_000_000_000, []),
        ("montant", 2_900_000_001, "amount", 290_000_000_100, []),
        ("montant", 3_000_000_000.01, "amount", 300_000_000_001, [("amount_implausible", "/montant")]),
        ("montant", 123_456_789, "amount", 12_345_678_900, [("amount_implausible", "/montant")]),
        ("montant", 111_111_112, "amount", 11_111_111_200, [("amount_implausible", "/montant")]),
        ("montant", 11_111_111, "amount", 1_111_111_100, []),
        ("montant", "cher", "amount", None, [("number_unreadable", "/montant")]),
        # CPV
        ("codeCPV", "45210000", "cpv", "45210000", []),
        ("codeCPV", "45210000-3", "cpv", "45210000", [("cpv_check_digit", "/codeCPV")]),
        ("codeCPV", 3000000, "cpv", "03000000", [("cpv_padded", "/codeCPV")]),
        ("codeCPV", "4521000", "cpv", "45210000", [("cpv_padded", "/codeCPV")]),
        ("codeCPV", "45210", "cpv", "45210000", [("cpv_padded", "/codeCPV")]),
        ("codeCPV", "INX 67151000-0", "cpv", "67151000", [("marked_unusable", "/codeCPV")]),
        ("codeCPV", "travaux", "cpv", None, [("cpv_unreadable", "/codeCPV")]),
        # dates
        (
            "datePublicationDonnees",
            "2024-12-31+02:00",
            "published_on",
            date(2024, 12, 31),
            [("date_unusual", "/datePublicationDonnees")],
        ),
        (
            "datePublicationDonnees",
            "xx2024-12-31zz",
            "published_on",
            date(2024, 12, 31),
            [("date_unusual", "/datePublicationDonnees")],
        ),
        (
            "datePublicationDonnees",
            "31/12/2024",
            "published_on",
            date(2024, 12, 31),
            [("date_unusual", "/datePublicationDonnees")],
        ),
        (
            "datePublicationDonnees",
            "December, 31 2024 00:00:00",
            "published_on",
            date(2024, 12, 31),
            [("date_unusual", "/datePublicationDonnees")],
        ),
        (
            "datePublicationDonnees",
            "2024-13-45",
            "published_on",
            None,
            [("date_unreadable", "/datePublicationDonnees")],
        ),
        (
            "datePublicationDonnees",
            "5021-02-18",
            "published_on",
            None,
            [("date_unreadable", "/datePublicationDonnees")],
        ),
        (
            "datePublicationDonnees",
            "2024-12-11",
            "published_on",
            date(2024, 12, 11),
            [("published_before_notification", "/datePublicationDonnees")],
        ),
        (
            "datePublicationDonnees",
            "2026-11-24",
            "published_on",
            date(2026, 11, 24),
            [("date_in_future", "/datePublicationDonnees")],
        ),
        ("datePublicationDonnees", "2026-11-23", "published_on", date(2026, 11, 23), []),
        (
            "dateNotification",
            "2024-12-12T00:00:00Z",
            "notified_on",
            date(2024, 12, 12),
            [("date_unusual", "/dateNotification")],
        ),
        # texts
        (
            "objet",
            "EXPLOITATION D&#8217;UNE HALLE &amp;amp; D&eacute;p&ocirc;t",
            "object",
            "EXPLOITATION D’UNE HALLE & Dépôt",
            [("text_cleaned", "/objet")],
        ),
        ("objet", "Halle\x02 exemple", "object", "Halle exemple", [("text_cleaned", "/objet")]),
        ("objet", "Halle\nexemple", "object", "Halle exemple", []),
        ("objet", 'Halle \\\\\\"exemple\\\\\\"', "object", 'Halle "exemple"', [("text_cleaned", "/objet")]),
        ("objet", "x" * 1001, "object", "x" * 1000, [("text_too_long", "/objet")]),
        (
            "objet",
            "TEST SUPPORT - NE PAS TOUCHER",
            "suspected_test",
            True,
            [("suspected_test", "/objet")],
        ),
        ("objet", "Tests de dépistage", "suspected_test", False, []),
        # identifiers of the contract
        ("id", ["EX-1"], "external_id", "EX-1", []),
        ("id", 202404, "external_id", "202404", []),
        ("id", "INX 202424 3 001", "external_id", "202424 3 001", [("marked_unusable", "/id")]),
        ("id", "EX-2024-000000017", "external_id", "EX-2024-000000017", [("id_format", "/id")]),
        ("idAccordCadre", "AC-2024", "framework_id", "AC-2024", []),
        (
            "idAccordCadre",
            "EX-2024-01",
            "framework_id",
            "EX-2024-01",
            [("framework_is_itself", "/idAccordCadre")],
        ),
        # place
        (
            "lieuExecution",
            {"code": "974", "typeCode": "CODE DEPARTEMENT"},
            "place_type",
            "Code département",
            [("unusual_spelling", "/lieuExecution/typeCode")],
        ),
        (
            "lieuExecution",
            {"code": "57280", "typeCode": "Code Postal", "nom ": "Exemple"},
            "place_type",
            "Code postal",
            [("unusual_spelling", "/lieuExecution/typeCode")],
        ),
        ("lieuExecution", {"code": "NC", "typeCode": "Code pays"}, "place_code", "NC", []),
        (
            "lieuExecution",
            {"code": "NC", "typeCode": "Code postal"},
            "place_code",
            None,
            [("not_communicated", "/lieuExecution/code"), ("field_missing", "/lieuExecution/code")],
        ),
        # groups
        (
            "typeGroupementOperateurs",
            "Solidaire",
            "group_kind",
            "Solidaire",
            [("group_of_one", "/typeGroupementOperateurs")],
        ),
    ],
)
def test_a_field_in_an_unexpected_form(
    field: str, written: object, attribute: str, expected: object, issues: list[tuple[str, str]]
) -> None:
    row = read_one(sound(**{field: written}))

    assert getattr(contract_of(row), attribute) == expected
    assert found(row) == issues


@pytest.mark.parametrize(
    ("record", "issue"),
    [
        (without("acheteur"), ("buyer_missing", "/acheteur/id")),
        (sound(acheteur={"id": "NC"}), ("buyer_missing", "/acheteur/id")),
        (sound(acheteur={"id": "00000000000000"}), ("buyer_unusable", "/acheteur/id")),
        (sound(acheteur={"id": "111111001"}), ("buyer_unusable", "/acheteur/id")),
        (without("id"), ("id_missing", "/id")),
        (sound(id=""), ("id_missing", "/id")),
        (sound(id="x" * 65), ("id_too_long", "/id")),
        (None, ("record_empty", "")),
        ({}, ("record_empty", "")),
        ("un texte", ("record_unreadable", "")),
    ],
)
def test_what_does_not_identify_a_contract_is_not_imported(record: object, issue: tuple[str, str]) -> None:
    row = read_one(record)

    assert row.record is None
    assert row.failed
    assert issue in found(row)
    assert [i.code.value for i in row.issues if i.severity == "error"] == [issue[0]]


@pytest.mark.parametrize(
    "name",
    ["objet", "codeCPV", "titulaires", "considerationsSociales", "montant", "dureeMois", "ccag", "formePrix"],
)
def test_a_missing_mandatory_field_is_said_and_stops_nothing(name: str) -> None:
    row = read_one(without(name))

    assert row.record is not None
    assert found(row) == [("field_missing", f"/{name}")]


def test_an_object_where_a_scalar_is_expected() -> None:
    row = read_one(sound(montant={"valeur": 3}, objet=["a", "b"]))

    assert contract_of(row).amount is None
    assert found(row) == [("unreadable", "/objet"), ("unreadable", "/montant")]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (without("dateNotification"), "notification_missing"),
        (sound(dateNotification="NC"), "notification_missing"),
        (sound(dateNotification="0222-04-29"), "notification_unreadable"),
        (sound(dateNotification="2024-02-30"), "notification_unreadable"),
        (sound(dateNotification="5021-02-18"), "notification_unreadable"),
        (sound(dateNotification=["2024-05-30", "2024-05-31"]), "notification_missing"),
    ],
)
def test_without_a_notification_a_contract_is_still_one(record: object, code: str) -> None:
    row = read_one(record)

    assert contract_of(row).notified_on is None
    assert (code, "/dateNotification") in found(row)


@pytest.mark.parametrize(
    "written",
    [
        *("2024/12/31", "2024-12-31 00:00:00.000", "31-12-2024", "31.12.2024", 20241231),
        *("20241231T0000", "2024.12.31", "31/12/2024 10:00", ["2024-12-31Z"]),
    ],
)
def test_a_day_is_recognised_in_whatever_way_it_is_written(written: object) -> None:
    row = read_one(sound(datePublicationDonnees=written))

    assert contract_of(row).published_on == date(2024, 12, 31)
    assert found(row) == [("date_unusual", "/datePublicationDonnees")]


@pytest.mark.parametrize(
    "written", ["27 364,50 € HT", "27364.5 euros", "27'364.50", "27\u202f364,50 EUR H.T."]
)
def test_an_amount_is_recognised_with_its_unit(written: str) -> None:
    row = read_one(sound(montant=written))

    assert (contract_of(row).amount, row.issues) == (2_736_450, ())
