"""One trap of real publications per case: what is understood, and what is said about it."""

from datetime import date

import pytest

from app.exchange.decp.records import Identifier
from tests.exchange.decp_samples import (
    BUYER,
    HOLDER,
    OTHER_HOLDER,
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
            [("not_communicated", "/lieuExecution/code"), ("missing", "/lieuExecution/code")],
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
        (without("dateNotification"), ("notification_missing", "/dateNotification")),
        (sound(dateNotification="NC"), ("notification_missing", "/dateNotification")),
        (sound(dateNotification="0222-04-29"), ("notification_unreadable", "/dateNotification")),
        (sound(dateNotification="2024-02-30"), ("notification_unreadable", "/dateNotification")),
        (None, ("record_empty", "")),
        ({}, ("record_empty", "")),
        ("un texte", ("record_unreadable", "")),
        (sound(_type="Contrat de concession"), ("concession_unsupported", "")),
        (sound(nature="Délégation de service public"), ("concession_unsupported", "")),
        (sound(autoriteConcedante={"id": BUYER}), ("concession_unsupported", "")),
    ],
)
def test_what_does_not_identify_a_contract_is_not_imported(record: object, issue: tuple[str, str]) -> None:
    row = read_one(record)

    assert row.record is None
    assert row.failed
    assert issue in found(row)
    assert [i.code.value for i in row.issues if i.severity == "error"] == [issue[0]]


@pytest.mark.parametrize(
    ("acheteur", "siret", "valid", "issues"),
    [
        ({"acheteur": {"id": f"  {BUYER} "}}, BUYER, True, []),
        ({"acheteur": {"id": "111 111 001 00009"}}, BUYER, True, []),
        ({"acheteur": [{"id": BUYER}]}, BUYER, True, []),
        ({"acheteur": BUYER}, BUYER, True, []),
        ({"acheteur": None, "acheteur.id": BUYER}, BUYER, True, []),
        ({"acheteur": {"id": int(BUYER)}}, BUYER, True, []),
        ({"acheteur": {"id": 1111100200009}}, "01111100200009", True, [("unusual_spelling", "/acheteur/id")]),
        (
            {"acheteur": {"id": "11111100100008"}},
            "11111100100008",
            False,
            [("siret_invalid", "/acheteur/id")],
        ),
        # La Poste's establishments have a key of their own: the digits add up to a multiple of 5.
        ({"acheteur": {"id": "35600000000048"}}, "35600000000048", True, []),
        ({"acheteur": {"id": "35600000000001"}}, "35600000000001", True, []),
        # The Ministry of the Armed Forces is in no register, but its key is right.
        ({"acheteur": {"id": "13001536500013"}}, "13001536500013", True, []),
    ],
)
def test_the_buyer_in_every_form(
    acheteur: dict[str, object], siret: str, valid: object, issues: list[tuple[str, str]]
) -> None:
    row = read_one(without("acheteur") | acheteur)

    assert contract_of(row).buyer == Identifier("SIRET", siret, valid=bool(valid), personal=False)
    assert found(row) == issues


@pytest.mark.parametrize(
    "titulaires",
    [
        [[[{"typeIdentifiant": "SIRET", "id": HOLDER}]]],
        [{"typeIdentifiant": "SIRET", "id": HOLDER}],
        {"titulaire": {"typeIdentifiant": "SIRET", "id": HOLDER}},
        {"titulaire": [{"typeIdentifiant": "SIRET", "id": HOLDER}]},
        [{"titulaire": {"typeIdentifiant": "SIRET", "id": f"   {HOLDER}"}}],
        [{"titulaire": {"typeIdentifiant": "SIRET", "id": int(HOLDER)}}],
    ],
)
def test_holders_in_every_nesting(titulaires: object) -> None:
    row = read_one(sound(titulaires=titulaires))

    assert contract_of(row).holders == (SOUND_HOLDER,)
    assert row.issues == ()


ID, SCHEME = "/titulaires/0/id", "/titulaires/0/typeIdentifiant"


