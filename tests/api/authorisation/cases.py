"""One case for each mutation: what to ask it with, always about something of the owner's that is ready for it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.identity import commands as identity
from domain.identity import credentials
from domain.identity.commands import sessions
from domain.lending import commands as lending
from domain.lending.queries.servicing import servicing
from domain.marketplace import commands as market
from domain.marketplace.rules.plans import PlanTerms
from domain.shared import clock, db, ids
from domain.shared.actor import Scope, Viewer
from domain.shared.money import Money
from tests.api.authorisation.world import (
    Household,
    acting,
    active,
    identification,
    listed,
    offered,
    personal_token,
    review,
)
from tests.domain.lending import applying
from tests.domain.marketplace import market as stalls
from tests.domain.payments import bank
from tests.support.journey import GOOD, cny

Input = dict[str, Any]
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Case:
    """A mutation, what it is asked about, and how to make an input that whoever may do it is not refused for."""

    name: str
    about: str
    make: Callable[[Household], Awaitable[Input]]


CASES: list[Case] = []


def case(name: str) -> Callable[[Callable[[Household], Awaitable[Input]]], Callable[[Household], Awaitable[Input]]]:
    """Declare a mutation's case; its docstring says what it is about."""

    def declare(make: Callable[[Household], Awaitable[Input]]) -> Callable[[Household], Awaitable[Input]]:
        assert make.__doc__ is not None, name
        CASES.append(Case(name, make.__doc__.rstrip("."), make))
        return make

    return declare


@case("register")
async def register(home: Household) -> Input:
    """An address that nobody has."""
    return {
        "email": f"{uuid4().hex}@example.com", "password": PASSWORD, "kind": "PERSON", "legalName": "Ada",
        "roles": ["LENDER"],
    }  # fmt: skip


@case("requestEmailConfirmation")
async def request_email_confirmation(home: Household) -> Input:
    """The owner's address."""
    email = await db.fetch_value("select email from identity.users where id = $1", home.owner)
    return {"email": email}


@case("confirmEmail")
async def confirm_email(home: Household) -> Input:
    """A token and a password that fit."""
    user_id = await applying.person(ready=False)
    password_hash = await credentials.hash_password(PASSWORD)
    email = await db.fetch_value(
        "update identity.users set password_hash = $2 where id = $1 returning email", user_id, password_hash
    )
    return {"token": credentials.confirmation_token(user_id, email), "password": PASSWORD}


@case("logIn")
async def log_in(home: Household) -> Input:
    """An address and a password that fit."""
    return {"email": "all@operators.example.com", "password": PASSWORD}


async def _session(home: Household) -> sessions.SessionTokens:
    user = await db.fetch_one("select * from identity.users where id = $1", home.owner)
    assert user is not None
    return await sessions.start(user)


@case("requestPasswordReset")
async def request_password_reset(home: Household) -> Input:
    """The owner's address."""
    return {"email": await db.fetch_value("select email from identity.users where id = $1", home.owner)}


@case("resetPassword")
async def reset_password(home: Household) -> Input:
    """A token that was mailed to somebody."""
    user_id = await applying.person()
    mark = await db.fetch_value(
        f"select {credentials.HASH_MARK.format(hash='password_hash')} from identity.users where id = $1", user_id
    )
    return {"token": credentials.reset_token(user_id, mark), "password": PASSWORD}


@case("refreshSession")
async def refresh_session(home: Household) -> Input:
    """The owner's refresh token."""
    return {"refreshToken": (await _session(home)).refresh_token}


@case("logOut")
async def log_out(home: Household) -> Input:
    """The owner's refresh token."""
    return {"refreshToken": (await _session(home)).refresh_token}


@case("revokeSessions")
async def revoke_sessions(home: Household) -> Input:
    """The owner's session."""
    return {"sessionIds": [f"session_{(await _session(home)).session_id}"]}


@case("addRole")
async def add_role(home: Household) -> Input:
    """One's own account."""
    return {"role": "LENDER"}


@case("acceptDocuments")
async def accept_documents(home: Household) -> Input:
    """The contract of the owner's loan."""
    loan_id = await offered(home, 1_000)
    return {"documentIds": [f"document_{(await applying.contract_of(loan_id))['id']}"]}


@case("createAccessToken")
async def create_access_token(home: Household) -> Input:
    """One's own account."""
    await db.execute("update identity.access_tokens set revoked_at = now() where name = 'program'")
    ends_at = clock.wall() + timedelta(days=1)
    return {"name": "program", "scopes": ["READ"], "expiresAt": ends_at.isoformat()}


