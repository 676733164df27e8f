"""What came of it all: a table whose every figure is read from the API."""

from collections import defaultdict

from cli.demo.client import Api, connected
from cli.demo.progress import Show

LOANS = """query Loans($first: Int!, $after: String) {
    loans(orderBy: NEWEST, first: $first, after: $after) {
        edges { node { id status grade annualRate expectedLossRate amount { amount }
            servicing { outstanding { amount } overdue { amount } daysPastDue } } }
        pageInfo { hasNextPage endCursor }
    }
}"""


async def outcome(url: str, show: Show) -> None:
    """Read it and show it."""
    async with connected() as http:
        loans = [loan async for loan in Api(url, http).pages(LOANS, "loans")]
    counts: dict[str, int] = defaultdict(int)
    for loan in loans:
        counts[loan["status"]] += 1
    show.say(str(dict(counts)))
