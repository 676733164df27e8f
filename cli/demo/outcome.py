"""What came of it all: two tables whose every figure is read from the API."""

from collections.abc import Mapping
from decimal import Decimal

from rich.table import Table

from cli.demo.client import Answer, Api
from cli.demo.progress import Show
from cli.demo.wire import Wire

ROWS = (
    ("lent", "LOANS", "VOLUME"),
    ("repaid", "LOANS_REPAID", "PRINCIPAL_REPAID"),
    ("outstanding", "LOANS_OUTSTANDING", "OUTSTANDING"),
    ("overdue", "LOANS_OVERDUE", "OVERDUE"),
    ("in default", "LOANS_DEFAULTED", "DEFAULTED"),
    ("written off", "LOANS_WRITTEN_OFF", "WRITTEN_OFF"),
    ("interest received by lenders", None, "INTEREST_RECEIVED"),
)
"""A line of the first table: what it is called, and the published figures for its number of loans and its amount."""

OUTCOME = """query Outcome {
    platform {
        today profile { currency }
        gradeResults {
            grade loans volume { amount } lost { amount } promisedRate earnedRate expectedLossRate
        }
    }
    disclosure { figures { code value { ... on Money { amount } ... on Count { count } ... on Ratio { ratio } } } }
}"""


async def outcome(url: str, show: Show) -> None:
    """Read what is published and show it."""
    async with Wire() as wire:
        found = await Api(url, wire).ask(OUTCOME)
    figures = {figure["code"]: figure["value"] for figure in found["disclosure"]["figures"]}
    platform = found["platform"]
    show.console.print(_totals(figures, platform))
    show.say(
        f"{figures['LENDERS_EVER']['count']:,} lenders, {figures['BORROWERS_EVER']['count']:,} borrowers; "
        f"overdue rate {_percent(figures['OVERDUE_RATE']['ratio'])} of what is outstanding."
    )
    show.console.print(_by_grade(platform["gradeResults"]))


def _totals(figures: Mapping[str, Answer], platform: Answer) -> Table:
    table = _table(f"What came of it by {platform['today']}", "", "loans", platform["profile"]["currency"])
    for label, count, amount in ROWS:
        loans = f"{figures[count]['count']:,}" if count else ""
        table.add_row(label, loans, _money(figures[amount]["amount"]))
    return table


def _by_grade(results: list[Answer]) -> Table:
    table = _table(
        "What lenders earned by grade", "grade", "loans", "lent", "promised", "earned", "expected loss", "lost of it"
    )
    for result in results:
        volume, lost = Decimal(result["volume"]["amount"]), Decimal(result["lost"]["amount"])
        table.add_row(
            result["grade"],
            f"{result['loans']:,}",
            _money(result["volume"]["amount"]),
            _percent(result["promisedRate"]),
            _percent(result["earnedRate"]),
            _percent(result["expectedLossRate"]),
            _percent(str(lost / volume)),
        )
    return table


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _money(amount: str) -> str:
    return f"{Decimal(amount):,.2f}"


def _percent(rate: str | None) -> str:
    return "–" if rate is None else f"{Decimal(rate):.2%}"
