"""Auto-invest plans: made, paused and resumed by their owners."""

from dataclasses import dataclass
from uuid import UUID

from domain.identity.commands import require_alive
from domain.identity.queries import require_steps
from domain.marketplace.errors import TooManyPlans
from domain.marketplace.models import PlanStatus
from domain.marketplace.rules.plans import MAX_PLANS, PlanTerms
from domain.shared import clock, db, ids, policy
from domain.shared.actor import Actor, Scope
from domain.shared.errors import NotFound
from domain.shared.idempotency import Request, Result, idempotent


@dataclass(frozen=True, kw_only=True)
class CreatePlan(Request):
    """The plan to make; it bids from the next loan on that lists."""

    terms: PlanTerms


@dataclass(frozen=True, kw_only=True)
class CreatedPlan(Result):
    """The new plan."""

    plan_id: UUID


@idempotent(CreatedPlan, Scope.LEND)
async def create_plan(actor: Actor, request: CreatePlan) -> CreatedPlan:
    """Make a plan, ACTIVE at once. What a lender must have done before bidding is asked here too.

    Raises `InvalidInput`, `StepRequired`, `TooManyPlans`, `NotAllowed`, `CredentialEnded`.
    """
    await require_alive(actor)
    terms = request.terms.checked()
    await require_steps(actor.user_id, policy.active().lender_steps)
    await db.execute("select pg_advisory_xact_lock(hashtextextended('plans:' || $1, 0))", str(actor.user_id))
    count = await db.fetch_value(
        "select count(*) from marketplace.auto_invest_plans where lender_id = $1", actor.user_id
    )
    if count >= MAX_PLANS:
        raise TooManyPlans(maximum_plans=MAX_PLANS)
    plan_id = ids.new()
    await db.execute(
        """insert into marketplace.auto_invest_plans (id, lender_id, name, status, currency, grades, minimum_rate_ppm,
            minimum_installments, maximum_installments, amount_minor, keep_minor, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        plan_id, actor.user_id, terms.name, PlanStatus.ACTIVE.value, terms.amount.currency,
        [grade.value for grade in terms.grades], terms.minimum_rate_ppm, terms.minimum_installments,
        terms.maximum_installments, terms.amount.amount_minor, terms.keep.amount_minor, await clock.now(),
    )  # fmt: skip
    return CreatedPlan(plan_id=plan_id)


async def pause_plan(actor: Actor, plan_id: UUID) -> None:
    """Stop a plan from bidding; again changes nothing. Raises `NotFound`, `NotAllowed`."""
    await _set_status(actor, plan_id, PlanStatus.PAUSED)


async def resume_plan(actor: Actor, plan_id: UUID) -> None:
    """Let a plan bid again, from the next loan on; again changes nothing. Raises `NotFound`, `NotAllowed`, `CredentialEnded`."""
    await _set_status(actor, plan_id, PlanStatus.ACTIVE)


@db.atomic
async def _set_status(actor: Actor, plan_id: UUID, status: PlanStatus) -> None:
    actor.require(Scope.LEND)
    if status is PlanStatus.ACTIVE:
        await require_alive(actor)
    found = await db.fetch_one(
        "update marketplace.auto_invest_plans set status = $3 where id = $1 and lender_id = $2 returning id",
        plan_id, actor.user_id, status.value,
    )  # fmt: skip
    if found is None:
        raise NotFound(path=("planId",))
