"""What operators and careful lenders do every week: look at what has gone wrong, and at what is still open."""

from cli.demo.cast import Borrower
from cli.demo.client import Answer
from cli.demo.story import lending
from cli.demo.story.scene import Scene

HOPELESS_DAYS = 120
"""Past due: then the operator writes the loan off."""

DEFAULTED = """query Defaulted($first: Int!, $after: String) {
    loans(filter: { status: [DEFAULTED] }, orderBy: NEWEST, first: $first, after: $after) {
        edges { node { id servicing { daysPastDue outstanding { amount } } } }
        pageInfo { hasNextPage endCursor }
    }
}"""


async def round_of_the_week(scene: Scene) -> None:
    """One week's work."""
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
