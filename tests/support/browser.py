"""A real Chromium for tests: pages of a desktop's or a phone's size, and what goes wrong in them.

`bin/chromium` finds the program, playwright-core drives it (`tests/clients/browser.mjs`). Selectors are playwright's: CSS,
`text=Sign in`, `role=button[name="Bid"]`; a call on one waits until it is there, and fails when several are.
"""

import asyncio
import contextlib
import itertools
import json
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.node import Program, program

ROOT = Path(__file__).parents[2]
PATIENCE_S = 15.0
"""So long a call waits for what it needs. Pages on a busy machine take seconds."""
SCREENSHOTS = ROOT / "build" / "screenshots"
"""Kept, so that people can look at what tests saw."""
DESKTOP = (1280, 800)
PHONE = (390, 844)


class BrowserFailure(AssertionError):
    """What a page was asked for did not happen; playwright's words."""


class Browser:
    """One Chromium; its pages share nothing, each is a visitor of its own."""

    def __init__(self, running: Program) -> None:
        self._program = running
        self._ids = itertools.count()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._lost = False

    async def listen(self) -> None:
        """Hand out answers until the program ends."""
        assert self._program.process.stdout, "a pipe"
        async for line in self._program.process.stdout:
            answer = json.loads(line)
            asked = self._asked.pop(answer["id"])
            if asked.cancelled():
                continue
            if "failure" in answer:
                asked.set_exception(BrowserFailure(answer["failure"]))
            else:
                asked.set_result(answer.get("value"))
        self._lost = True
        for asked in self._asked.values():
            asked.set_exception(BrowserFailure("the browser has ended"))

    async def ask(self, ask: str, **what: Any) -> Any:
        """Ask the program for something. Raises BrowserFailure."""
        if self._lost:
            raise BrowserFailure("the browser has ended")
        id_ = next(self._ids)
        self._asked[id_] = asyncio.get_running_loop().create_future()
        await self._program.tell({"id": id_, "ask": ask, **what})
        return await self._asked[id_]

    @contextlib.asynccontextmanager
    async def page(self, url: str, size: tuple[int, int] = DESKTOP, locale: str = "en-GB") -> AsyncIterator["Page"]:
        """A page of the site at a URL, not gone anywhere yet; narrow ones are phones.

        When the block ends without an error, nothing may have gone wrong in the page that the test did not ask about.
        """
        width, height = size
        opened = await self.ask("open", baseURL=url, width=width, height=height, phone=width < 600, locale=locale)
        page = Page(self, opened)
        try:
            yield page
            assert await page.problems() == []
        finally:
            await self.ask("close", page=opened)


@dataclass
class Page:
    """What a visitor sees and does."""

    browser: Browser
    id: str

    async def goto(self, path: str) -> None:
        """Go to an address of the site, and wait until the page and what it names has loaded."""
        await self.call("goto", path)

    async def call(self, name: str, *arguments: Any, selector: str | None = None) -> Any:
        """A method of playwright's page (`reload`, `keyboard.press`), or with a selector of its locator."""
        return await self.browser.ask("call", page=self.id, selector=selector, name=name, args=arguments)

    async def click(self, selector: str) -> None:
        """Click, or tap."""
        await self.call("click", selector=selector)

    async def fill(self, selector: str, text: str) -> None:
        """Put a text into a field in place of what it holds."""
        await self.call("fill", text, selector=selector)

    async def press(self, keys: str) -> None:
        """Keys as playwright names them: `Control+Enter`."""
        await self.call("keyboard.press", keys)

    async def see(self, selector: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until something can be seen."""
        await self.call("waitFor", {"state": "visible", "timeout": patience_s * 1000}, selector=selector)

    async def not_see(self, selector: str) -> None:
        """Wait until something can be seen no longer."""
        await self.call("waitFor", {"state": "hidden"}, selector=selector)

    async def count(self, selector: str) -> int:
        """How many there are now."""
        return int(await self.call("count", selector=selector))

    async def text(self, selector: str) -> str:
        """The text of one that is there."""
        return str(await self.call("innerText", selector=selector))

    async def evaluate(self, script: str, argument: Any = None) -> Any:
        """The value of an expression, or of a function of the argument, in the page."""
        return await self.call("evaluate", script, argument)

    async def screenshot(self, name: str, *, whole: bool = False) -> Path:
        """A picture, kept under the name; of the whole page, or of what fits into the window."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        await self.call("screenshot", {"path": str(path), "fullPage": whole, "animations": "disabled"})
        return path

    async def problems(self) -> list[str]:
        """What went wrong since this was asked last: errors in the console, violations of the policy, failed requests."""
        found: list[str] = await self.browser.ask("problems", page=self.id)
        return found


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A Chromium without anything from before; it ends with the block."""
    found = await asyncio.to_thread(
        subprocess.run, [ROOT / "bin" / "chromium"], stdout=subprocess.PIPE, text=True, check=True
    )
    options = {"executablePath": found.stdout.strip(), "timeout": PATIENCE_S * 1000}
    async with program("browser.mjs", options) as running:
        browser = Browser(running)
        listening = asyncio.create_task(browser.listen())
        try:
            yield browser
        finally:
            assert running.process.stdin, "a pipe"
            running.process.stdin.close()
            await listening
            await running.process.wait()
