"""What came of it all: tables whose every figure is read from the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.table import Table

from cli.demo.client import Answer, Api
from cli.demo.progress import Show
from cli.demo.wire import Wire

CURRENCY = "CNY"
IN_DEFAULT = ("DEFAULTED", "WRITTEN_OFF")
PAID_OUT = ("ACTIVE", "CLOSED", *IN_DEFAULT)

LOANS = """query Loans($first: Int!, $after: String) {
    loans(orderBy: NEWEST, first: $first, after: $after) {
        edges { node {
            status grade annualRate expectedLossRate amount { amount }
            servicing { outstanding { amount } overdue { amount } daysPastDue }
        } }
        pageInfo { hasNextPage endCursor }
    }
}"""


@dataclass(frozen=True)
class Loan:
    """A loan of the market as the tables count it. Amounts in the currency's units, rates as fractions a year."""

    status: str
    grade: str
    annual_rate: Decimal
    expected_loss_rate: Decimal
    amount: Decimal
    outstanding: Decimal
    overdue: Decimal

    @classmethod
    def of(cls, node: Answer) -> "Loan":
        """The loan of an answer."""
        servicing = node["servicing"] or {}
        return cls(
            status=node["status"],
            grade=node["grade"],
            annual_rate=Decimal(node["annualRate"]),
            expected_loss_rate=Decimal(node["expectedLossRate"]),
            amount=Decimal(node["amount"]["amount"]),
            outstanding=Decimal(servicing.get("outstanding", {"amount": 0})["amount"]),
            overdue=Decimal(servicing.get("overdue", {"amount": 0})["amount"]),
        )


async def outcome(url: str, show: Show) -> None:
    """Read what there is to see and show it."""
    async with Wire() as wire:
        loans = [Loan.of(node) async for node in Api(url, wire).pages(LOANS, "loans")]
    show.console.print(_totals(loans))
    show.console.print(_by_grade(loans))


def _totals(loans: Sequence[Loan]) -> Table:
    table = Table("", "loans", CURRENCY, title="What came of it")
    for column in table.columns[1:]:
        column.justify = "right"
    paid_out = [loan for loan in loans if loan.status in PAID_OUT]
    _row(table, "listed", [loan.amount for loan in loans])
    _row(table, "funded and paid out", [loan.amount for loan in paid_out])
    _row(table, "repaid to the last cent", [loan.amount for loan in paid_out if loan.status == "CLOSED"])
    _row(table, "outstanding", [loan.outstanding for loan in paid_out if loan.outstanding])
    _row(table, "overdue", [loan.overdue for loan in paid_out if loan.overdue])
    _row(table, "in default", [loan.outstanding for loan in paid_out if loan.status == "DEFAULTED"])
    _row(table, "written off", [loan.outstanding for loan in paid_out if loan.status == "WRITTEN_OFF"])
    return table


def _row(table: Table, what: str, amounts: Sequence[Decimal]) -> None:
    table.add_row(what, f"{len(amounts):,}", f"{sum(amounts, Decimal()):,.2f}")


def _by_grade(loans: Sequence[Loan]) -> Table:
    table = Table("grade", "loans", "promised", "expected loss", title="By grade")
    for column in table.columns[1:]:
        column.justify = "right"
    for grade in sorted({loan.grade for loan in loans}):
        paid_out = [loan for loan in loans if loan.grade == grade and loan.status in PAID_OUT]
        lent = sum((loan.amount for loan in paid_out), Decimal()) or Decimal(1)
        promised = sum((loan.amount * loan.annual_rate for loan in paid_out), Decimal()) / lent
        expected = sum((loan.amount * loan.expected_loss_rate for loan in paid_out), Decimal()) / lent
        table.add_row(grade, f"{len(paid_out):,}", f"{promised:.2%}", f"{expected:.2%}")
    return table
