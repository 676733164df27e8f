"""A world in which every type has rows: two households that have nothing to do with each other.

In each lives an owner, who borrows and lends. Everything of theirs is there once: loans in every state that is seen
differently, bids, notes, money, credentials. Around them are those who have to do with it: a lender of their loans, a
co-borrower, a guarantor, and the borrower they have lent to.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from domain.credit.rules.scorecard import Grade
from domain.identity import commands as identity
from domain.identity.commands import sessions
from domain.identity.credentials import number_hash
from domain.identity.models import OperatorScope
from domain.lending import commands as lending
from domain.lending.commands.application import Party
from domain.lending.commands.collection import collect_due
from domain.lending.commands.underwriting import ReviewOutcome, review_application
from domain.lending.models import LoanStatus
from domain.marketplace import commands as market
from domain.marketplace.rules.plans import PlanTerms
from domain.payments import commands as payments
from domain.payments.commands.reconciliation import StatementEntry
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.money import Money
from tests.domain.conftest import START
from tests.domain.lending import applying, serving
from tests.domain.marketplace import market as stalls
from tests.domain.payments import bank

SetClock = Callable[[datetime], Awaitable[None]]
EVERYTHING = frozenset(Scope)
TOKEN_SCOPES = ("READ", "BORROW", "LEND", "MONEY", "ACCOUNT")
OPERATOR_TOKEN_SCOPES = ("OPERATE", "REVIEW", "COLLECT", "FINANCE", "CLOCK")


def acting(user_id: UUID) -> Actor:
    """Somebody with every scope, to build with."""
    return Actor(user_id, EVERYTHING)


@dataclass
class Household:
    """An owner, those around them, and the ids of what is the owner's, by name."""

    owner: UUID
    lender: UUID
    co_borrower: UUID
    guarantor: UUID
    debtor: UUID
    """Who has borrowed from the owner."""
    bank_account: UUID = field(init=False)
    mandate: UUID = field(init=False)
    market_loan: UUID = field(init=False)
    """A loan of the debtor's that takes many bids."""
    things: dict[str, str] = field(default_factory=dict)
    """Ids as the API shows them, by what they are."""


def identification(home: Household) -> str:
    """The number of the owner's identity card."""
    return f"3101{home.owner.int % 10**14:014d}"


@dataclass
class Operators:
    """Operators by their one scope, and one with all scopes whose tokens have one each."""

    by_scope: dict[str, UUID]
    all_scopes: UUID


async def person(name: str) -> UUID:
    """Somebody who may borrow and lend, with their documents accepted and a name of their own."""
    user_id = await applying.person(name=name)
    await db.execute("update identity.users set roles = '{BORROWER,LENDER}' where id = $1", user_id)
    return user_id


async def operators() -> Operators:
    """One operator for each scope, and one for all."""
    made = {
        scope.value: await identity.create_operator(
            email=f"{scope.value.lower()}@operators.example.com", password="correct horse battery", scopes=[scope]
        )
        for scope in OperatorScope
    }
    everything = await identity.create_operator(
        email="all@operators.example.com", password="correct horse battery", scopes=list(OperatorScope)
    )
    return Operators(made, everything)


async def session_token(user_id: UUID) -> str:
    """The access token of a new session."""
    user = await db.fetch_one("select * from identity.users where id = $1", user_id)
    assert user is not None
    return (await sessions.start(user)).access_token


async def personal_token(user_id: UUID, scope: str) -> str:
    """A personal token with one scope."""
    ends_at = clock.wall() + timedelta(days=30)
    return (await identity.create_access_token(acting(user_id), scope, [Scope(scope)], ends_at)).secret