@pytest.mark.parametrize(
    ("scheme", "value", "expected", "issues"),
    [
        ("Siret", HOLDER, SOUND_HOLDER, [("scheme_spelling", SCHEME)]),
        ("", HOLDER, SOUND_HOLDER, [("scheme_missing", SCHEME)]),
        ("TVA", HOLDER, SOUND_HOLDER, [("scheme_mismatch", SCHEME)]),
        (
            "SIRET",
            "22222200200009",
            Identifier("SIRET", "22222200200009", valid=False, personal=False),
            [("siret_invalid", ID)],
        ),
        (
            "SIRET",
            "00000000000000",
            Identifier("SIRET", "00000000000000", valid=False, personal=False),
            [("siret_invalid", ID)],
        ),
        (
            "SIRET",
            "EXEMPLE DUPOND",
            Identifier("SIRET", "EXEMPLEDUPOND", valid=False, personal=True),
            [("siret_invalid", ID)],
        ),
        ("TVA", "ES B66484189", Identifier("TVA", "ESB66484189", valid=True, personal=False), []),
        (
            "TVA_INTRACOMMUNAUTAIRE",
            "BE0456272657",
            Identifier("TVA", "BE0456272657", valid=True, personal=False),
            [("scheme_spelling", SCHEME)],
        ),
        (
            "TVA-intracommunautaire",
            "0456272657",
            Identifier("TVA", "0456272657", valid=False, personal=False),
            [("scheme_spelling", SCHEME), ("identifier_invalid", ID)],
        ),
        (
            "HORS_UE",
            "CHEXEMPLETESTEUR",
            Identifier("HORS-UE", "CHEXEMPLETESTEUR", valid=True, personal=True),
            [("scheme_spelling", SCHEME), ("personal_identifier", ID)],
        ),
        (
            "FRW",
            "FRWFEXEMPLETESTEUR",
            Identifier("FRWF", "FRWFEXEMPLETESTEUR", valid=True, personal=True),
            [("scheme_spelling", SCHEME), ("personal_identifier", ID)],
        ),
        ("TAHITI", "A12345678", Identifier("TAHITI", "A12345678", valid=True, personal=False), []),
        ("RIDET", "1234567890", Identifier("RIDET", "1234567890", valid=True, personal=False), []),
        (
            "IREP",
            "W751000000",
            Identifier("IREP", "W751000000", valid=False, personal=False),
            [("identifier_invalid", ID)],
        ),
        (
            "UE",
            "BEEXEMPLE",
            Identifier("UE", "BEEXEMPLE", valid=True, personal=False),
            [("scheme_withdrawn", SCHEME)],
        ),
        (
            "PASSEPORT",
            "EXEMPLE",
            Identifier("OTHER", "EXEMPLE", valid=False, personal=True),
            [("scheme_unknown", SCHEME), ("identifier_invalid", ID), ("personal_identifier", ID)],
        ),
    ],
)
def test_identifiers_of_holders(
    scheme: str, value: str, expected: Identifier, issues: list[tuple[str, str]]
) -> None:
    row = read_one(sound(titulaires=[{"titulaire": {"typeIdentifiant": scheme, "id": value}}]))

    assert contract_of(row).holders == (expected,)
    assert found(row) == issues


def test_holders_whose_keys_became_values() -> None:
    row = read_one(sound(titulaires=[{"titulaire": "typeIdentifiant"}, {"titulaire": "id"}]))

    assert contract_of(row).holders == ()
    assert found(row) == [("identifier_unreadable", "/titulaires")]


def test_a_holder_given_twice_is_kept_once() -> None:
    holder = {"typeIdentifiant": "SIRET", "id": HOLDER}
    other = {"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}
    row = read_one(sound(titulaires=[holder, other, holder]))

    assert [h.value for h in contract_of(row).holders] == [HOLDER, OTHER_HOLDER]
    assert found(row) == [("holder_duplicate", "/titulaires/2")]


def test_a_buyer_that_is_its_own_holder() -> None:
    row = read_one(sound(titulaires=[{"typeIdentifiant": "SIRET", "id": BUYER}]))

    assert found(row) == [("buyer_is_holder", "/titulaires")]


@pytest.mark.parametrize("nothing", ["", None, [], {}, {"modification": []}, "CDL", [None]])
def test_no_modification_in_every_form(nothing: object) -> None:
    row = read_one(sound(modifications=nothing))

    assert contract_of(row).modifications == ()
    assert row.issues == ()


MODIFICATION = {
    "id": 1,
    "dateNotificationModification": "2025-03-01",
    "datePublicationDonneesModification": "2025-03-20",
    "montant": "30000,10",
    "dureeMois": 12,
    "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": OTHER_HOLDER}}],
}


