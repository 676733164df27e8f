"""Updates are shared by those who see the same, and by nobody else."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type, is_object_type, is_required_argument

from api.context import Context
from api.engine import Sharing
from api.execution import Executor
from api.params import Params
from api.schema import schema
from tests.api.live.conftest import Stage
from tests.api.live.watching import Socket
from tests.support.client import Client
from tests.support.journey import Journey, Party, uuid_of
from tests.support.people import create_operator, log_in

FUNDING = "cause loan { id status funding { sequence committed { amount } } }"
DEPTH = 3


def watching(selection: str) -> str:
    return f"subscription($ids: [ID!]!) {{ loanFunding(loanIds: $ids) {{ {selection} }} }}"


def shared_by(executor: Executor, query: str) -> Sharing:
    return executor.sharing(executor.prepare(Params(query, {"ids": []}), Context()))


@pytest.fixture(scope="module")
def executor() -> Executor:
    """As the API has it."""
    return Executor(schema)


@pytest.mark.parametrize(
    ("selection", "sharing"),
    [
        (FUNDING, Sharing.EVERYBODY),
        ("at loan { title amount { amount currency } annualRate product { code } }", Sharing.EVERYBODY),
        ("...F } } fragment F on FundingUpdate { loan { ...on Node { id } title", Sharing.EVERYBODY),
        ("loan { statusReason }", Sharing.SELF),
        ("loan { reason: statusReason }", Sharing.SELF),
        ("...F } } fragment F on FundingUpdate { loan { ...on Loan { statusReason }", Sharing.SELF),
        ("loan { borrowers { pseudonym } }", Sharing.SELF),
        ("loan { bids(first: 5, mine: true) { edges { node { id } } } }", Sharing.SELF),
        ("loan { offer { expiresAt } }", Sharing.SELF),
        ("loan { parties { name } }", Sharing.SELF),
        ("loan { schedule { dueOn } }", Sharing.SELF),
    ],
)
def test_what_depends_on_who_asks_is_not_shared(executor: Executor, selection: str, sharing: Sharing) -> None:
    assert shared_by(executor, watching(selection)) is sharing


def test_what_is_one_person_s_has_no_feed(executor: Executor) -> None:
    assert shared_by(executor, "subscription { myEvents { kind } }") is Sharing.NOBODY


def selections(output: GraphQLObjectType, depth: int) -> Iterator[str]:
    """Each field of a type that needs no arguments, with all that is in it."""
    for name, field in output.fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(inner):
            yield name
        elif is_object_type(inner) and depth > 1:
            for selected in selections(inner, depth - 1):
                yield f"{name} {{ {selected} }}"


async def test_whatever_is_shared_is_the_same_for_everybody(
    executor: Executor, stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    loan_id = await journey.listed(borrower, 3_000)
    await journey.lend(lender, loan_id, 300)
    await stage.world.books.execute(
        "update lending.loans set status_reason = 'between us' where id = $1", uuid_of(loan_id)
    )
    loan = schema._schema.type_map["Loan"]
    assert is_object_type(loan)
    shared = [
        one for one in selections(loan, DEPTH)
        if shared_by(executor, watching(f"loan {{ {one} }}")) is Sharing.EVERYBODY
    ]  # fmt: skip
    assert len(shared) > 30
    query = "query($id: ID!) { loan(id: $id) { %s } }"
    viewers = [journey.world.api, borrower.api, lender.api, await operator(journey)]
    for one in shared:
        answers = [await viewer.run(query % one, id=loan_id) for viewer in viewers]
        assert answers == [answers[0]] * len(viewers), one


async def operator(journey: Journey) -> Client:
    """Somebody who sees what operators see."""
    await create_operator(journey.world.platform.environment, "watching@operators.example.com")
    return (await log_in(journey.world.api, "watching@operators.example.com")).api


async def test_what_only_the_borrower_may_see_reaches_only_the_borrower(
    stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    loan_id = await journey.listed(borrower, 3_000)
    await stage.everybody_listens()
    query = watching("cause loan { statusReason }")
    async with (
        stage.watch(0) as stranger,
        stage.watch(0, lender) as bidding,
        stage.watch(0, borrower) as own,
        stage.watch(0, borrower) as again,
    ):
        everybody = (stranger, bidding, own, again)
        for socket in everybody:
            await socket.subscribe(query, ids=[loan_id])
            await socket.next("loanFunding")
        await stage.world.books.execute(
            "update lending.loans set status_reason = 'between us' where id = $1", uuid_of(loan_id)
        )
        await journey.lend(Party(lender.email, stage.at(1, lender), lender.user_id, "", ""), loan_id, 100)
        heard = [await told(socket) for socket in everybody]
        assert heard == [None, None, "between us", "between us"]


async def told(socket: Socket) -> str | None:
    found = await socket.next("loanFunding")
    assert found["cause"] == "BID_PLACED"
    reason: str | None = found["loan"]["statusReason"]
    return reason
