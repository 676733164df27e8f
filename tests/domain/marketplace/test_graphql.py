"""The market through its GraphQL schema: typed answers, who sees what, and no more statements for more loans."""

from typing import Any
from uuid import UUID

import pytest

from api.context import Context
from api.schema import schema
from domain.marketplace.commands import close_funded
from domain.shared import db, ids
from domain.shared.actor import STRANGER, Scope, Viewer
from tests.domain.marketplace import market

BIDS = "bids(first: 5) { edges { node { amount { amount } requested { amount } lender { pseudonym } loan { id } } } }"
LOANS = """query($filter: LoanFilter, $orderBy: LoanOrder! = NEWEST, $first: Int! = 20, $after: String) {
  loans(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    edges { node { id status annualRate grade
      funding { status sequence target { amount } committed { amount } remaining { amount } revocable { amount } lenders }
      %s
      previewBid(amount: { amount: "100", currency: CNY }) {
        placeable { amount } refusals { code } expectedInterest { amount } expectedLoss { amount } } } }
    pageInfo { hasNextPage endCursor } } }"""
WITH_BIDS = LOANS % BIDS
PLAIN = LOANS % ""


def lender_viewer(user_id: UUID) -> Viewer:
    return Viewer(user_id, frozenset({Scope.READ, Scope.LEND}))


async def run(query: str, viewer: Viewer = STRANGER, **variables: Any) -> dict[str, Any]:
    """The data of an operation without top-level errors."""
    result = await schema.execute(query, variable_values=variables, context_value=Context(viewer))
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


async def mutate(viewer: Viewer, mutation: str, selection: str, **input_: Any) -> dict[str, Any]:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    answered = f"__typename {selection} ...on UserError {{ code path }}"
    query = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ {answered} }} }}"
    answer: dict[str, Any] = (await run(query, viewer, input=input_))[mutation]
    return answer


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


async def bid_input(loan: UUID, amount: str) -> dict[str, Any]:
    document = f"document_{await market.risk_warning()}"
    return {"loanId": f"loan_{loan}", "amount": yuan(amount), "acknowledgedDocumentIds": [document]}


async def ids_of(viewer: Viewer = STRANGER, **variables: Any) -> list[UUID]:
    page = (await run(PLAIN, viewer, **variables))["loans"]
    return [UUID(edge["node"]["id"].removeprefix("loan_")) for edge in page["edges"]]


async def test_loans_are_found_by_what_they_are() -> None:
    cheap = await market.list_loan(1_000, grade="A", annual_rate_ppm=80_000, installment_count=6)
    dear = await market.list_loan(5_000, grade="D", annual_rate_ppm=130_000, installment_count=36)
    taken = await market.list_loan(2_000, grade="B", annual_rate_ppm=100_000)
    await market.bid(await market.lender(2_000), taken, 2_000)
    assert await ids_of() == [taken, dear, cheap]
    assert await ids_of(orderBy="RATE") == [dear, taken, cheap]
    assert await ids_of(orderBy="DEADLINE") == sorted([cheap, dear, taken])
    filters: list[tuple[dict[str, Any], list[UUID]]] = [
        ({"status": ["LISTED"]}, [dear, cheap]),
        ({"status": ["FUNDED"], "grades": ["B"]}, [taken]),
        ({"grades": ["A", "B"]}, [taken, cheap]),
        ({"minimumRate": "0.100000"}, [taken, dear]),
        ({"maximumRate": "0.100000"}, [taken, cheap]),
        ({"minimumInstallments": 7, "maximumInstallments": 35}, [taken]),
        ({"purposes": ["EDUCATION"], "productCodes": ["personal"]}, [taken, dear, cheap]),
        ({"purposes": ["BUSINESS"]}, []),
        ({"productCodes": ["business"]}, []),
        ({"minimumRemaining": yuan("1000.01")}, [dear]),
        ({"deadlineBefore": "2025-01-15T16:00:00Z"}, []),
        ({"deadlineBefore": "2025-01-15T16:00:01Z"}, [taken, dear, cheap]),
    ]
    for wanted, expected in filters:
        assert await ids_of(filter=wanted) == expected, wanted


