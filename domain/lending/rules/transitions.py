"""The life of a loan: which status may follow which. One table; whatever is not in it is a bug."""

from collections.abc import Mapping

from domain.lending.models import LoanStatus as S

NEXT: Mapping[S, frozenset[S]] = {
    S.SUBMITTED: frozenset({S.UNDER_REVIEW, S.OFFERED, S.REJECTED}),
    S.UNDER_REVIEW: frozenset({S.OFFERED, S.REJECTED, S.WITHDRAWN}),
    S.OFFERED: frozenset({S.LISTED, S.DECLINED, S.WITHDRAWN, S.EXPIRED}),
    S.LISTED: frozenset({S.FUNDED, S.EXPIRED, S.DECLINED, S.WITHDRAWN}),
    S.FUNDED: frozenset({S.DISBURSING, S.DECLINED}),
    S.DISBURSING: frozenset({S.ACTIVE, S.DECLINED}),
    # A payout can come back after it was booked: then the loan did not come about.
    S.ACTIVE: frozenset({S.CLOSED, S.DEFAULTED, S.DECLINED}),
    S.DEFAULTED: frozenset({S.ACTIVE, S.CLOSED, S.WRITTEN_OFF}),
    S.WRITTEN_OFF: frozenset({S.CLOSED}),
    # The repayment that closed a loan can be returned: the loan is then what it was before.
    S.CLOSED: frozenset({S.ACTIVE, S.DEFAULTED, S.WRITTEN_OFF}),
    S.REJECTED: frozenset(),
    S.DECLINED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.EXPIRED: frozenset(),
}

APPLYING = frozenset({S.SUBMITTED, S.UNDER_REVIEW, S.OFFERED, S.LISTED, S.FUNDED})
"""Not lent yet: counts towards the borrower's limit with the amount asked."""

LENT = frozenset({S.DISBURSING, S.ACTIVE, S.DEFAULTED, S.WRITTEN_OFF})
"""Principal is outstanding: counts with it."""

STAMP: Mapping[S, str] = {
    S.OFFERED: "offered_at",
    S.LISTED: "listed_at",
    S.FUNDED: "funded_at",
    S.DISBURSING: "closed_at",
    S.REJECTED: "ended_at",
    S.DECLINED: "ended_at",
    S.WITHDRAWN: "ended_at",
    S.EXPIRED: "ended_at",
}
"""The column that keeps the instant a loan came into a status; servicing keeps dates of its own."""


def check(current: S, to: S) -> None:
    """An illegal transition is a bug: commands refuse people before (`WrongState`)."""
    assert to in NEXT[current], f"a loan that is {current} cannot become {to}"