async def household(name: str) -> Household:
    """The people, and the loans that need only a day."""
    owner, lender, partner, surety, debtor = [
        await person(f"{name} {part}") for part in ("Owner", "Lender", "Partner", "Surety", "Debtor")
    ]
    home = Household(owner=owner, lender=lender, co_borrower=partner, guarantor=surety, debtor=debtor)
    for user in (home.owner, home.lender, home.co_borrower, home.guarantor, home.debtor):
        await bank.pay_in(acting(user), 100_000_00)
    await _credentials(home)
    await _money(home)
    await _loans(home)
    return home


async def _credentials(home: Household) -> None:
    things = home.things
    things["user"], things["member"] = f"user_{home.owner}", f"member_{home.owner}"
    check = await db.fetch_value(
        """update identity.identity_checks set status = 'VERIFIED', birth_date = '1990-05-17', decided_at = requested_at,
            reason = 'The papers fit.', number_hash = $2 where user_id = $1 returning id""",
        home.owner, number_hash(f"CN:{identification(home)}"),
    )  # fmt: skip
    things["check"] = f"check_{check}"
    await session_token(home.owner)
    await personal_token(home.owner, "READ")


async def _money(home: Household) -> None:
    actor = acting(home.owner)
    account = await bank.account_of(actor)
    mandate = await bank.mandate_of(actor, account)
    await db.execute("update payments.mandates set reason = 'As agreed.' where id = $1", mandate)
    withdrawal = await bank.withdraw(actor, account, 1_000_00)
    instruction = await db.fetch_value("select id from payments.instructions where reference_id = $1", withdrawal)
    await bank.tell(bank.entry("payout.refused", 1_000_00, movement=instruction, reason="account closed"))
    deposit = await db.fetch_value(
        "select id from payments.transfers where user_id = $1 and kind = 'DEPOSIT'", home.owner
    )
    home.bank_account, home.mandate = account, mandate
    home.things |= {"account": f"account_{account}", "mandate": f"mandate_{mandate}"}
    home.things |= {"withdrawal": f"transfer_{withdrawal}", "deposit": f"transfer_{deposit}"}


def terms(home: Household) -> dict[str, Any]:
    """Who is in the owner's loans beside them, and where the money goes."""
    return {
        "bank_account_id": home.bank_account,
        "mandate_id": home.mandate,
        "co_borrowers": [Party(name="Partner", user_id=home.co_borrower)],
        "guarantors": [Party(name="Surety", user_id=home.guarantor)],
    }


async def offered(home: Household, yuan: int = 2_000) -> UUID:
    """A loan with an offer that every other party has accepted."""
    loan_id = (await applying.apply(home.owner, yuan, **terms(home))).loan_id
    contract = (await applying.contract_of(loan_id))["id"]
    for party in (home.co_borrower, home.guarantor):
        await identity.record_consents(party, [contract])
    return loan_id


async def listed(home: Household, yuan: int = 2_000) -> UUID:
    """A loan of the owner's that takes bids."""
    loan_id = await offered(home, yuan)
    await accept(home.owner, loan_id)
    return loan_id


async def accept(borrower: UUID, loan_id: UUID) -> None:
    """The borrower accepts the offer."""
    contract = (await applying.contract_of(loan_id))["id"]
    request = market.AcceptOffer(idempotency_key=str(ids.new()), loan_id=loan_id, accepted_document_ids=[contract])
    await market.accept_offer(acting(borrower), request)


async def lent(borrower: UUID, loan_id: UUID, bids: dict[UUID, int]) -> None:
    """Lenders fill a loan with so many yuan each, it closes and is paid out."""
    for lender, yuan in bids.items():
        await stalls.bid(lender, loan_id, yuan, client_reference="mine")
    await market.close_funded()
    payout = await db.fetch_one(
        "select id, amount_minor from payments.instructions where reference_id = $1 and kind = 'PAYOUT'", loan_id
    )
    assert payout is not None, borrower
    today = await clock.today()
    await bank.tell(
        bank.entry("payout.settled", payout["amount_minor"], movement=payout["id"], booked_on=today.isoformat())
    )
    await lending.activate(loan_id, today)


