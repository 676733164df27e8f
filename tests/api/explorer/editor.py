"""What a visitor does in the explorer, and what the editor answers."""

import json
from typing import Any

from tests.support.browser import Page
from tests.support.journey import until

RUN = "[aria-label^='Execute query']"
MODEL = "__MONACO.editor.getModels().find((model) => model.uri.path.includes('%s'))?.getValue() ?? ''"
"""The text of one of the editors."""


async def arrive(page: Page, address: str = "/graphql") -> None:
    """Go there and wait until the editor can be used."""
    await page.goto(address)
    await page.see(".graphiql-query-editor .view-line >> nth=0")


async def open_example(page: Page, title: str) -> None:
    """Open an example of the gallery."""
    await page.click(f'.gallery li button:has(strong:text-is("{title}"))')


async def run(page: Page) -> None:
    """Run what stands in the editor."""
    await page.click(RUN)


async def answered(page: Page) -> dict[str, Any]:
    """The answer that is shown, once there is one."""
    text = await until(lambda: page.evaluate(MODEL % "response"), "an answer")
    answer: dict[str, Any] = json.loads(text)
    return answer


async def content(page: Page) -> None:
    """Wait until the editor finds no fault with operation and variables."""
    faults = "__MONACO.editor.getModelMarkers({}).map((marker) => marker.message)"

    async def faultless() -> bool:
        return not await page.evaluate(faults)

    await until(faultless, "the editor to find no fault")


async def given(page: Page) -> dict[str, Any]:
    """The variables."""
    variables: dict[str, Any] = json.loads(await page.evaluate(MODEL % "variables"))
    return variables


async def be(page: Page, role: str) -> None:
    """Sign in as one of the sandbox's people."""
    await page.click(".sign-in summary")
    await page.click(f'.persona:has-text("{role}")')
    await page.see(f'.sign-in summary:has-text("{role}")')
