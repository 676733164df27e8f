"""Lenders lend: first loan by loan, then most of them by a plan."""

from collections.abc import Sequence
from functools import partial
from random import Random

from cli.demo.cast import SEED, Lender
from cli.demo.client import together
from cli.demo.money import minor, said
from cli.demo.story.scene import Scene

MOST_BIDS = 40
"""Of one lender in one round; the API takes 100 in a request."""
TERMS = (3, 48)

OPEN_LOANS = """query OpenLoans($grades: [Grade!]!, $first: Int!, $after: String) {
    loans(filter: { status: [LISTED], grades: $grades }, orderBy: NEWEST, first: $first, after: $after) {
        edges { node { id funding { remaining { amount } } } }
        pageInfo { hasNextPage endCursor }
    }
    me { wallet { available { amount } } }
}"""
PLANS = "{ me { autoInvestPlans { id } } }"
PLACE_BIDS = "results { __typename ... on UserError { code } }"


async def make_plans(scene: Scene, lenders: Sequence[Lender]) -> None:
    """Most lenders leave the choice to a plan, by grade; it bids on every loan that lists from now on."""
    planners = [lender for lender in lenders if not lender.by_hand]
    with scene.show.part("Lenders make plans", len(planners)) as done:
        await together(planners, partial(_make_plan, scene), done)


async def pause_plans(scene: Scene, lenders: Sequence[Lender]) -> None:
    """The plans rest: what lists from now on is left to those who choose by hand."""
    await together(lenders, partial(_pause_plans, scene), lambda: None)


async def bid_by_hand(scene: Scene, lenders: Sequence[Lender], most_bids: int = MOST_BIDS) -> None:
    """A round of lenders who look at what is listed and bid on some of it, each on so many loans at most."""
    draw = Random(f"{SEED} {scene.today}")
    shuffled = draw.sample(lenders, len(lenders))
    await together(
        shuffled, lambda lender: _bid(scene, lender, Random(f"{lender.email} {scene.today}"), most_bids), lambda: None
    )


async def _make_plan(scene: Scene, lender: Lender) -> None:
    await scene.api.as_user(lender.token).do(
        "createAutoInvestPlan",
        "plan { id }",
        name="Every loan of " + ", ".join(lender.grades),
        grades=lender.grades,
        minimumRate="0.050000",
        minimumInstallments=TERMS[0],
        maximumInstallments=TERMS[1],
        amount=said(lender.per_loan_minor),
        keep=said(0),
        idempotencyKey=f"plan-{lender.email}",
    )


async def _pause_plans(scene: Scene, lender: Lender) -> None:
    me = scene.api.as_user(lender.token)
    for plan in (await me.ask(PLANS))["me"]["autoInvestPlans"]:
        await me.do("pauseAutoInvestPlan", "plan { status }", planId=plan["id"])


async def _bid(scene: Scene, lender: Lender, draw: Random, most_bids: int) -> None:
    """Several bids in one request; each is answered by itself, and one that fails is no matter."""
    me = scene.api.as_user(lender.token)
    seen = await me.ask(OPEN_LOANS, grades=lender.grades, first=100, after=None)
    available = minor(seen["me"]["wallet"]["available"])
    loans = [edge["node"] for edge in seen["loans"]["edges"]]
    chosen = draw.sample(loans, min(len(loans), most_bids, available // lender.per_loan_minor))
    if not chosen:
        return
    bids = [
        {
            "loanId": loan["id"],
            "amount": said(lender.per_loan_minor),
            "allowPartial": True,
            "acknowledgedDocumentIds": [scene.documents["RISK_WARNING"]],
        }
        for loan in chosen
    ]
    await me.do("placeBids", PLACE_BIDS, bids=bids, idempotencyKey=f"bids-{lender.email}-{scene.today}")
