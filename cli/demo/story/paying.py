"""Money in and out: deposits by reference, some with mishaps, and withdrawals."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from cli.demo.cast import CURRENCY, Lender, Person
from cli.demo.client import Answer, together
from cli.demo.money import minor, said
from cli.demo.story.scene import Scene

DAY = timedelta(days=1)
BOUNCES, MISTYPES = 2, 4
"""Which lender's first transfer is recalled by their bank, and who gets the reference wrong."""
BOUNCES_AFTER = 2
WEEK = timedelta(days=7)
SPENDING_SHARE = 3

WALLET = "query Wallet { me { wallet { available { amount } } } }"
MEMBER = "query Member { me { member { id } } }"
SUSPENSE = """query Suspense($first: Int!, $after: String) {
    operations {
        suspense(first: $first, after: $after) {
            edges { node { id accountNumber } } pageInfo { hasNextPage endCursor }
        }
    }
}"""


async def announce(scene: Scene, person: Person, amount_minor: int, key: str) -> Answer:
    """Announce a deposit; returns the transfer that pays it, with the reference by which it is recognised."""
    opened = await scene.api.as_user(person.token).do(
        "openDeposit",
        "reference",
        currency=CURRENCY,
        amount=said(amount_minor),
        idempotencyKey=f"{key}-{person.email}",
    )
    return {
        "account": person.outside_account,
        "reference": opened["reference"],
        "amount_minor": amount_minor,
        "currency": CURRENCY,
    }


async def pay_in(scene: Scene, lenders: Sequence[Lender], key: str = "first deposit") -> None:
    """Each lender announces a deposit and has their own bank transfer it."""
    transfers: list[Answer] = []

    async def prepare(lender: Lender) -> None:
        transfers.append(await announce(scene, lender, lender.deposit_minor, key))

    with scene.show.part("Lenders pay in", len(lenders)) as done:
        await together(lenders, prepare, done)
        await scene.outside.pay_in(transfers)


async def pay_in_with_mishaps(scene: Scene, lenders: Sequence[Lender]) -> None:
    """The first deposits: one is recalled before it is final and made again later, one comes with a wrong reference."""
    recalled, mistyped = lenders[BOUNCES], lenders[MISTYPES]
    await scene.outside.misbehave(
        account=recalled.outside_account, kind="deposit", effect="bounce", days=BOUNCES_AFTER, times=1
    )
    await pay_in(scene, [lender for lender in lenders if lender is not mistyped])
    wrong = await announce(scene, mistyped, mistyped.deposit_minor, "mistyped")
    await scene.outside.pay_in([wrong | {"reference": "for my loans"}])
    scene.on(scene.today + DAY, assign_suspense)
    scene.on(scene.today + WEEK, partial(pay_in, lenders=[recalled], key="second try"))


async def assign_suspense(scene: Scene) -> None:
    """The operator finds out whose money it is by the account it came from."""
    owners = {lender.outside_account: lender for lender in scene.cast.lenders}
    items = [item async for item in scene.operator.pages(SUSPENSE, "operations", "suspense")]
    for item in items:
        member = (await scene.api.as_user(owners[item["accountNumber"]].token).ask(MEMBER))["me"]["member"]
        await scene.operator.do(
            "assignSuspense",
            "item { status }",
            itemId=item["id"],
            memberId=member["id"],
            idempotencyKey=f"assign-{item['id']}",
        )


async def withdraw(scene: Scene, lenders: Sequence[Lender]) -> None:
    """Lenders have a part of what came back paid out to their own account."""
    for lender in lenders:
        me = scene.api.as_user(lender.token)
        available_minor = minor((await me.ask(WALLET))["me"]["wallet"]["available"])
        if available_minor >= SPENDING_SHARE:
            await me.do(
                "requestWithdrawal",
                "transfer { status }",
                bankAccountId=lender.bank_account_id,
                amount=said(available_minor // SPENDING_SHARE),
                idempotencyKey=f"withdrawal-{lender.email}-{scene.today}",
            )
