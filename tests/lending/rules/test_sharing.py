"""What notes receive of repayments, column by column: exact to the cent, and undone without a trace."""

from copy import deepcopy

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ledger import accounts
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.lending.rules.returning import undone
from domain.lending.rules.sharing import SHARED, Notes, Receipts, share_out
from domain.lending.rules.waterfall import DueKind
from domain.shared import ids

PAID = st.fixed_dictionaries(
    {
        DueKind.FEE: st.integers(0, 500),
        DueKind.PRINCIPAL: st.integers(0, 10**7),
        DueKind.INTEREST: st.integers(0, 10**5),
        DueKind.LATE_INTEREST: st.integers(0, 2_000) | st.just(0),
    }
)


def fresh(principals: list[int]) -> Notes:
    """Notes of so many lenders, the first of whom has two; nothing received yet."""
    lenders = [ids.new() for _ in principals]
    return Notes(
        ids=[ids.new() for _ in principals],
        lender_ids=[lenders[0], *lenders[:-1]],
        principal_minor=principals,
        received_minor={kind: [0] * len(principals) for kind in SHARED},
        fees_paid_minor=[0] * len(principals),
    )


def postings(receipts: Receipts) -> list[Posting]:
    """The shares as the books have them."""
    wallet = accounts.user(AccountKind.AVAILABLE, ids.new(), "CNY")
    found = []
    for at, note_id in enumerate(receipts.notes.ids):
        principal, fee = receipts.principal_minor[at], receipts.fee_minor[at]
        regular = principal + receipts.interest_minor[at] - fee
        share = Posting("REPAYMENT_SHARE", wallet, wallet, regular, None, note_id, principal, fee)
        found += [share, Posting("LATE_SHARE", wallet, wallet, receipts.late_minor[at], None, note_id)]
    return found


@settings(deadline=None)
@given(
    principals=st.lists(st.integers(1, 10**7), min_size=1, max_size=40),
    paid=st.lists(PAID, min_size=1, max_size=12),
    fee_ppm=st.integers(0, 200_000),
)
def test_what_is_shared_is_what_was_paid(principals: list[int], paid: list[dict[DueKind, int]], fee_ppm: int) -> None:
    notes = fresh(principals)
    kept = 0
    for totals in paid:
        receipts = share_out(notes, totals, fee_ppm)
        for kind, part in zip(SHARED, receipts[1:4], strict=True):
            assert sum(part) == totals[kind] and min(part) >= 0
        for interest, fee in zip(receipts.interest_minor, receipts.fee_minor, strict=True):
            assert fee == interest * fee_ppm // 1_000_000
        whole = sum(totals[kind] for kind in SHARED)
        assert receipts.total_minor() + sum(receipts.fee_minor) == whole
        assert sum(receipts.by_lender().values()) == receipts.total_minor()
        kept += sum(receipts.fee_minor)
    assert {kind: sum(notes.received_minor[kind]) for kind in SHARED} == {
        kind: sum(totals[kind] for totals in paid) for kind in SHARED
    }
    assert sum(notes.fees_paid_minor) == kept


@settings(deadline=None)
@given(principals=st.lists(st.integers(1, 10**7), min_size=1, max_size=40), paid=st.lists(PAID, min_size=2, max_size=6))
def test_a_share_that_is_undone_leaves_no_trace(principals: list[int], paid: list[dict[DueKind, int]]) -> None:
    notes = fresh(principals)
    for totals in paid[:-1]:
        share_out(notes, totals, 50_000)
    before = deepcopy(notes)
    for posting in postings(share_out(notes, paid[-1], 50_000)):
        undone(notes, posting)
    assert notes == before