async def active(home: Household, yuan: int = 2_000) -> UUID:
    """A loan of the owner's that was paid out today."""
    loan_id = await listed(home, yuan)
    await lent(home.owner, loan_id, {home.lender: yuan})
    return loan_id


async def review(home: Household) -> UUID:
    """An application of the owner's that waits for an operator."""
    loan_id = (await applying.apply(home.owner, 1_000, facts=applying.DOUBTFUL, **terms(home))).loan_id
    assert (await applying.loan_row(loan_id))["status"] == LoanStatus.UNDER_REVIEW
    return loan_id


async def _loans(home: Household) -> None:
    loans = {"under review": await review(home), "offered": await offered(home), "rejected": await review(home)}
    operator = Actor(ids.new(), frozenset({Scope.OPERATE, Scope.REVIEW}))
    await review_application(operator, loans["rejected"], ReviewOutcome.REJECT, "No proof.", "Called twice.")
    contract = (await applying.contract_of(loans["offered"]))["id"]
    home.things |= {f"loan, {name}": f"loan_{loan_id}" for name, loan_id in loans.items()}
    home.things["contract"] = f"document_{contract}"
    plan = PlanTerms(
        name="Steady", grades=(Grade.A, Grade.B, Grade.C, Grade.D), minimum_rate_ppm=10_000, minimum_installments=1,
        maximum_installments=60, amount=Money(100_000, "CNY"), keep=Money(0, "CNY"),
    )  # fmt: skip
    made = await market.create_plan(acting(home.owner), market.CreatePlan(terms=plan, idempotency_key="plan"))
    debt = (await applying.apply(home.debtor, 2_000)).loan_id
    await accept(home.debtor, debt)
    await market.match_loans([debt])
    await market.pause_plan(acting(home.owner), made.plan_id)
    planned = await db.fetch_value("select id from marketplace.bids where lender_id = $1", home.owner)
    by_hand = (await stalls.bid(home.owner, debt, 400, client_reference="mine")).bid_id
    await db.execute("update marketplace.bids set revocable_until = placed_at where id = $1", by_hand)
    await lent(home.debtor, debt, {home.lender: 600})
    note = await db.fetch_value("select id from lending.notes where bid_id = $1", by_hand)
    home.things |= {"plan": f"plan_{made.plan_id}", "note": f"note_{note}"}
    home.things |= {"bid by the plan": f"bid_{planned}", "bid by hand": f"bid_{by_hand}"}
    home.things["loan, active"] = f"loan_{await active(home)}"
    home.things["loan, in default"] = f"loan_{await active(home)}"


async def serve(homes: list[Household], set_clock: SetClock) -> None:
    """Months pass: the first installments are paid, one debit is returned, one loan of each is never paid."""
    unpaid = {UUID(home.things["loan, in default"].removeprefix("loan_")) for home in homes}
    for home in homes:
        await serving.spend(home.owner, await serving.wallet(home.owner))
    until = date(2025, 6, 1)
    while (day := await db.fetch_value("select min(next_collection_on) from lending.loans")) < until:
        await serving.go_to(set_clock, day)
        while await collect_due(day, 150):
            pass
        for debit in await serving.debits():
            loan_id = await db.fetch_value("select loan_id from lending.collections where id = $1", debit)
            await serving.bank_says("refused" if loan_id in unpaid else "settled", debit)
    await serving.go_to(set_clock, until)
    while await lending.default_due(150):
        pass
    for home in homes:
        await _after(home)


