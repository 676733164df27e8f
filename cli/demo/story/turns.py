"""The turns borrowers' lives take after they applied: incomes that stop, debits taken back, loans settled early."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from cli.demo.cast import Borrower
from cli.demo.client import Answer, Refused
from cli.demo.fate import Turn
from cli.demo.money import minor, said
from cli.demo.story import paying
from cli.demo.story.scene import Act, Scene

BANK_NEEDS = timedelta(days=2)
"""From the borrower's transfer until the money can be used."""
RETURNED_AFTER = 4
"""Working days after which a payer's bank takes a debit back."""
PREPAID_SHARE = 4
PASSING = ("CollectionPending", "InsufficientFunds")
"""Refusals that pass by themselves."""

OWED = """query Owed($id: ID!) {
    loan(id: $id) { status servicing { outstanding { amount } payoff { total { amount currency } } } }
}"""


def enter(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    """Enter into the calendar what will happen to these borrowers, on the Mondays after it is due."""
    for borrower in borrowers:
        if borrower.fate.turn is not Turn.PAYS:
            day = scene.today + timedelta(days=borrower.fate.after_days)
            scene.on(day + timedelta(days=-day.weekday() % 7), partial(take, borrower=borrower))


async def take(scene: Scene, borrower: Borrower) -> None:
    """A borrower's turn, now."""
    match borrower.fate.turn:
        case Turn.STOPS | Turn.RECOVERED:
            await _lose_income(scene, borrower)
        case Turn.STOPS_AND_RESUMES | Turn.LATE_ONCE:
            await _lose_income(scene, borrower)
            again = scene.today + timedelta(days=borrower.fate.lasts_days)
            scene.on(again, partial(_find_income, borrower=borrower))
        case Turn.DEBIT_RETURNED:
            await scene.outside.misbehave(
                account=borrower.outside_account, kind="debit", effect="return", days=RETURNED_AFTER, times=1
            )
        case Turn.SETTLES_EARLY:
            await _pay_in_what_is_owed(scene, borrower, share=1)
            scene.on(scene.today + BANK_NEEDS, partial(_settle, borrower=borrower))
        case Turn.PREPAYS:
            await _pay_in_what_is_owed(scene, borrower, share=PREPAID_SHARE)
            scene.on(scene.today + BANK_NEEDS, partial(_prepay, borrower=borrower))


async def _lose_income(scene: Scene, borrower: Borrower) -> None:
    """The income stops, and what was on the account is spent: debits will be refused."""
    left_minor = await scene.outside.balance_minor(borrower.outside_account)
    await scene.outside.change(borrower.outside_account, income=None, adjust_minor=-left_minor)


async def _find_income(scene: Scene, borrower: Borrower) -> None:
    """An income again, and enough on the account for what was missed."""
    income = {"amount_minor": borrower.income_minor, "day_of_month": borrower.income_day}
    await scene.outside.change(borrower.outside_account, income=income, adjust_minor=borrower.income_minor * 3)


async def _owed_minor(scene: Scene, borrower: Borrower) -> int:
    """What would settle the loan today; 0 for a loan that is not being repaid."""
    loan = (await scene.api.as_user(borrower.token).ask(OWED, id=borrower.loan_id))["loan"]
    if loan["status"] != "ACTIVE":
        return 0
    return minor(loan["servicing"]["payoff"]["total"])


async def _pay_in_what_is_owed(scene: Scene, borrower: Borrower, share: int) -> None:
    """A deposit into the wallet of one part in `share` of what is owed, with some interest for the days it takes."""
    owed_minor = await _owed_minor(scene, borrower)
    if owed_minor:
        await deposit(scene, borrower, owed_minor // share * 102 // 100, borrower.fate.turn.lower())


async def deposit(scene: Scene, borrower: Borrower, amount_minor: int, why: str) -> None:
    """A borrower comes into money and pays it into their wallet."""
    await scene.outside.change(borrower.outside_account, adjust_minor=amount_minor)
    await scene.outside.pay_in([await paying.announce(scene, borrower, amount_minor, why)])


async def _settle(scene: Scene, borrower: Borrower) -> None:
    """Settle the whole loan early, at the figure that is valid today."""
    owed = await _owed_minor(scene, borrower)
    if owed:
        step = ("payOffLoan", {"expected": said(owed)})
        await _pay(scene, borrower, step, partial(_settle, borrower=borrower))


async def _prepay(scene: Scene, borrower: Borrower) -> None:
    """Pay a part of the loan early."""
    owed = await _owed_minor(scene, borrower)
    if owed:
        step = ("repayLoan", {"amount": said(owed // PREPAID_SHARE)})
        await _pay(scene, borrower, step, partial(_prepay, borrower=borrower))


async def _pay(scene: Scene, borrower: Borrower, step: tuple[str, Answer], again: Act) -> None:
    """Pay from the wallet; if a debit is under way or the deposit is not there yet, again some days later."""
    mutation, fields = step
    key = f"{mutation}-{borrower.loan_id}-{scene.today}"
    try:
        await scene.api.as_user(borrower.token).do(
            mutation, "loan { status }", loanId=borrower.loan_id, idempotencyKey=key, **fields
        )
    except Refused as refused:
        if refused.kind not in PASSING:
            raise
        scene.on(scene.today + BANK_NEEDS, again)
