"""Lenders with money, borrowers with offers, loans being filled: all of it through GraphQL, and the sandbox as the outside."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from tests.api.conftest import World
from tests.support.client import Client
from tests.support.people import create_operator, log_in, sign_up

T = TypeVar("T")
Answer = dict[str, Any]

PATIENCE_S = 30.0
WALK_PATIENCE_S = 180.0
LOOK_S = 0.1
JOIN_AT_ONCE = 8
SHANGHAI = ZoneInfo("Asia/Shanghai")
GOOD = {
    "checkingAccount": "NONE", "creditHistory": "CRITICAL_OR_CREDITS_ELSEWHERE", "savings": "LARGE",
    "employmentSince": "FROM_4_TO_7_YEARS", "installmentRatePercent": 2, "residenceYears": 4, "property": "REAL_ESTATE",
    "otherInstallmentPlans": "NONE", "housing": "OWN", "existingCredits": 1, "job": "SKILLED", "telephone": True,
}  # fmt: skip
"""What an applicant states whom the scorecard approves at once."""
DOUBTFUL = GOOD | {"creditHistory": "NO_CREDITS_OR_ALL_PAID", "existingCredits": 2}
"""Facts that do not go together: an operator decides."""
CLOCK = "{ platform { now today sandbox { status target } } }"
WALLET = "{ me { wallet { available { amount } held { amount } unsettled { amount } leaving { amount } } } }"
LOAN = """query($id: ID!) { loan(id: $id) { id status statusReason amount { amount } annualRate disbursedOn
    funding { status committed { amount } remaining { amount } lenders }
    schedule { number dueOn settledOn principal { amount } interest { amount } lateInterest { amount } paid { amount } }
    offer { documents { id kind } } } }"""


def cny(amount: Decimal | int | str) -> Answer:
    """An amount in yuan, as an input of the API."""
    return {"amount": f"{Decimal(amount):.2f}", "currency": "CNY"}


def uuid_of(id_: str) -> UUID:
    """The identity behind an id of the API."""
    return UUID(id_.partition("_")[2])


def key() -> str:
    """An idempotency key nobody has used."""
    return uuid4().hex


async def until(probe: Callable[[], Awaitable[T]], what: str, patience_s: float = PATIENCE_S) -> T:
    """What a probe answers when it first answers something true. Fails, saying what was waited for, after the patience."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while not (found := await probe()):
        assert asyncio.get_running_loop().time() < deadline, f"waited {patience_s:.0f} s for {what}"
        await asyncio.sleep(LOOK_S)
    return found


@dataclass(eq=False)
class Party:
    """Somebody with an account on the platform and one at a bank outside."""

    email: str
    api: Client
    user_id: UUID
    outside: str
    """The number of the account at the other bank."""
    bank_account: str
    mandate: str | None = None

    async def wallet(self) -> dict[str, Decimal]:
        """Yuan by pocket: available, held, unsettled, leaving."""
        found = (await self.api.run(WALLET))["me"]["wallet"]
        return {name: Decimal(money["amount"]) for name, money in found.items()}

    async def available(self) -> Decimal:
        """Yuan that can be used."""
        return (await self.wallet())["available"]

    async def loan(self, loan_id: str) -> Answer:
        """A loan as this person sees it."""
        found: Answer = (await self.api.run(LOAN, id=loan_id))["loan"]
        return found

    async def do(self, mutation: str, selection: str, **input_: Any) -> Answer:
        """The payload of a mutation that is not refused."""
        answer = await self.api.mutate(
            mutation, input_, f"...on {mutation[0].upper()}{mutation[1:]}Payload {{ {selection} }}"
        )
        assert answer["__typename"].endswith("Payload"), answer
        return answer


