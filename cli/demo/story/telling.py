"""The whole story: who comes when, and what is entered into the calendar for later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from cli.demo import marker
from cli.demo.cast import Borrower, draw_cast, waves
from cli.demo.client import Api, Outside
from cli.demo.marker import Login, Story
from cli.demo.progress import Show
from cli.demo.stage import Stage
from cli.demo.story import borrowing, joining, lending, operating, paying, turns
from cli.demo.story.scene import Scene, scene
from cli.demo.wire import Wire

DAY = timedelta(days=1)
WAVES = 6
FIRST_PLANS = timedelta(days=5)
"""After the first wave: until then every lender chooses by hand."""
BETWEEN_WAVES = timedelta(days=13)
BETWEEN_ROUNDS = timedelta(days=7)
BETWEEN_WITHDRAWALS = timedelta(days=56)
EVERY_SO_MANY_WITHDRAW = 5
DAYS_A_MONTH = 30.4
STATUS = "query Status($id: ID!) { loan(id: $id) { status } }"
SHORTEST = timedelta(days=10)
"""Until the first loans are paid out."""
ONE_OF_SO_MANY_COMES_LAST = 25
"""Borrowers who apply as the story ends: who visits then finds a market with loans to bid on."""
LAST_BIDS = 4
"""Of one lender on these: some loans fill, most only begin to."""


async def tell(stage: Stage, story: Story, show: Show) -> Story:
    """Tell the story from the first lender to the last day; returns it as complete, with who can log in.

    Without applications nobody comes: the market is open and empty, for whoever wants to try it alone.
    """
    cast = draw_cast(story.applications)
    stage.kalends("create-operator", cast.operator.email, "--name", "Head of Operations", typed=cast.operator.password)
    async with Wire() as wire:
        told = await scene(Api(stage.platform.url, wire), Outside(stage.platform.sandbox_url, wire), show, cast)
        if not cast.borrowers:
            await told.walk_to(told.today + DAY)  # so that the bank knows what day it is here
            return replace(story, state=marker.COMPLETE, logins=(cast.operator,))
        ends_on = told.today + max(SHORTEST, timedelta(days=round(story.months * DAYS_A_MONTH)))
        await _lenders_come(told)
        coming_last = len(cast.borrowers) - len(cast.borrowers) // ONE_OF_SO_MANY_COMES_LAST
        _enter_waves(told, cast.borrowers[:coming_last], ends_on)
        _enter_last(told, cast.borrowers[coming_last:], ends_on)
        _enter_rounds(told, ends_on)
        with show.part("Days pass", (ends_on - told.today).days) as passed:
            await told.play(ends_on, passed)
        return replace(story, state=marker.COMPLETE, logins=await _logins(told))


async def _lenders_come(scene: Scene) -> None:
    lenders = scene.cast.lenders
    await joining.join(scene, lenders, "Lenders")
    await scene.walk_to(scene.today + DAY)
    await joining.decide_checks(scene)
    await paying.pay_in_with_mishaps(scene, lenders)
    await scene.walk_to(scene.today + DAY)


def _enter_waves(scene: Scene, borrowers: Sequence[Borrower], ends_on: date) -> None:
    """Applications do not come on one day: the waves fill the first quarter of the time there is, at most eleven weeks."""
    quarter = (ends_on - scene.today) / 4
    groups = waves(borrowers, WAVES if len(borrowers) >= 100 else 2)
    apart = min(BETWEEN_WAVES, quarter / len(groups))
    for number, group in enumerate(groups):
        begins_on = scene.today + number * apart
        scene.on(begins_on, partial(_come, borrowers=group))
        scene.on(begins_on + DAY, partial(_borrow, borrowers=group))
    scene.on(scene.today + FIRST_PLANS, lambda scene: lending.make_plans(scene, scene.cast.lenders))


def _enter_last(scene: Scene, borrowers: Sequence[Borrower], ends_on: date) -> None:
    """The last borrowers list a day before the end, when plans rest and only some lenders look."""
    if borrowers:
        scene.on(ends_on - 2 * DAY, partial(_come, borrowers=borrowers))
        scene.on(ends_on - DAY, partial(_borrow_last, borrowers=borrowers))


async def _come(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    await joining.join(scene, borrowers, f"{scene.today}: borrowers")
    await borrowing.give_mandates(scene, borrowers)


async def _borrow(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    """The day after: identity checks and mandates are answered, so everybody can apply, and learns at once."""
    await joining.decide_checks(scene)
    await borrowing.apply(scene, borrowers)
    await borrowing.review(scene, borrowers)
    await borrowing.answer_offers(scene, borrowers)
    turns.enter(scene, borrowers)
    scene.on(scene.today + DAY, lambda scene: lending.bid_by_hand(scene, scene.cast.lenders))


async def _borrow_last(scene: Scene, borrowers: Sequence[Borrower]) -> None:
    by_hand = [lender for lender in scene.cast.lenders if lender.by_hand]
    await lending.pause_plans(scene, scene.cast.lenders)
    await joining.decide_checks(scene)
    await borrowing.apply(scene, borrowers)
    await borrowing.review(scene, borrowers)
    await borrowing.answer_offers(scene, borrowers)
    await lending.bid_by_hand(scene, by_hand, LAST_BIDS)


def _enter_rounds(scene: Scene, ends_on: date) -> None:
    """Every week some look at what is still open, and the operator at what has gone wrong; at times lenders withdraw.

    The last round comes before the last loans list.
    """
    day = scene.today + BETWEEN_ROUNDS
    while day < ends_on - DAY:
        scene.on(day, operating.round_of_the_week)
        day += BETWEEN_ROUNDS
    withdrawing, day = scene.cast.lenders[::EVERY_SO_MANY_WITHDRAW], scene.today + BETWEEN_WITHDRAWALS
    while day < ends_on:
        scene.on(day, partial(paying.withdraw, lenders=withdrawing))
        day += BETWEEN_WITHDRAWALS


async def _logins(scene: Scene) -> tuple[Login, ...]:
    """A borrower whose loan is being repaid (or, if there is none, any), a lender of all grades with large means, the operator."""
    cast = scene.cast
    borrower = cast.borrowers[0]
    for other in cast.borrowers:
        if other.loan_id and (await scene.operator.ask(STATUS, id=other.loan_id))["loan"]["status"] == "ACTIVE":
            borrower = other
            break
    lender = max(cast.lenders, key=lambda lender: (len(lender.grades), lender.deposit_minor))
    return (
        Login("borrower", borrower.email, borrower.password),
        Login("lender", lender.email, lender.password),
        cast.operator,
    )
