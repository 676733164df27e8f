"""The bot: it follows the market, looks at it when there is a reason, and bids on what the rules say."""

import asyncio
import logging
from collections.abc import AsyncIterator
from decimal import Decimal
from functools import partial

from websockets.exceptions import WebSocketException

from kalends_client import (
    Currency,
    Desk,
    GraphQLClientError,
    KalendsClient,
    MarketLoansEdgesNode,
    MoneyInput,
    PlaceBidInput,
    PlaceBidPlaceBidBusy,
    PlaceBidPlaceBidPlaceBidPayload,
    Scope,
)
from lender_bot.journal import Intention, Journal
from lender_bot.patience import Patience, Refused, backoff_s
from lender_bot.rules import Loan, No, Purse, Rules, Yes, decide

NAME = "lender-bot"
"""The note on the bot's bids, by which it knows them again."""
LOOK_ANYWAY_S = 30.0
"""Loans can begin to fit without an event: money comes back, others' bids are withdrawn."""

log = logging.getLogger(NAME.replace("-", "_"))


class Bot:
    """One lender's bot. `dry_run`: it says what it would do and does nothing."""

    def __init__(self, client: KalendsClient, rules: Rules, journal: Journal | None, patience: Patience) -> None:
        self._client = client
        self._rules = rules
        self._journal = journal
        self._patience = patience
        self._reason = asyncio.Event()

    async def run(self) -> None:
        """Until it is stopped. Raises Stopped, and Refused when it cannot go on."""
        assert self._journal is not None, "a dry run looks once"
        log.info("Following the market, with %d rules", len(self._rules.rules))
        await self._check()
        for intention in self._journal.pending:
            log.info(
                "%s: it is in doubt whether the bid of %s was placed; sending it again",
                intention.reference,
                intention.amount,
            )
            await self._send(self._journal, intention)
        following = asyncio.create_task(self._follow())
        try:
            while True:
                self._reason.clear()
                await self.look()
                await self._patience.until(self._reason, LOOK_ANYWAY_S)
                if following.done():
                    following.result()
        finally:
            following.cancel()

    async def look(self) -> None:
        """Look at every loan that takes bids, and bid on those that fit."""
        desk, (bound, taken) = await self._patience.ask(self._client.desk), await self._own_bids()
        assert desk.me is not None, "checked at the start, and tokens stay whose they are"
        purse = Purse(desk.me.wallet.available.amount, bound)
        if self._journal:
            taken |= self._journal.placed
        async for loan in self._market():
            self._patience.check()
            decision = No("it has a bid of yours") if loan.id in taken else decide(loan, self._rules, purse)
            if self._journal is None:
                print(_told(loan, decision))
            if isinstance(decision, Yes):
                purse = await self._bid(loan, decision, desk, purse)

    async def _check(self) -> None:
        """Refuse to begin what cannot work."""
        desk = await self._patience.ask(self._client.desk)
        if desk.me is None or Scope.LEND not in desk.me.scopes:
            raise Refused("the access token needs the scope LEND: see createAccessToken")
        if desk.me.next_steps:
            raise Refused("before lending: " + ", ".join(step.kind.value for step in desk.me.next_steps))

    async def _bid(self, loan: Loan, decision: Yes, desk: Desk, purse: Purse) -> Purse:
        """Place the bid; what there is to bid with afterwards."""
        taken = Purse(purse.available - decision.amount, purse.bound + decision.amount)
        if self._journal is None:
            return taken
        currency = desk.platform.profile.currency.value
        documents = [document.id for document in desk.documents]
        intention = Intention.of(loan.id, loan.reference, decision.amount, currency, documents)
        self._journal.mean(intention)
        return taken if await self._send(self._journal, intention) else purse

    async def _send(self, journal: Journal, intention: Intention) -> bool:
        """Send a bid that is written down, until there is an answer; whether it was placed."""
        wanted = PlaceBidInput(
            loanId=intention.loan_id,
            amount=MoneyInput(amount=Decimal(intention.amount), currency=Currency(intention.currency)),
            acknowledgedDocumentIds=list(intention.documents),
            clientReference=NAME,
            idempotencyKey=intention.key,
        )
        while True:
            answer = (await self._patience.ask(partial(self._client.place_bid, wanted))).place_bid
            if not isinstance(answer, PlaceBidPlaceBidBusy):
                break
            await self._patience.pause(answer.retry_after_ms / 1000)
        journal.answered(intention, answer.typename__)
        if isinstance(answer, PlaceBidPlaceBidPlaceBidPayload):
            log.info(
                "%s: bid %s%s",
                intention.reference,
                answer.bid.amount.amount,
                " (it was placed before)" if answer.replayed else "",
            )
            return True
        log.info("%s: %s was refused: %s", intention.reference, intention.amount, answer.message)
        return False

    async def _own_bids(self) -> tuple[Decimal, set[str]]:
        """What the bot's bids are together, and the loans that have a bid of the lender's, by whatever hand."""
        bound, taken, after = Decimal(0), set[str](), None
        while True:
            page = await self._patience.ask(partial(self._client.my_bids, after))
            assert page.me is not None, "checked at the start"
            for edge in page.me.bids.edges:
                bound += edge.node.amount.amount if edge.node.client_reference == NAME else 0
                taken |= {edge.node.loan.id} if edge.node.loan else set()
            if not page.me.bids.page_info.has_next_page:
                return bound, taken
            after = page.me.bids.page_info.end_cursor

    async def _market(self) -> AsyncIterator[Loan]:
        """Every loan that takes bids, the newest first."""
        after = None
        while True:
            page = await self._patience.ask(partial(self._client.market, after))
            for edge in page.loans.edges:
                if loan := _loan(edge.node):
                    yield loan
            if not page.loans.page_info.has_next_page:
                return
            after = page.loans.page_info.end_cursor

    async def _follow(self) -> None:
        """Give a reason to look for each loan that lists; after any loss, go on behind the last event."""
        cursor, tries = None, 0
        while True:
            try:
                async for told in self._client.marketplace_activity(cursor):
                    event, tries = told.marketplace_activity, 0
                    cursor = event.cursor
                    if event.kind == "loan.listed":
                        log.info("%s is new on the market", event.loan.reference if event.loan else "A loan")
                        self._reason.set()
            except (OSError, TimeoutError, WebSocketException, GraphQLClientError) as error:
                log.info("The market cannot be followed now (%s); trying again", error)
            self._reason.set()
            await asyncio.sleep(backoff_s(tries))
            tries += 1


def _loan(node: MarketLoansEdgesNode) -> Loan | None:
    """A loan as the rules see it; None: it takes bids no longer."""
    if node.funding is None or node.grade is None or node.annual_rate is None:
        return None
    return Loan(
        id=node.id,
        reference=node.reference,
        grade=node.grade.value,
        purpose=node.purpose.value,
        annual_rate=node.annual_rate,
        installments=node.installment_count,
        frequency=node.frequency.value,
        amount=node.amount.amount,
        remaining=node.funding.remaining.amount,
        minimum_bid=node.funding.minimum_bid.amount,
        lot=node.funding.lot.amount,
    )


def _told(loan: Loan, decision: Yes | No) -> str:
    """A line of a dry run."""
    facts = f"{loan.reference}  {loan.grade}  {loan.annual_rate:>7.2%}  {loan.months:>3} months  {loan.remaining:>12,.2f} left"
    return f"{facts}   " + (
        f"bid {decision.amount:,.2f} ({decision.rule})" if isinstance(decision, Yes) else f"no: {decision.reason}"
    )
