"""What a bid would bring, before it is placed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from domain.shared.errors import DomainError
from domain.shared.money import Money

PPM = 1_000_000
DAYS_PER_YEAR = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class BidPreview:
    """What would come of a bid.

    `placeable`: how much would be taken, zero if anything stands against it. The expectations are for what was asked, or
    for all that is left if that is less: interest after the service fee if everything is paid when due, and the average loss.
    """

    placeable: Money
    refusals: Sequence[DomainError]
    expected_interest: Money
    expected_loss: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What the whole loan would bring its lenders, in minor units."""

    principal_minor: int
    interest_minor: int
    loss_minor: int

    def part(self, amount_minor: int) -> tuple[int, int]:
        """A lender's part of interest and loss, rounded down."""
        return (
            self.interest_minor * amount_minor // self.principal_minor,
            self.loss_minor * amount_minor // self.principal_minor,
        )


def prospect(
    principal_minor: int,
    schedule: Sequence[Mapping[str, Any]],
    start_on: date,
    service_fee_ppm: int,
    expected_loss_ppm: int,
) -> Prospect:
    """What a loan paid out on `start_on` would bring. `schedule`: rows with nominal_on, interest_minor, balance_after_minor.

    The loss is a year's expected loss of the principal outstanding, over the life of the schedule.
    """
    interest = sum(row["interest_minor"] for row in schedule)
    dates = [start_on, *(row["nominal_on"] for row in schedule)]
    balances = [principal_minor, *(row["balance_after_minor"] for row in schedule)]
    minor_days = sum(
        balance * (later - earlier).days for balance, (earlier, later) in zip(balances, pairwise(dates), strict=False)
    )
    return Prospect(
        principal_minor=principal_minor,
        interest_minor=interest - interest * service_fee_ppm // PPM,
        loss_minor=minor_days * expected_loss_ppm // (PPM * DAYS_PER_YEAR),
    )
