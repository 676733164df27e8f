"""What every act needs: the API, the world outside, who plays, and the calendar of what is still to happen."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from cli.demo.cast import Cast
from cli.demo.client import Answer, Api, DemoError, Outside
from cli.demo.progress import Show

LOOK_S = 0.04
DAY_S = 0.03
"""No day is walked faster; asking all the time would take the time away from those who do the work."""
MORNING = time(8)
"""When the platform has done a day's work and the story goes on; it walks from morning to morning."""

Act = Callable[["Scene"], Awaitable[None]]

CLOCK = """query Clock {
    platform { today profile { timeZone } sandbox { status } }
}"""
REFERENCE = """query Reference {
    documents { id kind }
    products { id code }
    platform { today profile { timeZone } }
}"""


@dataclass
class Scene:
    """Where the story stands. `today` is the platform's business date."""

    api: Api
    outside: Outside
    show: Show
    cast: Cast
    operator: Api
    documents: dict[str, str]
    products: dict[str, str]
    today: date
    time_zone: ZoneInfo
    mail_read: int = 0
    _calendar: list[tuple[date, int, Act]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def on(self, day: date, act: Act) -> None:
        """Enter something into the calendar; what is entered for a day that has come happens before the next."""
        heapq.heappush(self._calendar, (max(day, self.today), next(self._order), act))

    async def play(self, until: date, passed: Callable[[], object]) -> None:
        """Let everything in the calendar happen, each on its day, and end on a day; tells how many days passed."""
        while self._calendar and self._calendar[0][0] <= until:
            await self.walk_to(self._calendar[0][0], passed)
            _, _, act = heapq.heappop(self._calendar)
            await act(self)
        await self.walk_to(until, passed)

    async def walk_to(self, day: date, passed: Callable[[], object] = lambda: None) -> None:
        """Have the operator move the sandbox's clock, and wait until it is there: each day's work is done by then."""
        if day <= self.today:
            return
        morning = datetime.combine(day, MORNING, self.time_zone)
        await self.operator.do("advanceClock", "clock { target }", to=morning.isoformat())
        await asyncio.sleep((day - self.today).days * DAY_S)
        while True:
            if await self._has_come(passed):
                break
            await asyncio.sleep(LOOK_S)

    async def _has_come(self, passed: Callable[[], object]) -> bool:
        """Whether the clock stands; tells each day that has passed."""
        platform = (await self.api.ask(CLOCK))["platform"]
        today = date.fromisoformat(platform["today"])
        for _ in range((today - self.today).days):
            passed()
        self.today = today
        standing: bool = platform["sandbox"]["status"] == "STANDING"
        return standing


async def scene(api: Api, outside: Outside, show: Show, cast: Cast) -> Scene:
    """The scene at the beginning, with the operator logged in."""
    login = {"email": cast.operator.email, "password": cast.operator.password}
    session: Answer = (await api.do("logIn", "session { accessToken }", **login))["session"]
    reference = await api.ask(REFERENCE)
    products = {product["code"]: product["id"] for product in reference["products"]}
    if missing := {borrower.product for borrower in cast.borrowers} - products.keys():
        raise DemoError(f"this profile has no product {' or '.join(sorted(missing))}: the demo plays under CN_2016")
    return Scene(
        api=api,
        outside=outside,
        show=show,
        cast=cast,
        operator=api.as_user(session["accessToken"]),
        documents={document["kind"]: document["id"] for document in reference["documents"]},
        products=products,
        today=date.fromisoformat(reference["platform"]["today"]),
        time_zone=ZoneInfo(reference["platform"]["profile"]["timeZone"]),
    )