@pytest.mark.parametrize("order", ["NEWEST", "RATE", "DEADLINE"])
async def test_pages_go_through_every_loan_once(order: str) -> None:
    loans = {await market.list_loan(1_000, annual_rate_ppm=80_000 + n % 3) for n in range(7)}
    seen: list[str] = []
    after = None
    while True:
        page = (await run(PLAIN, orderBy=order, first=3, after=after))["loans"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        await market.list_loan(1_000, annual_rate_ppm=90_000)  # it would move an offset
    assert len(seen) == len(set(seen)) and set(seen) >= {f"loan_{loan}" for loan in loans}


async def test_what_strangers_and_lenders_see_of_a_loan() -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(250)
    await market.bid(lender, loan, 100)
    for viewer, requested, refusals in ((STRANGER, None, ["NotAllowed"]), (lender_viewer(lender), yuan("100.00"), [])):
        (edge,) = (await run(WITH_BIDS, viewer))["loans"]["edges"]
        seen = edge["node"]
        assert seen["funding"] == {
            "status": "OPEN", "sequence": 2, "target": {"amount": "250.00"}, "committed": {"amount": "100.00"},
            "remaining": {"amount": "150.00"}, "revocable": {"amount": "0.00"}, "lenders": 1,
        }  # fmt: skip
        (bid,) = seen["bids"]["edges"]
        assert (bid["node"]["requested"] or {}).get("amount") == (requested or {}).get("amount")
        assert bid["node"]["lender"]["pseudonym"] and bid["node"]["loan"]["id"] == seen["id"]
        assert [one["code"] for one in seen["previewBid"]["refusals"]] == refusals
        assert seen["previewBid"]["placeable"]["amount"] == ("0.00" if refusals else "100.00")


async def test_more_loans_need_no_more_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    real = db.fetch

    async def counted(sql: str, *args: object) -> list[db.Row]:
        nonlocal count
        count += 1
        return await real(sql, *args)

    monkeypatch.setattr(db, "fetch", counted)
    lender = await market.lender(10_000)
    counts = []
    for loans in (2, 8):
        for _ in range(loans):
            await market.bid(lender, await market.list_loan(1_000), 100)
        count = 0
        await run(WITH_BIDS, lender_viewer(lender))
        counts.append(count)
    assert counts[0] == counts[1]


async def test_placing_bids_says_for_each_what_happened() -> None:
    lender, loan = await market.lender(500), await market.list_loan(1_000)
    viewer = lender_viewer(lender)
    bids = [await bid_input(loan, "200"), await bid_input(loan, "150"), await bid_input(ids.new(), "100")]
    bids += [await bid_input(loan, "400"), await bid_input(loan, "50")]
    selection = """...on PlaceBidsPayload { replayed wallet { available { amount } held { amount } } results { __typename
        ...on PlaceBidPayload { partial bid { id amount { amount } status } loan { funding { sequence } } }
        ...on BidNotInLots { lot { amount } } ...on InsufficientFunds { available { amount } needed { amount } }
        ...on BidBelowMinimum { minimum { amount } } ...on UserError { code path message } } }"""
    answer = await mutate(viewer, "placeBids", selection, bids=bids, idempotencyKey="k")
    kinds = [one["__typename"] for one in answer["results"]]
    assert kinds == ["PlaceBidPayload", "BidNotInLots", "NotFound", "InsufficientFunds", "BidBelowMinimum"]
    assert answer["results"][0]["bid"]["amount"] == {"amount": "200.00"}
    assert answer["wallet"] == {"available": {"amount": "300.00"}, "held": {"amount": "200.00"}}
    assert answer["results"][3]["available"] == {"amount": "300.00"}
    again = await mutate(viewer, "placeBids", selection, bids=bids, idempotencyKey="k")
    assert again["replayed"] and [one["__typename"] for one in again["results"]] == kinds
    conflict = await mutate(viewer, "placeBids", selection, bids=bids[:1], idempotencyKey="k")
    assert conflict["__typename"] == "IdempotencyConflict"
    wrong = [bids[0] | {"loanId": "loan_1"}]
    refused = await mutate(viewer, "placeBids", selection, bids=wrong, idempotencyKey="w")
    assert (refused["__typename"], refused["path"]) == ("InvalidInput", ["bids", "0", "loanId"])


async def test_a_bid_is_placed_shown_and_refused() -> None:
    lender, loan = await market.lender(500), await market.list_loan(1_000)
    viewer, wanted = lender_viewer(lender), await bid_input(loan, "300")
    selection = (
        "...on PlaceBidPayload { partial replayed bid { id origin clientReference revocableUntil plan { id } } }"
    )
    placed = await mutate(viewer, "placeBid", selection, **wanted, clientReference="a note", idempotencyKey="k")
    assert placed["bid"]["clientReference"] == "a note" and placed["bid"]["revocableUntil"] is None
    unread = await mutate(
        viewer, "placeBid", "...on DocumentsNotAcknowledged { documentIds }",
        **wanted | {"acknowledgedDocumentIds": []}, idempotencyKey="u",
    )  # fmt: skip
    assert unread["documentIds"] == wanted["acknowledgedDocumentIds"]
    mine = await run("{ me { bids(status: [ACTIVE]) { edges { node { id } } } } }", viewer)
    assert mine["me"]["bids"]["edges"] == [{"node": {"id": placed["bid"]["id"]}}]
    binding = await mutate(
        viewer, "withdrawBid", "...on BidBinding { revocableUntil }", bidId=placed["bid"]["id"], idempotencyKey="w"
    )
    assert binding["__typename"] == "BidBinding"
    stranger = await mutate(Viewer(ids.new(), frozenset({Scope.READ})), "placeBid", "", **wanted, idempotencyKey="s")
    assert stranger["__typename"] == "NotAllowed"


async def test_a_plan_is_made_listed_paused_and_resumed() -> None:
    viewer = lender_viewer(await market.lender(500))
    plan = {
        "name": "Steady", "grades": ["A", "B"], "minimumRate": "0.050000", "minimumInstallments": 3,
        "maximumInstallments": 48, "amount": yuan("200"), "keep": yuan("0"),
    }  # fmt: skip
    fields = "plan { id status grades minimumRate amount { amount } servedAt }"
    made = await mutate(
        viewer, "createAutoInvestPlan", f"...on CreateAutoInvestPlanPayload {{ {fields} }}", **plan, idempotencyKey="k"
    )
    assert made["plan"] | {"id": None} == {
        "id": None, "status": "ACTIVE", "grades": ["A", "B"], "minimumRate": "0.050000",
        "amount": {"amount": "200.00"}, "servedAt": None,
    }  # fmt: skip
    for verb, status in (("pause", "PAUSED"), ("resume", "ACTIVE")):
        changed = await mutate(
            viewer, f"{verb}AutoInvestPlan",
            f"...on {verb.title()}AutoInvestPlanPayload {{ {fields} }}", planId=made["plan"]["id"],
        )  # fmt: skip
        assert changed["plan"]["status"] == status
    listed = await run("{ me { autoInvestPlans { id name } } }", viewer)
    assert listed["me"]["autoInvestPlans"] == [{"id": made["plan"]["id"], "name": "Steady"}]
    negative = await mutate(viewer, "createAutoInvestPlan", "", **plan | {"keep": yuan("-1")}, idempotencyKey="n")
    assert (negative["__typename"], negative["path"]) == ("InvalidInput", ["keep"])


async def test_a_bid_that_became_a_note_leads_to_it() -> None:
    lender, loan = await market.lender(1_000), await market.list_loan(1_000)
    placed = await market.bid(lender, loan, 1_000)
    await close_funded()
    query = "query($id: ID!) { node(id: $id) { ...on Bid { status note { principal { amount } bid { id } } } } }"
    bid_id = f"bid_{placed.bid_id}"
    seen = (await run(query, lender_viewer(lender), id=bid_id))["node"]
    assert seen == {"status": "ACCEPTED", "note": {"principal": {"amount": "1000.00"}, "bid": {"id": bid_id}}}
    assert (await run(query, id=bid_id))["node"] == {"status": "ACCEPTED", "note": None}


async def test_a_borrower_declines() -> None:
    (borrower,) = await market.people(1, "BORROWER")
    loan, lender = await market.list_loan(1_000, borrower), await market.lender(1_000)
    await market.bid(lender, loan, 1_000)
    viewer = Viewer(borrower, frozenset({Scope.READ, Scope.BORROW}))
    early = await mutate(
        viewer, "takeSmallerLoan", "...on WrongState { state allowed }", loanId=f"loan_{loan}", idempotencyKey="t"
    )
    assert (early["state"], early["allowed"]) == ("FULL", ["SHORT"])
    declined = await mutate(
        viewer, "declineFunding", "...on DeclineFundingPayload { loan { status funding { status committed { amount } } } }",
        loanId=f"loan_{loan}", idempotencyKey="d",
    )  # fmt: skip
    assert declined["loan"] == {
        "status": "DECLINED", "funding": {"status": "CANCELLED", "committed": {"amount": "0.00"}},
    }  # fmt: skip
    assert await market.wallet(lender) == (1_000, 0)