@dataclass
class Journey:
    """What people do on the platform of a world, with an operator who can move its clock."""

    world: World
    operator: Party
    documents: dict[str, str]
    products: dict[str, str]

    async def join(self, role: str, *, opening: int = 1_000_000, number: str = "", roles: Sequence[str] = ()) -> Party:
        """Register, confirm by mail, accept the documents, show who one is, name a bank account; `opening` yuan are on it."""
        name = f"{role.lower()}-{uuid4().hex[:10]}"
        person = await sign_up(
            self.world.api,
            self.world.http,
            self.world.sandbox_url,
            f"{name}@journey.example.com",
            roles or (role,),
        )
        account = {"holder": name, "currency": "CNY", "balance_minor": opening * 100}
        outside = (await self.outside("POST", "/bank/customers/accounts", account))["number"]
        me = (await person.api.run("{ me { id } }"))["me"]
        party = Party(person.email, person.api, uuid_of(me["id"]), outside, "")
        kinds = ("TERMS", "RISK_WARNING", "DEBIT_MANDATE")
        await party.do("acceptDocuments", "me { id }", documentIds=[self.documents[kind] for kind in kinds])
        identification = number or f"3101{uuid4().int % 10**12:012}11"
        claim = {"country": "CN", "identificationNumber": identification, "birthDate": "1990-05-17"}
        await party.do("requestIdentityCheck", "check { status }", **claim)
        added = await party.do(
            "addBankAccount", "bankAccount { id }", number=outside, holder="Ada Lovelace", currency="CNY"
        )
        party.bank_account = added["bankAccount"]["id"]
        return party

    async def ready(self, party: Party, goal: str) -> Party:
        """Wait until nothing stands between somebody and a goal: BORROW or LEND."""
        query = f"{{ me {{ nextSteps(goal: {goal}) {{ kind }} }} }}"

        async def nothing_left() -> bool:
            return not (await party.api.run(query))["me"]["nextSteps"]

        await until(nothing_left, f"{party.email} to be ready to {goal.lower()}")
        return party

    async def lender(self, yuan: int) -> Party:
        """Somebody who may bid, with so much available."""
        party = await self.ready(await self.join("LENDER", opening=yuan), "LEND")
        await self.pay_in(party, yuan)
        return party

    async def lenders(self, count: int, yuan: int) -> list[Party]:
        """Several of them, some joining at the same time."""
        turn = asyncio.Semaphore(JOIN_AT_ONCE)

        async def one() -> Party:
            async with turn:
                return await self.lender(yuan)

        return list(await asyncio.gather(*(one() for _ in range(count))))

    async def borrower(self, opening: int = 1_000_000) -> Party:
        """Somebody who may apply, whose account (with so many yuan on it) the platform may debit."""
        party = await self.ready(await self.join("BORROWER", opening=opening), "BORROW")
        given = await party.do("giveMandate", "mandate { id }", bankAccountId=party.bank_account)
        party.mandate = given["mandate"]["id"]

        async def active() -> bool:
            mandates = (await party.api.run("{ me { mandates { id status } } }"))["me"]["mandates"]
            return bool(mandates[0]["status"] == "ACTIVE")

        await until(active, "the mandate to be active")
        return party

    async def announce(self, party: Party, yuan: Decimal | int) -> str:
        """The payment reference of a deposit to come."""
        opened = await party.do(
            "openDeposit", "transfer { reference }", currency="CNY", amount=cny(yuan), idempotencyKey=key()
        )
        reference: str = opened["transfer"]["reference"]
        return reference

    async def transfer(self, party: Party, yuan: Decimal | int, reference: str) -> None:
        """The transfer from somebody's own bank to the platform's custody account."""
        amount = {"amount_minor": int(Decimal(yuan) * 100), "currency": "CNY"}
        await self.outside(
            "POST", "/bank/customers/transfers", {"account": party.outside, "reference": reference, **amount}
        )

    async def pay_in(self, party: Party, yuan: Decimal | int) -> None:
        """Deposit, and wait until it can be used."""
        before = await party.available()
        await self.transfer(party, yuan, await self.announce(party, yuan))
        await until(lambda: self._has(party, before + Decimal(yuan)), "the deposit to be available")

    async def pay_in_from_elsewhere(self, party: Party, yuan: int) -> None:
        """Somebody comes into money outside, and deposits it."""
        await self.outside("PATCH", f"/bank/customers/accounts/{party.outside}", {"adjust_minor": yuan * 100})
        await self.pay_in(party, yuan)

    async def _has(self, party: Party, yuan: Decimal) -> bool:
        return await party.available() >= yuan

    async def apply(self, borrower: Party, yuan: int, **changes: Any) -> str:
        """Apply for a personal loan of twelve weeks; returns the loan's id."""
        application = {
            "productId": self.products["personal"], "amount": cny(yuan), "installmentCount": 12, "frequency": "WEEKLY",
            "method": "EQUAL_INSTALLMENTS", "purpose": "EDUCATION", "title": "A course", "facts": GOOD,
            "bankAccountId": borrower.bank_account, "mandateId": borrower.mandate, "idempotencyKey": key(),
        }  # fmt: skip
        applied = await borrower.do("applyForLoan", "loan { id }", **(application | changes))
        loan_id: str = applied["loan"]["id"]
        return loan_id

    async def accept(self, borrower: Party, loan_id: str) -> None:
        """Accept the offer and its contract: the loan lists."""
        offer = (await borrower.loan(loan_id))["offer"]
        documents = [document["id"] for document in offer["documents"]]
        await borrower.do(
            "acceptOffer", "loan { id }", loanId=loan_id, acceptedDocumentIds=documents, idempotencyKey=key()
        )

    async def listed(self, borrower: Party, yuan: int, **changes: Any) -> str:
        """A loan that takes bids."""
        loan_id = await self.apply(borrower, yuan, **changes)
        await self.accept(borrower, loan_id)
        return loan_id

    def bid(self, loan_id: str, yuan: int, **changes: Any) -> Answer:
        """The input of a bid."""
        acknowledged = [self.documents["RISK_WARNING"]]
        return {
            "loanId": loan_id, "amount": cny(yuan), "acknowledgedDocumentIds": acknowledged, "idempotencyKey": key(),
        } | changes  # fmt: skip

    async def lend(self, lender: Party, loan_id: str, yuan: int) -> None:
        """Bid, and have it taken."""
        await lender.do("placeBid", "bid { id }", **self.bid(loan_id, yuan))

    async def active(self, borrower: Party, lenders: Sequence[tuple[Party, int]], **changes: Any) -> str:
        """A loan that lenders have filled with so many yuan each and the bank has paid out."""
        loan_id = await self.listed(borrower, sum(yuan for _, yuan in lenders), **changes)
        for lender, yuan in lenders:
            await self.lend(lender, loan_id, yuan)
        await self.walk_until(borrower, loan_id, "ACTIVE", within_days=12)
        return loan_id

    async def walk_until(self, party: Party, loan_id: str, status: str, within_days: int) -> Answer:
        """Walk day by day until a loan has a status; returns the loan. Holidays hold the bank up for a week at most."""
        for _ in range(within_days):
            await self.walk(1)
            loan = await party.loan(loan_id)
            if loan["status"] == status:
                return loan
        raise AssertionError(f"after {within_days} days the loan is {loan['status']}, not {status}")

    async def today(self) -> date:
        """The business date."""
        return date.fromisoformat((await self.world.api.run(CLOCK))["platform"]["today"])

    async def walk(self, days: int) -> date:
        """Have the operator move the clock by so many days, to 09:00; returns the date when everything is done."""
        return await self.walk_to(await self.today() + timedelta(days=days))

    async def walk_to(self, day: date) -> date:
        """Have the operator move the clock to 09:00 of a day, and wait until it stands there."""
        await self.set_out(day)
        await until(self.standing, f"the clock to reach {day}", WALK_PATIENCE_S)
        return await self.today()

    async def set_out(self, day: date) -> None:
        """Have the operator move the clock to 09:00 of a day, without waiting."""
        morning = datetime.combine(day, time(9), SHANGHAI)
        await self.operator.do("advanceClock", "clock { status }", to=morning.isoformat())

    async def standing(self) -> bool:
        """Whether the clock stands where it was asked to."""
        status: str = (await self.world.api.run(CLOCK))["platform"]["sandbox"]["status"]
        return status == "STANDING"

    async def outside(self, method: str, path: str, body: Answer | None = None) -> Any:
        """What the sandbox answers: the customers' banks, and those who tell the custody bank how to behave."""
        answer = await self.world.http.request(method, f"{self.world.sandbox_url}{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def misbehave(self, party: Party, kind: str, effect: str, **how: Any) -> None:
        """Tell the bank what to do wrong with the next movement of somebody's account."""
        told = {"account": party.outside, "kind": kind, "effect": effect, "times": 1} | how
        await self.outside("POST", "/bank/control/behaviours", told)

    async def outside_yuan(self, party: Party) -> Decimal:
        """What is on somebody's account at their own bank."""
        found = await self.outside("GET", f"/bank/customers/accounts/{party.outside}")
        return Decimal(found["balance_minor"]) / 100

    async def empty_outside(self, party: Party) -> None:
        """Somebody spends all they have at their own bank: debits will be refused."""
        minor = int(await self.outside_yuan(party) * 100)
        await self.outside("PATCH", f"/bank/customers/accounts/{party.outside}", {"adjust_minor": -minor})


async def begin(world: World) -> Journey:
    """An operator from the command line, and the clock a first step on, by which the bank learns what time it is here."""
    email = f"operator-{uuid4().hex[:10]}@journey.example.com"
    await create_operator(world.platform.environment, email)
    operator = await log_in(world.api, email)
    reference = await world.api.run("{ documents { id kind } products { id code } platform { now } }")
    documents = {document["kind"]: document["id"] for document in reference["documents"]}
    products = {product["code"]: product["id"] for product in reference["products"]}
    journey = Journey(world, Party(email, operator.api, uuid4(), "", ""), documents, products)
    soon = datetime.fromisoformat(reference["platform"]["now"]) + timedelta(minutes=5)
    await journey.operator.do("advanceClock", "clock { status }", to=soon.isoformat())
    await until(journey.standing, "the clock to stand")
    return journey
