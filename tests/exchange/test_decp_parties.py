"""Buyers, holders, subcontracts and modifications in the forms they are published in."""

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
            "1111100200009",
            Identifier("SIRET", "01111100200009", valid=True, personal=False),
            [("unusual_spelling", ID)],
        ),
        (
            "SIRET",
            "EXEMPLE TESTEUR",
            Identifier("SIRET", "EXEMPLETESTEUR", valid=False, personal=True),
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


@pytest.mark.parametrize("mark", ["NC", ["NC"], {"titulaire": "NC"}])
def test_holders_that_were_not_communicated(mark: object) -> None:
    row = read_one(sound(titulaires=mark))

    assert contract_of(row).holders == ()
    assert found(row) == [("not_communicated", "/titulaires/0")]


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
        ("field_missing", f"{pointer}/dureeMois"),
        ("field_missing", f"{pointer}/dateNotification"),
        ("field_missing", f"{pointer}/datePublicationDonnees"),
        ("field_missing", f"{pointer}/montant"),
        ("field_missing", f"{pointer}/variationPrix"),
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