@case("revokeAccessToken")
async def revoke_access_token(home: Household) -> Input:
    """The owner's token."""
    secret = await personal_token(home.owner, "READ")
    token_id = await db.fetch_value(
        "select id from identity.access_tokens where token_hash = $1", credentials.digest(secret)
    )
    return {"id": f"token_{token_id}"}


@case("requestIdentityCheck")
async def request_identity_check(home: Household) -> Input:
    """The claim that the owner has made before."""
    return {"country": "CN", "identificationNumber": identification(home), "birthDate": "1990-05-17"}


@case("decideIdentityCheck")
async def decide_identity_check(home: Household) -> Input:
    """A check that waits for an operator."""
    check_id = ids.new()
    await db.execute(
        """insert into identity.identity_checks (id, user_id, status, country, number_hash, requested_at)
        values ($1, $2, 'REVIEW', 'CN', 'x', now())""",
        check_id, await applying.person(ready=False),
    )  # fmt: skip
    return {"id": f"check_{check_id}", "approve": True, "reason": "The papers fit."}


@case("addBankAccount")
async def add_bank_account(home: Household) -> Input:
    """One's own account."""
    return {"number": f"6217{uuid4().int % 10**12:012d}", "holder": "Ada", "currency": "CNY"}


@case("giveMandate")
async def give_mandate(home: Household) -> Input:
    """The owner's bank account."""
    mandates = await db.fetch("select id from identity.documents where kind = 'DEBIT_MANDATE'")
    await identity.record_consents(home.owner, [row["id"] for row in mandates])
    return {"bankAccountId": home.things["account"]}


@case("revokeMandate")
async def revoke_mandate(home: Household) -> Input:
    """The owner's mandate."""
    _, mandate = await applying.bank_account(await applying.person())
    await db.execute("update payments.mandates set user_id = $2 where id = $1", mandate, home.owner)
    return {"id": f"mandate_{mandate}"}


@case("openDeposit")
async def open_deposit(home: Household) -> Input:
    """One's own wallet."""
    return {"currency": "CNY", "idempotencyKey": uuid4().hex}


@case("requestWithdrawal")
async def request_withdrawal(home: Household) -> Input:
    """The owner's bank account."""
    return {"bankAccountId": home.things["account"], "amount": cny(1), "idempotencyKey": uuid4().hex}


async def _suspense_item() -> UUID:
    movement = uuid4().hex
    await bank.tell(*(bank.entry(f"deposit.{step}", 500, movement=movement) for step in ("received", "final")))
    item: UUID = await db.fetch_value("select id from payments.suspense_items where movement_id = $1", movement)
    return item


@case("assignSuspense")
async def assign_suspense(home: Household) -> Input:
    """Money of nobody, to the owner."""
    item = await _suspense_item()
    member = home.things["member"]
    return {"itemId": f"suspense_{item}", "memberId": member, "idempotencyKey": uuid4().hex}


@case("returnSuspense")
async def return_suspense(home: Household) -> Input:
    """Money of nobody."""
    return {"itemId": f"suspense_{await _suspense_item()}", "idempotencyKey": uuid4().hex}


@case("applyForLoan")
async def apply_for_loan(home: Household) -> Input:
    """With the owner's bank account and mandate."""
    things = home.things
    return {
        "productId": f"product_{applying.PERSONAL}", "amount": cny(1_000), "installmentCount": 12,
        "frequency": "WEEKLY", "method": "EQUAL_INSTALLMENTS", "purpose": "EDUCATION", "title": "A course",
        "facts": GOOD, "bankAccountId": things["account"], "mandateId": things["mandate"],
        "idempotencyKey": uuid4().hex,
    }  # fmt: skip


@case("reviewApplication")
async def review_application(home: Household) -> Input:
    """The owner's application under review."""
    return {"loanId": f"loan_{await review(home)}", "outcome": "APPROVE", "reason": "The papers fit."}


@case("acceptOffer")
async def accept_offer(home: Household) -> Input:
    """The owner's offer."""
    loan_id = await offered(home, 1_000)
    contract = (await applying.contract_of(loan_id))["id"]
    return {
        "loanId": f"loan_{loan_id}", "acceptedDocumentIds": [f"document_{contract}"], "idempotencyKey": uuid4().hex
    }  # fmt: skip


@case("declineOffer")
async def decline_offer(home: Household) -> Input:
    """The owner's offer."""
    return {"loanId": f"loan_{await offered(home, 1_000)}"}


@case("withdrawApplication")
async def withdraw_application(home: Household) -> Input:
    """The owner's application."""
    return {"loanId": f"loan_{await offered(home, 1_000)}"}


