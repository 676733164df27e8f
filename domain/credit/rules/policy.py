"""The lender's own choices, as data: rates by grade, assumed loss, and what an operator must look at."""

from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from domain.credit.rules.facts import ApplicantKind, CreditHistory, EmploymentSince
from domain.credit.rules.scorecard import Grade


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AmountLimit(_Data):
    """Above so many units (of the scorecard's `amount`) an applicant employed like this is looked at."""

    employment_since: EmploymentSince
    units: int


class Conflict(_Data):
    """A credit history that does not go with more than so many existing credits."""

    credit_history: CreditHistory
    existing_credits_above: int


class Review(_Data):
    """What sends an application to an operator. `below_points` is the end (excluded) of the borderline band."""

    below_points: int
    kinds: frozenset[ApplicantKind]
    amount_limits: tuple[AmountLimit, ...]
    conflicts: tuple[Conflict, ...]


class Policy(_Data):
    """`loss_severity_ppm`: what is lost of the principal of a loan gone bad, recoveries counted, in millionths."""

    version: int
    loss_severity_ppm: int
    annual_rate_ppm: dict[Grade, int]
    review: Review


@cache
def policy() -> Policy:
    """The shipped policy, read once."""
    source = resources.files("domain.credit") / "data" / "policy.json"
    return Policy.model_validate_json(source.read_text(encoding="utf-8"))
