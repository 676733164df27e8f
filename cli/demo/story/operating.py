"""What operators and careful lenders do every week: look at what has gone wrong, and at what is still open."""

from datetime import timedelta
from functools import partial

from cli.demo.cast import Borrower
from cli.demo.client import Answer
from cli.demo.fate import Turn
from cli.demo.money import minor, said
from cli.demo.story import lending, turns
from cli.demo.story.scene import Scene

HOPELESS_DAYS = 120
"""Past due: then the operator writes the loan off."""
RECOVERED_PERCENT = 60
COLLECTORS_NEED = timedelta(days=30)

STILL_OPEN = "query StillOpen { loans(filter: { status: [LISTED] }, first: 1) { edges { node { id } } } }"
DEFAULTED = """query Defaulted($first: Int!, $after: String) {
    loans(filter: { status: [DEFAULTED] }, orderBy: NEWEST, first: $first, after: $after) {
        edges { node { id servicing { daysPastDue outstanding { amount } } } }
        pageInfo { hasNextPage endCursor }
    }
}"""


async def round_of_the_week(scene: Scene) -> None:
    """One week's work."""
    if (await scene.api.ask(STILL_OPEN))["loans"]["edges"]:
        await lending.bid_by_hand(scene, [lender for lender in scene.cast.lenders if lender.by_hand])
    borrowers = {borrower.loan_id: borrower for borrower in scene.cast.borrowers}
    async for loan in scene.operator.pages(DEFAULTED, "loans"):
        if loan["servicing"]["daysPastDue"] >= HOPELESS_DAYS:
            await _write_off(scene, loan, borrowers[loan["id"]])


async def _write_off(scene: Scene, loan: Answer, borrower: Borrower) -> None:
    await scene.operator.do(
        "writeOffLoan",
        "loan { status }",
        loanId=loan["id"],
        reason="No payment for four months; the collectors found nothing.",
        idempotencyKey=f"write-off-{loan['id']}",
    )
    if borrower.fate.turn is Turn.RECOVERED:
        amount = minor(loan["servicing"]["outstanding"]) * RECOVERED_PERCENT // 100
        scene.on(scene.today + COLLECTORS_NEED, partial(_collectors_find, borrower=borrower, amount_minor=amount))


async def _collectors_find(scene: Scene, borrower: Borrower, amount_minor: int) -> None:
    """The collectors have the borrower pay something in after all."""
    await turns.deposit(scene, borrower, amount_minor, "recovery")
    scene.on(scene.today + turns.BANK_NEEDS, partial(_recover, borrower=borrower, amount_minor=amount_minor))


async def _recover(scene: Scene, borrower: Borrower, amount_minor: int) -> None:
    """The operator has it distributed among the lenders."""
    await scene.operator.do(
        "recordRecovery",
        "loan { status }",
        loanId=borrower.loan_id,
        amount=said(amount_minor),
        idempotencyKey=f"recovery-{borrower.loan_id}",
    )