@case("repayLoan")
async def repay_loan(home: Household) -> Input:
    """The owner's loan, by a little."""
    return {"loanId": home.things["loan, in default"], "amount": cny(1), "idempotencyKey": uuid4().hex}


@case("payOffLoan")
async def pay_off_loan(home: Household) -> Input:
    """The owner's loan."""
    loan_id = await active(home, 1_000)
    viewer = Viewer(home.owner, frozenset({Scope.READ}))
    facts = (await servicing(viewer, [loan_id]))[loan_id]
    total = facts.payoff(await clock.today()).total_minor
    return {"loanId": f"loan_{loan_id}", "expected": cny(total // 100), "idempotencyKey": uuid4().hex}


async def _in_default(home: Household) -> UUID:
    loan_id = await active(home, 1_000)
    await db.execute("update lending.installments set due_on = due_on - 400 where loan_id = $1", loan_id)
    while await lending.default_due(150):
        pass
    return loan_id


@case("writeOffLoan")
async def write_off_loan(home: Household) -> Input:
    """The owner's loan in default."""
    return {"loanId": f"loan_{await _in_default(home)}", "reason": "Gone.", "idempotencyKey": uuid4().hex}


@case("recordRecovery")
async def record_recovery(home: Household) -> Input:
    """The owner's loan in default."""
    return {"loanId": f"loan_{await _in_default(home)}", "amount": cny(1), "idempotencyKey": uuid4().hex}


async def _bid(home: Household) -> Input:
    acknowledged = [f"document_{await stalls.risk_warning()}"]
    return {"loanId": f"loan_{home.market_loan}", "amount": cny(100), "acknowledgedDocumentIds": acknowledged}


@case("placeBid")
async def place_bid(home: Household) -> Input:
    """A loan of somebody else's on the market."""
    return await _bid(home) | {"idempotencyKey": uuid4().hex}


@case("placeBids")
async def place_bids(home: Household) -> Input:
    """A loan of somebody else's on the market."""
    return {"bids": [await _bid(home)], "idempotencyKey": uuid4().hex}


@case("withdrawBid")
async def withdraw_bid(home: Household) -> Input:
    """The owner's bid."""
    bid_id = (await stalls.bid(home.owner, home.market_loan, 100)).bid_id
    await db.execute("update marketplace.bids set revocable_until = placed_at + interval '1 day' where id = $1", bid_id)
    return {"bidId": f"bid_{bid_id}", "idempotencyKey": uuid4().hex}


@case("takeSmallerLoan")
async def take_smaller_loan(home: Household) -> Input:
    """The owner's loan that came to less."""
    loan_id = await listed(home, 1_000)
    await stalls.bid(home.lender, loan_id, 800)
    await db.execute("update marketplace.listings set deadline_at = $2 where id = $1", loan_id, await clock.now())
    await market.expire_listings()
    return {"loanId": f"loan_{loan_id}", "idempotencyKey": uuid4().hex}


@case("declineFunding")
async def decline_funding(home: Household) -> Input:
    """The owner's full loan."""
    loan_id = await listed(home, 1_000)
    await stalls.bid(home.lender, loan_id, 1_000)
    return {"loanId": f"loan_{loan_id}", "idempotencyKey": uuid4().hex}


@case("createAutoInvestPlan")
async def create_auto_invest_plan(home: Household) -> Input:
    """One's own account."""
    await db.execute("delete from marketplace.auto_invest_plans where name = 'program'")
    return {
        "name": "program", "grades": ["A"], "minimumRate": "0.050000", "amount": cny(100), "keep": cny(0),
        "idempotencyKey": uuid4().hex,
    }  # fmt: skip


async def _plan(home: Household) -> str:
    terms = PlanTerms(
        name="program", grades=(), minimum_rate_ppm=900_000, minimum_installments=1, maximum_installments=2,
        amount=Money(10_000, "CNY"), keep=Money(0, "CNY"),
    )  # fmt: skip
    await db.execute("delete from marketplace.auto_invest_plans where name = 'program'")
    made = await market.create_plan(acting(home.owner), market.CreatePlan(terms=terms, idempotency_key=uuid4().hex))
    return f"plan_{made.plan_id}"


@case("pauseAutoInvestPlan")
async def pause_auto_invest_plan(home: Household) -> Input:
    """The owner's plan."""
    return {"planId": await _plan(home)}


@case("resumeAutoInvestPlan")
async def resume_auto_invest_plan(home: Household) -> Input:
    """The owner's plan."""
    return {"planId": await _plan(home)}


@case("advanceClock")
async def advance_clock(home: Household) -> Input:
    """The sandbox's clock."""
    return {"to": (await clock.now() + timedelta(hours=1)).isoformat()}
