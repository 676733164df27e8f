"""Operators decide about money that belongs to nobody known."""

from typing import Annotated

import strawberry

from api.context import Info
from api.engine import existing
from api.errors import Busy, IdempotencyConflict, InsufficientFunds, InvalidInput, NotAllowed, NotFound, WrongState
from api.mutation import KEY, REPLAYED, mutation
from api.node import parse_id
from api.payments.operations import SuspenseItem
from domain.payments import commands
from domain.payments.commands import AssignSuspense, ReturnSuspense


@strawberry.input(description="Whose money it is.")
class AssignSuspenseInput:
    """Whose money it is."""

    item_id: strawberry.ID = strawberry.field(description="The item, in status OPEN.")
    member_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The member it belongs to; of missing money, who bears it from the wallet. Null: the platform bears it.",
    )
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(
    description="The money is in the member's wallet: available, or unsettled until it is final. Missing money was taken."
)
class AssignSuspensePayload:
    """The money is in the member's wallet."""

    item: SuspenseItem = strawberry.field(description="The item.")
    replayed: bool = strawberry.field(description=REPLAYED)


AssignSuspenseResult = Annotated[
    AssignSuspensePayload
    | InsufficientFunds
    | WrongState
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union(
        "AssignSuspenseResult", description="The money found its owner, missing money its bearer; or why not."
    ),
]


@strawberry.input(description="What goes back.")
class ReturnSuspenseInput:
    """What goes back."""

    item_id: strawberry.ID = strawberry.field(description="The item, in status OPEN.")
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The bank will send it back to where it came from; the item opens again if that fails.")
class ReturnSuspensePayload:
    """The bank will send it back."""

    item: SuspenseItem = strawberry.field(description="The item.")
    replayed: bool = strawberry.field(description=REPLAYED)


ReturnSuspenseResult = Annotated[
    ReturnSuspensePayload | WrongState | InvalidInput | NotFound | NotAllowed | IdempotencyConflict | Busy,
    strawberry.union("ReturnSuspenseResult", description="The bank will send it back, or why not."),
]


@strawberry.type
class SuspenseMutation:
    """Decisions about suspense."""

    @mutation(
        "Give money in suspense to its owner; take missing money (a negative amount) from a member or from the platform's fees. "
        "Operators with the scope FINANCE."
    )
    async def assign_suspense(self, info: Info, input: AssignSuspenseInput) -> AssignSuspenseResult:
        """Give money in suspense to its owner."""
        request = AssignSuspense(
            item_id=parse_id("suspense", input.item_id, "itemId"),
            user_id=parse_id("member", input.member_id, "memberId") if input.member_id else None,
            idempotency_key=input.idempotency_key,
        )
        assigned = await commands.assign_suspense(info.context.actor, request)
        return AssignSuspensePayload(
            item=existing(info.context, SuspenseItem, assigned.item_id), replayed=assigned.replayed
        )

    @mutation("Send money in suspense back to where it came from. Operators with the scope FINANCE.")
    async def return_suspense(self, info: Info, input: ReturnSuspenseInput) -> ReturnSuspenseResult:
        """Send money in suspense back."""
        request = ReturnSuspense(
            item_id=parse_id("suspense", input.item_id, "itemId"), idempotency_key=input.idempotency_key
        )
        returning = await commands.return_suspense(info.context.actor, request)
        return ReturnSuspensePayload(
            item=existing(info.context, SuspenseItem, returning.item_id), replayed=returning.replayed
        )