@pytest.mark.parametrize(
    "written",
    [[{"modification": MODIFICATION}], MODIFICATION, {"modification": [MODIFICATION]}, [[MODIFICATION]]],
)
def test_a_modification_in_every_nesting(written: object) -> None:
    row = read_one(sound(modifications=written))
    (modification,) = contract_of(row).modifications

    assert (modification.number, modification.amount, modification.duration_months) == (1, 3_000_010, 12)
    assert modification.notified_on == date(2025, 3, 1)
    assert modification.published_on == date(2025, 3, 20)
    assert [h.value for h in modification.holders] == [OTHER_HOLDER]
    assert row.issues == ()


@pytest.mark.parametrize(
    ("notified", "code"), [("2024-12-11", "modified_before_notification"), ("2026-11-24", "date_in_future")]
)
def test_a_modification_at_an_impossible_time(notified: str, code: str) -> None:
    row = read_one(sound(modifications=[MODIFICATION | {"dateNotificationModification": notified}]))

    assert found(row) == [(code, "/modifications/0/dateNotificationModification")]


def test_an_incomplete_subcontract_is_kept_with_what_it_says() -> None:
    act = {"id": 5, "sousTraitant": {"typeIdentifiant": "SIRET", "id": HOLDER}}
    row = read_one(sound(actesSousTraitance=[{"acteSousTraitance": act}]))
    (kept,) = contract_of(row).subcontract_acts
    pointer = "/actesSousTraitance/0"

    assert (kept.act_id, kept.subcontractor, kept.amount) == (5, SOUND_HOLDER, None)
    assert found(row) == [
        ("missing", f"{pointer}/dureeMois"),
        ("missing", f"{pointer}/dateNotification"),
        ("missing", f"{pointer}/datePublicationDonnees"),
        ("missing", f"{pointer}/montant"),
        ("missing", f"{pointer}/variationPrix"),
        ("subcontractor_is_holder", f"{pointer}/sousTraitant"),
    ]


def test_a_subcontract_and_its_modification() -> None:
    act = {
        "id": 1,
        "sousTraitant": {"typeIdentifiant": "SIRET", "id": OTHER_HOLDER},
        "dureeMois": 2,
        "dateNotification": "2025-01-10",
        "datePublicationDonnees": "2025-02-01",
        "montant": 5000,
        "variationPrix": "Ferme",
    }
    change = {
        "id": 1,
        "dateNotificationModificationSousTraitance": "2025-02-10",
        "datePublicationDonnees": "2025-02-20",
        "montant": 6000.5,
    }
    row = read_one(sound(actesSousTraitance=[act], modificationsActesSousTraitance=change))
    contract = contract_of(row)

    assert row.issues == ()
    assert contract.subcontract_acts[0].amount == 500_000
    assert contract.subcontract_acts[0].price_variation == "Ferme"
    assert contract.subcontract_modifications[0].amount == 600_050
    assert contract.subcontract_modifications[0].notified_on == date(2025, 2, 10)


@pytest.mark.parametrize(
    "name",
    ["objet", "codeCPV", "titulaires", "considerationsSociales", "montant", "dureeMois", "ccag", "formePrix"],
)
def test_a_missing_mandatory_field_is_said_and_stops_nothing(name: str) -> None:
    row = read_one(without(name))

    assert row.record is not None
    assert found(row) == [("missing", f"/{name}")]


def test_an_object_where_a_scalar_is_expected() -> None:
    row = read_one(sound(montant={"valeur": 3}, objet=["a", "b"]))

    assert contract_of(row).amount is None
    assert found(row) == [("unreadable", "/objet"), ("unreadable", "/montant")]
