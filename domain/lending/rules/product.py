"""What a loan product offers and asks: the data of one of its versions."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.identity.models import PartyKind
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.rounding import Rounding
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.waterfall import DueKind

Share = Field(ge=0, le=1_000_000)


class ProductTerms(BaseModel):
    """The terms of a product's version; a loan keeps the version it was made under. Amounts are in minor units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    open_to: tuple[PartyKind, ...]
    currency: str
    methods: tuple[RepaymentMethod, ...]
    terms: Mapping[Frequency, tuple[int, ...]]
    """For each frequency offered, the lengths of the loan, in periods of it."""
    day_count: DayCount
    rounding: Rounding
    minimum_minor: int = Field(gt=0)
    maximum_minor: int = Field(gt=0)
    step_minor: int = Field(gt=0)
    """Amounts are multiples of it."""
    lot_minor: int = Field(gt=0)
    minimum_bid_minor: int = Field(gt=0)
    funding_threshold_ppm: int = Share
    """The share of the amount from which on the borrower may take a smaller loan at the deadline."""
    origination_fee_ppm: int = Share
    """Kept from the proceeds, as a share of the principal."""
    lender_service_fee_ppm: int = Share
    """Kept from the interest that lenders receive."""
    installment_fee_minor: int = Field(ge=0)
    grace_days: int = Field(ge=0)
    """Days past due for which no late interest is charged."""
    waterfall: tuple[DueKind, ...]
    within_installment_first: bool = True
    prepayment_allowed: bool = True
    mandate_required: bool
    """Whether an offer is accepted only with an active direct debit mandate."""
    offer_valid_days: int = Field(gt=0)
    retry_days: tuple[int, ...]
    """Days after the due date on which collecting is tried again; then every `retry_every_days`."""
    retry_every_days: int = Field(gt=0)
    remind_before_days: int = Field(ge=0)
    remind_after_days: int = Field(ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> "ProductTerms":
        """Amounts that lots cannot fill, or kinds of dues that nothing pays, would be found out by customers."""
        if self.minimum_minor > self.maximum_minor:
            raise ValueError("the minimum is above the maximum")
        if any(amount % self.lot_minor for amount in (self.minimum_minor, self.maximum_minor, self.step_minor)):
            raise ValueError("amounts must be multiples of the lot, or lots could not fill a loan")
        if self.minimum_bid_minor % self.lot_minor:
            raise ValueError("the minimum bid must be a multiple of the lot")
        if sorted(self.waterfall) != sorted(DueKind):
            raise ValueError("the waterfall must name every kind of due once")
        if not self.methods or not self.terms or not self.open_to:
            raise ValueError("a product needs methods, terms and somebody it is open to")
        if list(self.retry_days) != sorted(set(self.retry_days)) or min(self.retry_days, default=0) < 0:
            raise ValueError("retry days must ascend from zero on")
        return self

    def origination_fee_minor(self, principal_minor: int) -> int:
        """The fee kept from the proceeds of a principal; fractions of a minor unit are left to the borrower."""
        return principal_minor * self.origination_fee_ppm // 1_000_000

    def threshold_minor(self, asked_minor: int) -> int:
        """The smallest principal that the borrower may take at the deadline, rounded up to whole lots."""
        exact = -(-asked_minor * self.funding_threshold_ppm // 1_000_000)
        lots = -(-exact // self.lot_minor)
        return min(max(lots * self.lot_minor, self.minimum_bid_minor), asked_minor)


class ProductDefinition(BaseModel):
    """A version of a product as it is shipped: under which profile it is published, and its terms."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(max_length=40)
    version: int = Field(ge=1)
    profile: str
    is_open: bool = True
    terms: ProductTerms
