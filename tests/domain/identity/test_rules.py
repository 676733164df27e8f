"""What decides in identity, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.identity import credentials, rules
from domain.identity.models import PartyKind, Role
from domain.identity.rules import Identification, Standing
from domain.shared.actor import Scope
from domain.shared.errors import InvalidInput, NotAllowed

NOW = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
STEPS = ["VERIFY_EMAIL", "ACCEPT_TERMS", "IDENTITY_CHECK", "ACCEPT_RISK_WARNING"]


@pytest.mark.parametrize(
    ("standing", "missing"),
    [
        (Standing(), STEPS),
        (Standing(email_verified=True), STEPS[1:]),
        (Standing(email_verified=True, accepted=frozenset({"TERMS"})), STEPS[2:]),
        (Standing(True, True, frozenset({"TERMS"})), STEPS[3:]),
        (Standing(True, True, frozenset({"RISK_WARNING"})), ["ACCEPT_TERMS"]),
        (Standing(True, True, frozenset({"TERMS", "RISK_WARNING"})), []),
    ],
)
def test_steps_are_missing_in_the_profiles_order(standing: Standing, missing: list[str]) -> None:
    assert rules.missing_steps(standing, STEPS) == missing


def test_scopes_come_from_roles_and_operators_get_what_they_were_given() -> None:
    assert rules.scopes_of(["BORROWER"], []) == {Scope.READ, Scope.ACCOUNT, Scope.MONEY, Scope.BORROW}
    assert Scope.LEND in rules.scopes_of(["BORROWER", "LENDER"], [])
    assert rules.scopes_of([], ["REVIEW"]) == {Scope.READ, Scope.ACCOUNT, Scope.OPERATE, Scope.REVIEW}
    assert Scope.OPERATE not in rules.scopes_of(["LENDER"], [])


def test_a_token_has_no_more_than_its_maker() -> None:
    own = rules.scopes_of(["LENDER"], [])
    assert rules.token_scopes([Scope.LEND], own) == {Scope.READ, Scope.LEND}
    with pytest.raises(NotAllowed):
        rules.token_scopes([Scope.LEND, Scope.BORROW], own)


@pytest.mark.parametrize(("scope", "sees"), [("REVIEW", True), ("COLLECT", True), ("FINANCE", True), ("CLOCK", False)])
def test_a_token_that_decides_about_others_sees_them(scope: str, sees: bool) -> None:
    own = rules.scopes_of([], ["REVIEW", "COLLECT", "FINANCE", "CLOCK"])
    assert (Scope.OPERATE in rules.token_scopes([Scope(scope)], own)) is sees


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_token_ends_within_a_year(days: int) -> None:
    assert rules.token_expiry(NOW + timedelta(days=365), NOW) > NOW
    with pytest.raises(InvalidInput):
        rules.token_expiry(NOW + timedelta(days=days), NOW)


def test_emails_are_stored_in_lower_case() -> None:
    assert rules.clean_email("Ada.Lovelace@Example.COM", sandbox=False) == "ada.lovelace@example.com"
    assert rules.clean_email("ada@lenders.test", sandbox=True) == "ada@lenders.test"


@pytest.mark.parametrize(
    "email",
    ["", "ada", "ada@", "@example.com", "a da@example.com", "ada@example.com\n", "ada\x00@example.com", "ad\ud800a@x.de",
     "å@example.com", f"{'a' * 65}@example.com", f"ada@{'a.' * 130}com", "ada@localhost", "ada@lenders.test"],
)  # fmt: skip
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        rules.clean_email(email, sandbox=False)
    assert refusal.value.path == ("email",)


@pytest.mark.parametrize(
    "password", ["short", "eleven char", "x" * 201, "with a nul \x00 inside", "lone \ud800 surrogate"]
)
def test_passwords_have_limits(password: str) -> None:
    with pytest.raises(InvalidInput):
        rules.clean_password(password)


def test_passwords_are_the_same_however_the_keyboard_spells_them() -> None:
    assert rules.clean_password("pässword of ada") == rules.clean_password("pa\u0308ssword of ada")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "a\nb",
        "a\x00b",
        "\ud800",
        "x" * 201,
        "a\u2028b",
        "a\u2029b",
        *(f"a{turn}b" for turn in sorted(rules.TURNS)),
    ],
)
def test_names_are_one_line(name: str) -> None:
    with pytest.raises(InvalidInput):
        rules.clean_text(name, 200, "legalName")


def test_a_market_account_has_a_role() -> None:
    assert rules.check_roles([Role.LENDER, Role.BORROWER, Role.LENDER]) == ["BORROWER", "LENDER"]
    with pytest.raises(InvalidInput):
        rules.check_roles([])


@pytest.mark.parametrize(
    ("country", "birth_date", "number", "path"),
    [
        ("China", date(1990, 1, 1), "110101199001010011", ("country",)),
        ("CN", date(1990, 1, 1), "1", ("identificationNumber",)),
        ("CN", date(1990, 1, 1), "11 01\x00", ("identificationNumber",)),
        ("CN", None, "110101199001010011", ("birthDate",)),
        ("CN", date(2007, 1, 7), "110101199001010011", ("birthDate",)),
        ("CN", date(1800, 1, 1), "110101199001010011", ("birthDate",)),
    ],
)
def test_a_claim_that_cannot_be_right(country: str, birth_date: date | None, number: str, path: tuple[str]) -> None:
    claim = Identification(country=country, birth_date=birth_date, identification_number=number)
    with pytest.raises(InvalidInput) as refusal:
        rules.check_identification(claim, PartyKind.PERSON, NOW.date())
    assert refusal.value.path == path


def test_persons_are_of_age_on_their_birthday_and_organisations_have_none() -> None:
    claim = Identification(country="CN", birth_date=date(2007, 1, 6), identification_number="110101200701060011")
    assert rules.check_identification(claim, PartyKind.PERSON, NOW.date()) == claim
    assert rules.check_identification(claim, PartyKind.ORGANISATION, NOW.date()).birth_date is None


def test_the_hash_of_nobody_costs_what_others_cost() -> None:
    assert not credentials.hasher.check_needs_rehash(credentials.UNKNOWN)