async def _after(home: Household) -> None:
    loan_id = UUID(home.things["loan, active"].removeprefix("loan_"))
    collection = await db.fetch_value(
        "select id from lending.collections where loan_id = $1 and status = 'SETTLED' order by id desc limit 1", loan_id
    )
    await serving.bank_says("returned", collection)
    for name, order in (("repayment", "asc"), ("repayment, returned", "desc")):
        found = await db.fetch_value(
            f"select id from lending.repayments where loan_id = $1 order by id {order} limit 1",
            loan_id,
        )
        home.things[name] = f"repayment_{found}"
    await bank.pay_in(acting(home.owner), 50_000_00)
    await bank.pay_in(acting(home.lender), 50_000_00)
    short = await listed(home)
    await stalls.bid(home.lender, short, 1_800)
    full = await listed(home)
    await stalls.bid(home.lender, full, 2_000)
    await db.execute("update marketplace.listings set deadline_at = $2 where id = $1", short, await clock.now())
    await market.expire_listings()
    open_ = await listed(home)
    await stalls.bid(home.lender, open_, 600, client_reference="theirs")
    home.market_loan = await stalls.list_loan(100_000, home.debtor)
    home.things |= {"loan, short": f"loan_{short}", "loan, full": f"loan_{full}", "loan, listed": f"loan_{open_}"}
    await _suspense(home)


async def _suspense(home: Household) -> None:
    """Money without a reference, given to the owner."""
    await bank.tell(
        bank.entry("deposit.received", 700_00, movement=f"lost-{home.owner}"),
        bank.entry("deposit.final", 700_00, movement=f"lost-{home.owner}"),
    )
    item = await db.fetch_value("select id from payments.suspense_items where status = 'OPEN' order by id desc limit 1")
    actor = Actor(ids.new(), frozenset({Scope.OPERATE, Scope.FINANCE}))
    await payments.assign_suspense(
        actor, payments.AssignSuspense(item_id=item, user_id=home.owner, idempotency_key="given")
    )
    home.things["suspense"] = f"suspense_{item}"


@dataclass(frozen=True)
class Statement:
    """A day at the bank that the books do not know of."""

    closing_minor: Mapping[str, int]
    entries: Sequence[StatementEntry] = ()


async def _platform() -> dict[str, str]:
    """What belongs to nobody: products, documents, a reconciliation that found a difference."""
    terms = await db.fetch_value("select id from identity.documents where kind = 'TERMS'")
    (done,) = await payments.reconcile(await clock.today(), Statement({"CNY": 1}))
    return {
        "product": f"product_{applying.PERSONAL}",
        "terms": f"document_{terms}",
        "reconciliation": f"reconciliation_{done.reconciliation_id}",
    }


def clock_setter(owner: "asyncpg.Connection[asyncpg.Record]") -> SetClock:
    """Sets business time, as the owner of the database."""

    async def set_to(instant: datetime) -> None:
        await owner.execute(
            "update shared.clock set shift = $1 - now(), time_zone = 'Asia/Shanghai', target_at = null", instant
        )

    return set_to


@dataclass(frozen=True)
class World:
    """Both households, after months, the operators, and ids of what is nobody's."""

    homes: list[Household]
    operators: Operators
    platform: dict[str, str]


async def build(owner: "asyncpg.Connection[asyncpg.Record]") -> World:
    """Build it in an empty database; `owner` is its owner's connection."""
    set_clock = clock_setter(owner)
    await set_clock(START)
    homes = [await household("Ada"), await household("Bob")]
    await serve(homes, set_clock)
    platform = await _platform()
    await owner.execute(
        """delete from identity.consents c using identity.documents d
        where d.id = c.document_id and d.kind = 'DEBIT_MANDATE' and c.user_id = any($1)""",
        [home.owner for home in homes],
    )
    await owner.execute("update shared.clock set target_at = shared.business_now() + interval '1 day'")
    world = World(homes, await operators(), platform)
    await _news(world)
    return world


@db.atomic
async def _news(world: World) -> None:
    """Something happens to everybody, so that everybody has an event to read."""
    somebody = [user for home in world.homes for user in (home.owner, home.lender, home.co_borrower, home.guarantor)]
    everybody = (*somebody, *world.operators.by_scope.values(), world.operators.all_scopes)
    await outbox.record([outbox.Event(kind="world.built", key=str(user), audience=(user,)) for user in everybody])
