"""The regulatory profile: limits, periods, ceilings and required steps, as versioned data.

Rules read the profile they are given; nothing in the code asks which country it is in. A decision stores the profile's
code and version, so that it can be replayed.
"""

from datetime import date
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from domain.shared.settings import settings


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ReferenceRate(_Data):
    """A published reference rate, in force from a date until the next one."""

    from_on: date
    annual_rate_ppm: int


class Ceiling(_Data):
    """The highest enforceable annual rate: a multiple of a reference rate at the date of contract."""

    multiple: int
    reference_rates: list[ReferenceRate]
    source: str


class BorrowerLimits(_Data):
    """How much one borrower may owe on this platform, in minor units; the number itself is allowed."""

    person_minor: int
    organisation_minor: int
    source: str


class Profile(_Data):
    """The law an installation works under, as numbers."""

    code: str
    version: int
    name: str
    currency: str
    time_zone: str
    country: str
    funding_working_days: int
    borrower_limits: BorrowerLimits
    ceiling: Ceiling | None
    late_rate_multiple_ppm: int
    """Late interest as a multiple of the contract's rate, in millionths; the ceiling applies."""
    default_after_days: int
    reflection_hours: int
    """How long a full loan rests before it closes; the borrower may decline until then."""
    bid_revocable_hours: int
    """How long a lender may withdraw a bid; 0: bids are binding."""
    lender_loan_share_ppm: int
    """The largest share of one loan that one lender may hold, in millionths."""
    borrower_steps: list[str]
    lender_steps: list[str]
    """What must be done before borrowing or lending, in order: VERIFY_EMAIL, ACCEPT_TERMS, IDENTITY_CHECK, ACCEPT_RISK_WARNING."""

    def ceiling_ppm(self, on: date) -> int | None:
        """The highest annual rate of a contract made on a date, in millionths; None: there is none."""
        if self.ceiling is None:
            return None
        known = [rate for rate in self.ceiling.reference_rates if rate.from_on <= on] or self.ceiling.reference_rates[
            :1
        ]
        return self.ceiling.multiple * max(known, key=lambda rate: rate.from_on).annual_rate_ppm


@cache
def profile(code: str) -> Profile:
    """The profile of that code. Raises `ValueError` naming the known ones."""
    folder = resources.files("domain.shared") / "profiles"
    path = folder / f"{code}.json"
    if not path.is_file():
        known = ", ".join(sorted(entry.name.removesuffix(".json") for entry in folder.iterdir()))
        raise ValueError(f"there is no profile {code!r}; known are {known}")
    return Profile.model_validate_json(path.read_text())


def active() -> Profile:
    """The profile this installation works under."""
    return profile(settings().profile)
