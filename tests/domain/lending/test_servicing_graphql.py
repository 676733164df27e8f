"""Servicing through its GraphQL schema: who sees what, and typed answers."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from api.context import Context
from api.schema import schema
from domain.lending import commands
from domain.shared import db, ids
from domain.shared.actor import STRANGER, Scope, Viewer
from tests.domain.lending.serving import (
    SetClock,
    active,
    bank_says,
    collect,
    earn,
    go_to,
    key,
    loan_row,
    notes_of,
    wallet,
)

DUE = date(2025, 2, 6)
LOAN = """query($id: ID!, $on: Date) { loan(id: $id) { servicing { asOf outstanding { amount } overdue { amount } daysPastDue
    bucket nextDebit { on amount { amount } } payoff(on: $on) { total { amount currency } validUntil }
    repayments(first: 5) { edges { node { id source status amount { amount currency } loan { id }
        allocations { installment kind amount { amount } }
        distributions(first: 50) { edges { node { kind gross { amount } fee { amount } net { amount } note { id } } } } } } } } } }"""
ME = """query($status: NoteStatus) { me {
    notes(status: $status, first: 5) { edges { node { id status principal { amount } outstanding { amount } loan { id }
        interestReceived { amount } feesPaid { amount }
        distributions(first: 5) { edges { node { kind net { amount } reversal repayment { id status } } } } } } }
    portfolio { invested { amount } outstanding { amount } interestReceived { amount } feesPaid { amount } lost { amount }
        owedBack { amount } annualReturn byGrade { grade notes promisedRate } } } }"""


def of(user_id: UUID) -> Viewer:
    return Viewer(user_id, frozenset({Scope.READ, Scope.LEND, Scope.BORROW}))


STAFF = Viewer(UUID(int=7), frozenset({Scope.READ, Scope.OPERATE, Scope.COLLECT}))


async def run(query: str, viewer: Viewer = STRANGER, **variables: Any) -> dict[str, Any]:
    """The data of an operation without top-level errors."""
    result = await schema.execute(query, variable_values=variables, context_value=Context(viewer))
    assert result.errors is None, result.errors
    assert result.data is not None
    return result.data


async def servicing(loan_id: UUID, viewer: Viewer = STRANGER) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await run(LOAN, viewer, id=f"loan_{loan_id}"))["loan"]["servicing"]
    return found


async def mutate(viewer: Viewer, mutation: str, selection: str, **input_: Any) -> dict[str, Any]:
    kind = f"{mutation[0].upper()}{mutation[1:]}Input!"
    answered = f"__typename {selection} ...on UserError {{ code path }}"
    query = f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ {answered} }} }}"
    answer: dict[str, Any] = (await run(query, viewer, input=input_ | {"idempotencyKey": key()}))[mutation]
    return answer


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


async def test_everybody_sees_how_late_a_loan_is_and_only_some_what_was_paid(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    first, second = await notes_of(loan_id)
    await collect(set_clock, DUE, "settled")
    await go_to(set_clock, date(2025, 3, 16))
    seen = await servicing(loan_id)
    assert seen is not None
    assert (seen["daysPastDue"], seen["bucket"], seen["nextDebit"], seen["payoff"]) == (10, "D4_30", None, None)
    assert seen["repayments"]["edges"] == []
    assert 0 < float(seen["overdue"]["amount"]) < float(seen["outstanding"]["amount"]) < 10_000

    own = await servicing(loan_id, of(borrower))
    assert own is not None
    assert own["nextDebit"]["on"] == "2025-03-06"
    assert float(own["payoff"]["total"]["amount"]) > float(own["outstanding"]["amount"])
    assert own["payoff"]["validUntil"].startswith("2025-03-16T16:00:00")
    (paid,) = nodes(own["repayments"])
    assert (paid["source"], paid["status"], paid["loan"]["id"]) == ("DIRECT_DEBIT", "APPLIED", f"loan_{loan_id}")
    assert [(part["installment"], part["kind"]) for part in paid["allocations"]] == [(1, "INTEREST"), (1, "PRINCIPAL")]
    assert nodes(paid["distributions"]) == [], "what each lender got is the lender's"

    lent = await servicing(loan_id, of(first["lender_id"]))
    assert lent is not None
    parts = nodes(nodes(lent["repayments"])[0]["distributions"])
    assert {part["note"]["id"] for part in parts} == {f"note_{first['id']}"}
    assert [part["kind"] for part in parts] == ["INTEREST", "PRINCIPAL"]
    assert (await wallet(first["lender_id"])) == round(sum(float(part["net"]["amount"]) for part in parts) * 100)

    everything = await servicing(loan_id, STAFF)
    assert everything is not None
    parts = nodes(nodes(everything["repayments"])[0]["distributions"])
    assert {part["note"]["id"] for part in parts} == {f"note_{first['id']}", f"note_{second['id']}"}
    fees = sum(float(part["fee"]["amount"]) for part in parts)
    net = sum(float(part["net"]["amount"]) for part in parts)
    assert round(net + fees, 2) == float(paid["amount"]["amount"])


async def test_a_lender_sees_notes_and_portfolio(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    note, other = await notes_of(loan_id)
    (debit,) = await collect(set_clock, DUE, "settled")
    await go_to(set_clock, DUE + timedelta(days=5))
    await bank_says("returned", debit)
    me = (await run(ME, of(note["lender_id"])))["me"]
    (shown,) = nodes(me["notes"])
    assert (shown["id"], shown["status"], shown["outstanding"]["amount"]) == (f"note_{note['id']}", "ACTIVE", "6000.00")
    parts = nodes(shown["distributions"])
    assert [(part["kind"], part["reversal"]) for part in parts] == [
        ("INTEREST", True), ("PRINCIPAL", True), ("INTEREST", False), ("PRINCIPAL", False),
    ]  # fmt: skip
    assert round(sum(float(part["net"]["amount"]) for part in parts), 2) == 0
    assert {part["repayment"]["status"] for part in parts} == {"REVERSED"}

    await collect(set_clock, date(2025, 2, 20), "settled")
    portfolio = (await run(ME, of(note["lender_id"])))["me"]["portfolio"]
    row = (await notes_of(loan_id))[0]
    assert portfolio["invested"]["amount"] == "6000.00"
    assert float(portfolio["outstanding"]["amount"]) == (600_000 - row["principal_received_minor"]) / 100
    assert float(portfolio["interestReceived"]["amount"]) == row["interest_received_minor"] / 100
    assert float(portfolio["annualReturn"]) > 0
    assert [(grade["notes"], grade["promisedRate"]) for grade in portfolio["byGrade"]] == [
        (1, f"{(await loan_row(loan_id))['annual_rate_ppm'] / 1_000_000:.6f}")
    ]
    assert nodes((await run(ME, of(note["lender_id"]), status="REPAID"))["me"]["notes"]) == []
    node = "query($id: ID!) { node(id: $id) { id } }"
    assert (await run(node, of(note["lender_id"]), id=f"note_{note['id']}"))["node"] is not None
    assert (await run(node, of(other["lender_id"]), id=f"note_{note['id']}"))["node"] is None


FLOWS = """{ me { portfolio { outstanding { amount } interestReceived { amount } feesPaid { amount } cashFlows {
    month lent { amount } principal { amount } interest { amount } expectedPrincipal { amount } expectedInterest { amount }
} } } }"""


async def test_cash_flows_are_the_books_by_month_and_then_the_schedules(set_clock: SetClock) -> None:
    loan_id = await active([600_000, 400_000])
    note, other = await notes_of(loan_id)
    await collect(set_clock, DUE, "settled")
    (debit,) = await collect(set_clock, date(2025, 3, 6), "settled")
    await go_to(set_clock, date(2025, 3, 10))
    await bank_says("returned", debit)
    portfolio = (await run(FLOWS, of(note["lender_id"])))["me"]["portfolio"]
    months = {
        flow["month"]: {name: flow[name]["amount"] for name in flow if name != "month"}
        for flow in portfolio["cashFlows"]
    }
    assert list(months) == [f"2025-{month:02}-01" for month in range(1, 13)] + ["2026-01-01"]
    nothing = dict.fromkeys(("principal", "interest", "expectedPrincipal", "expectedInterest"), "0.00")
    assert months["2025-01-01"] == {"lent": "6000.00"} | nothing

    # 810.38 of principal and 49.26 of interest, three fifths of it, less a service fee of 5 %.
    february = {
        "lent": "0.00",
        "principal": "486.23",
        "interest": "28.09",
        "expectedPrincipal": "0.00",
        "expectedInterest": "0.00",
    }
    assert months["2025-02-01"] == february
    assert (months["2025-03-01"]["principal"], months["2025-03-01"]["interest"]) == ("0.00", "0.00"), (
        "it was taken back"
    )
    schedule = await db.fetch(
        "select principal_minor, interest_minor from lending.installments where loan_id = $1 order by number", loan_id
    )
    expected = [months[month] for month in months if month >= "2025-03-01"]
    assert [round(float(flow["expectedPrincipal"]) * 100) for flow in expected] == [
        round(row["principal_minor"] * 0.6) for row in schedule[1:]
    ]
    assert [round(float(flow["expectedInterest"]) * 100) for flow in expected] == [
        round(row["interest_minor"] * 0.6 * 0.95) for row in schedule[1:]
    ]
    assert (await run(FLOWS, of(other["lender_id"])))["me"]["portfolio"]["cashFlows"][0]["lent"]["amount"] == "4000.00"


async def test_what_is_past_due_is_expected_now_and_nothing_of_a_loan_in_default(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    (note,) = await notes_of(loan_id)
    await go_to(set_clock, date(2025, 3, 20))
    first, second = await db.fetch(
        "select principal_minor from lending.installments where loan_id = $1 and number <= 2 order by number", loan_id
    )
    flows = (await run(FLOWS, of(note["lender_id"])))["me"]["portfolio"]["cashFlows"]
    expected = {flow["month"]: flow["expectedPrincipal"]["amount"] for flow in flows}
    assert expected["2025-02-01"] == "0.00"
    assert round(float(expected["2025-03-01"]) * 100) == first["principal_minor"] + second["principal_minor"]
    assert round(sum(map(float, expected.values())), 2) == 10_000
    await go_to(set_clock, date(2025, 6, 1))
    while await commands.default_due(150):
        pass
    flows = (await run(FLOWS, of(note["lender_id"])))["me"]["portfolio"]["cashFlows"]
    assert [(flow["month"], flow["lent"]["amount"]) for flow in flows] == [("2025-01-01", "10000.00")]
    borrower = (await loan_row(loan_id))["borrower_id"]
    assert (await run(FLOWS, of(borrower)))["me"]["portfolio"]["cashFlows"] == []


async def test_paying_has_typed_answers(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    borrower = (await loan_row(loan_id))["borrower_id"]
    await earn(borrower, 2_000_000)
    paid = "...on RepayLoanPayload { replayed repayment { amount { amount } source } loan { status } }"
    at = {"loanId": f"loan_{loan_id}"}

    def yuan(amount: str) -> dict[str, str]:
        return {"amount": amount, "currency": "CNY"}

    refused = await mutate(
        of(borrower), "repayLoan", "...on RepaymentTooLarge { maximum { amount } }", **at, amount=yuan("10000.01")
    )
    assert (refused["__typename"], refused["maximum"]) == ("RepaymentTooLarge", {"amount": "10000.00"})
    stranger = await mutate(of(ids.new()), "repayLoan", paid, **at, amount=yuan("1"))
    assert stranger["__typename"] == "NotFound"
    answer = await mutate(of(borrower), "repayLoan", paid, **at, amount=yuan("2500"))
    assert answer["repayment"] == {"amount": {"amount": "2500.00"}, "source": "MANUAL"}
    await go_to(set_clock, date(2025, 1, 20))
    changed = await mutate(
        of(borrower),
        "payOffLoan",
        "...on PayoffChanged { total { amount currency } validUntil }",
        **at,
        expected=yuan("7500"),
    )
    assert changed["__typename"] == "PayoffChanged"
    settled = await mutate(
        of(borrower), "payOffLoan", "...on PayOffLoanPayload { loan { status } }", **at, expected=changed["total"]
    )
    assert settled["loan"]["status"] == "CLOSED"


async def test_collectors_find_what_is_overdue_and_give_up(set_clock: SetClock) -> None:
    loan_id = await active([1_000_000])
    queue = "query($days: Int!) { operations { overdueLoans(minimumDays: $days) { edges { node { id } } } } }"
    await go_to(set_clock, DUE + timedelta(days=91))
    assert await commands.default_due(150) == 1
    for days, found in ((91, [f"loan_{loan_id}"]), (92, [])):
        shown = (await run(queue, STAFF, days=days))["operations"]["overdueLoans"]
        assert [node["id"] for node in nodes(shown)] == found
    input_ = {"loanId": f"loan_{loan_id}", "reason": "Gone."}
    written = await mutate(STAFF, "writeOffLoan", "...on WriteOffLoanPayload { loan { status } }", **input_)
    assert written["loan"]["status"] == "WRITTEN_OFF"
    borrower = (await loan_row(loan_id))["borrower_id"]
    await earn(borrower, 30_000)
    recovery = {"loanId": f"loan_{loan_id}", "amount": {"amount": "300", "currency": "CNY"}}
    selection = "...on RecordRecoveryPayload { repayment { source amount { amount } } }"
    recovered = await mutate(STAFF, "recordRecovery", selection, **recovery)
    assert recovered["repayment"] == {"source": "RECOVERY", "amount": {"amount": "300.00"}}
    assert (await mutate(of(borrower), "recordRecovery", selection, **recovery))["__typename"] == "NotAllowed"
