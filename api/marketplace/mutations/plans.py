"""Auto-invest plans."""

from typing import Annotated

import strawberry

from api import money
from api.context import Info
from api.engine import existing
from api.errors import Busy, IdempotencyConflict, InvalidInput, NotAllowed, NotFound, StepRequired
from api.marketplace.errors import TooManyPlans
from api.marketplace.types import AutoInvestPlan
from api.mutation import KEY, REPLAYED, mutation
from api.node import parse_id
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.marketplace import commands
from domain.marketplace.rules.plans import PlanTerms


@strawberry.input(description="The plan to make. It bids on loans that list from now on.")
class CreateAutoInvestPlanInput:
    """The plan to make."""

    name: str = strawberry.field(description="What you call it, 1 to 80 characters.")
    grades: list[Grade] = strawberry.field(description="The grades to bid on; empty: all.")
    minimum_rate: Rate = strawberry.field(description="The lowest rate to bid on, 0 to 1.")
    minimum_installments: int = strawberry.field(
        default=1, description="The shortest term, in periods of the loan's frequency; at least 1."
    )
    maximum_installments: int = strawberry.field(
        default=1200, description="The longest term, in periods of the loan's frequency; at most 1200."
    )
    amount: money.MoneyInput = strawberry.field(
        description="What to bid on a loan, rounded down to its lots; less if cash or the loan allow only less."
    )
    keep: money.MoneyInput = strawberry.field(description="The cash never to touch; zero or more.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The plan is made and bids from the next loan on.")
class CreateAutoInvestPlanPayload:
    """The plan is made."""

    plan: AutoInvestPlan = strawberry.field(description="The plan.")
    replayed: bool = strawberry.field(description=REPLAYED)


CreateAutoInvestPlanResult = Annotated[
    CreateAutoInvestPlanPayload | TooManyPlans | StepRequired | InvalidInput | NotAllowed | IdempotencyConflict | Busy,
    strawberry.union("CreateAutoInvestPlanResult", description="The plan is made, or why not."),
]


@strawberry.input(description="The plan to pause.")
class PauseAutoInvestPlanInput:
    """The plan to pause."""

    plan_id: strawberry.ID = strawberry.field(description="The plan.")


@strawberry.type(description="The plan does not bid.")
class PauseAutoInvestPlanPayload:
    """The plan does not bid."""

    plan: AutoInvestPlan = strawberry.field(description="The plan.")


PauseAutoInvestPlanResult = Annotated[
    PauseAutoInvestPlanPayload | InvalidInput | NotFound | NotAllowed | Busy,
    strawberry.union("PauseAutoInvestPlanResult", description="The plan does not bid, or why it still does."),
]


@strawberry.input(description="The plan to resume.")
class ResumeAutoInvestPlanInput:
    """The plan to resume."""

    plan_id: strawberry.ID = strawberry.field(description="The plan.")


@strawberry.type(description="The plan bids again, from the next loan on.")
class ResumeAutoInvestPlanPayload:
    """The plan bids again."""

    plan: AutoInvestPlan = strawberry.field(description="The plan.")


ResumeAutoInvestPlanResult = Annotated[
    ResumeAutoInvestPlanPayload | InvalidInput | NotFound | NotAllowed | Busy,
    strawberry.union("ResumeAutoInvestPlanResult", description="The plan bids again, or why not."),
]


@strawberry.type
class PlanMutation:
    """Auto-invest plans."""

    @mutation("Make an auto-invest plan, at most 20 in all. Needs the scope LEND.")
    async def create_auto_invest_plan(self, info: Info, input: CreateAutoInvestPlanInput) -> CreateAutoInvestPlanResult:
        """Make a plan."""
        terms = PlanTerms(
            name=input.name,
            grades=tuple(input.grades),
            minimum_rate_ppm=input.minimum_rate,
            minimum_installments=input.minimum_installments,
            maximum_installments=input.maximum_installments,
            amount=input.amount.positive("amount"),
            keep=input.keep.parsed("keep"),
        )
        request = commands.CreatePlan(terms=terms, idempotency_key=input.idempotency_key)
        made = await commands.create_plan(info.context.actor, request)
        return CreateAutoInvestPlanPayload(
            plan=existing(info.context, AutoInvestPlan, made.plan_id), replayed=made.replayed
        )

    @mutation("Stop a plan from bidding; again changes nothing. Needs the scope LEND.")
    async def pause_auto_invest_plan(self, info: Info, input: PauseAutoInvestPlanInput) -> PauseAutoInvestPlanResult:
        """Stop a plan from bidding."""
        plan_id = parse_id("plan", input.plan_id, "planId")
        await commands.pause_plan(info.context.actor, plan_id)
        return PauseAutoInvestPlanPayload(plan=existing(info.context, AutoInvestPlan, plan_id))

    @mutation("Let a plan bid again; again changes nothing. Needs the scope LEND.")
    async def resume_auto_invest_plan(self, info: Info, input: ResumeAutoInvestPlanInput) -> ResumeAutoInvestPlanResult:
        """Let a plan bid again."""
        plan_id = parse_id("plan", input.plan_id, "planId")
        await commands.resume_plan(info.context.actor, plan_id)
        return ResumeAutoInvestPlanPayload(plan=existing(info.context, AutoInvestPlan, plan_id))
