"""What an auto-invest plan may say."""

from dataclasses import dataclass

from domain.credit.rules.scorecard import Grade
from domain.identity.rules import clean_text
from domain.shared.errors import InvalidInput
from domain.shared.money import MAX_MINOR, Money

MAX_NAME = 80
MAX_PLANS = 20
MAX_RATE_PPM = 1_000_000
MAX_INSTALLMENTS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """The conditions of a plan. `grades`: which are accepted, none: all. `amount`: per loan; `keep`: cash never touched."""

    name: str
    grades: tuple[Grade, ...]
    minimum_rate_ppm: int
    minimum_installments: int
    maximum_installments: int
    amount: Money
    keep: Money

    def checked(self) -> "PlanTerms":
        """The terms as they are stored. Raises `InvalidInput` for what no loan can fulfil."""
        name = clean_text(self.name, MAX_NAME, "name")
        if not 0 <= self.minimum_rate_ppm <= MAX_RATE_PPM:
            raise InvalidInput(reason="A minimum rate is between 0 and 1.", path=("minimumRate",))
        if not 1 <= self.minimum_installments <= self.maximum_installments <= MAX_INSTALLMENTS:
            raise InvalidInput(
                reason=f"Expected 1 ≤ minimumInstallments ≤ maximumInstallments ≤ {MAX_INSTALLMENTS}.",
                path=("minimumInstallments",),
            )
        if not 0 < self.amount.amount_minor <= MAX_MINOR:
            raise InvalidInput(reason="The amount per loan must be more than zero.", path=("amount",))
        if self.keep.currency != self.amount.currency or not 0 <= self.keep.amount_minor <= MAX_MINOR:
            raise InvalidInput(reason="What to keep is zero or more, in the currency of the amount.", path=("keep",))
        return PlanTerms(
            name=name,
            grades=tuple(sorted(set(self.grades))),
            minimum_rate_ppm=self.minimum_rate_ppm,
            minimum_installments=self.minimum_installments,
            maximum_installments=self.maximum_installments,
            amount=self.amount,
            keep=self.keep,
        )
