"""The explorer as people use it: nothing goes wrong in the page, nothing is asked of anybody else."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.explorer.conftest import Stage
from tests.api.explorer.editor import MODEL, answered, arrive, be, content, given, open_example, run
from tests.api.explorer.test_gallery import EXAMPLES, GALLERY
from tests.support.browser import DESKTOP, PHONE, Browser, Page
from tests.support.journey import WALK_PATIENCE_S, until

GROUPS = {group["title"]: group for group in GALLERY["groups"]}


def title_of(name: str) -> str:
    return (EXAMPLES / f"{name}.graphql").read_text().splitlines()[0].removeprefix("# ")


async def test_it_loads_and_runs_a_query(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page)
        await run(page)
        assert (await answered(page))["data"]["loans"]["edges"]
        await page.screenshot("explorer")


@pytest.mark.parametrize("title", [title for title in GROUPS if title != "Live"])
async def test_every_example_answers(title: str, stage: Stage, browser: Browser) -> None:
    group = GROUPS[title]
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page)
        if "role" in group:
            await page.click(f'.gallery .be:has-text("{group["role"]}")')
            await page.see(f'.sign-in summary:has-text("{group["role"]}")')
        for name in group["examples"]:
            await open_example(page, title_of(name))
            await page.see(f'.graphiql-tab-active:has-text("{operation_of(name)}")')
            await run(page)
            answer = await answered(page)
            assert "errors" not in answer, (name, answer)
            assert typename(answer["data"]).endswith("Payload"), (name, answer)
            await content(page)
    await until(stage.journey.standing, "the clock that an example moved to stand", WALK_PATIENCE_S)


def operation_of(name: str) -> str:
    """The name of an example's operation, which its tab shows."""
    text = (EXAMPLES / f"{name}.graphql").read_text()
    return next(line for line in text.splitlines() if not line.startswith("#")).split()[1].split("(")[0]


def typename(data: dict[str, Any]) -> str:
    """Of a mutation's result; queries count as answered."""
    return next((value["__typename"] for value in data.values() if value and "__typename" in value), "Payload")


async def test_a_subscription_shows_what_changes(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page)
        await open_example(page, "Watch a loan fill")
        await run(page)
        before = (await answered(page))["data"]["loanFunding"]
        assert before["cause"] == "PRESENT"
        await stage.journey.lend(stage.lender, (await given(page))["loanIds"][0], 1_000)

        async def filled() -> bool:
            update = (await answered(page))["data"]["loanFunding"]
            return bool(update["loan"]["funding"]["committed"] != before["loan"]["funding"]["committed"])

        await until(filled, "the bid to be seen")
        await page.screenshot("explorer-subscription")


async def test_events_come_with_the_token_of_who_is_signed_in(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page)
        await be(page, "lender")
        await open_example(page, "What happens to you")
        await run(page)
        await page.see("[aria-label^='Stop']")
        await until(lambda: bid_and_seen(stage, page), "an event")


async def bid_and_seen(stage: Stage, page: Page) -> bool:
    """Bid again: only what happens after the subscription has begun is told."""
    await stage.journey.lend(stage.lender, stage.open_loan, 500)
    await asyncio.sleep(0.5)
    return '"myEvents"' in await page.evaluate(MODEL % "response")


async def test_signing_in_and_out(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page)
        await page.click(".sign-in summary")
        await page.fill("input[name=email]", stage.lender.email)
        await page.fill("input[name=password]", "not the password")
        await page.click(".panel form:has([name=email]) button")
        await page.see(".panel [role=alert]")
        await page.screenshot("explorer-sign-in")
        await page.click('.persona:has-text("lender")')
        await page.see('.sign-in summary:has-text("lender")')
        await page.click(".sign-in summary")
        await page.click('.persona:has-text("operator")')
        await page.see('.sign-in summary:has-text("operator")')
        await page.click(".sign-in summary")
        await page.click("text=Sign out")
        await page.see('.sign-in summary:has-text("Sign in")')
        stored = await page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        assert "eyJ" not in stored  # no token is left behind


async def test_the_editor_knows_the_schema(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page)
        await content(page)
        await page.click(".graphiql-query-editor .view-lines")
        await page.press("Control+End")
        await page.call("keyboard.type", "query Wrong { platform { nothing } }")
        await page.see(".graphiql-query-editor .squiggly-error >> nth=0")
        await page.press("Control+End")
        await page.call("keyboard.type", "\nquery More { me { ")
        await page.press("Control+Space")
        await page.see('.suggest-widget .monaco-list-row:has-text("wallet")')
        await page.screenshot("explorer-suggestions")


async def test_an_operation_is_clicked_together(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page)
        await page.click("[aria-label='Show GraphiQL Explorer']")
        assert "today" not in await page.evaluate(MODEL % "operation")
        await page.click(
            ".graphiql-explorer-root .graphiql-explorer-node:has-text('platform') >> text=platform >> nth=0"
        )
        await page.click(".graphiql-explorer-root >> text=today >> nth=0")

        async def written() -> bool:
            return "platform" in (text := await page.evaluate(MODEL % "operation")) and "today" in text

        await until(written, "the fields to be in the editor")


async def test_an_address_opens_an_example(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await arrive(page, "/graphql#example=quote")
        await page.see('.graphiql-tab-active:has-text("Quote")')


async def test_it_fits_a_phone(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url, PHONE) as page:
        await arrive(page)
        await page.click("[aria-label='Show Examples']")
        await open_example(page, "Promised and earned, by grade")
        await page.not_see(".gallery")
        await run(page)
        assert (await answered(page))["data"]["platform"]["gradeResults"] is not None
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.screenshot("explorer-phone")


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
async def test_the_map_is_drawn(size: tuple[int, int], stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url, size) as page:
        await page.goto("/graphql/map")
        await page.see("#map svg g.node >> nth=0", 60)
        assert await page.count("#map svg g.node") > 50
        assert "Loan" in await page.text(".graphql-voyager .type-doc")
        await page.screenshot(f"map-{size[0]}")


async def test_a_production_offers_nobody(stage: Stage, browser: Browser) -> None:
    async with httpx.AsyncClient(base_url=stage.production_url) as http:
        assert (await http.get("/graphql/personas.json")).json() == {"sandbox": False, "personas": []}
    async with browser.page(stage.production_url) as page:
        await arrive(page)
        await page.click(".sign-in summary")
        await page.see("input[name=token]")
        assert await page.count(".persona, .be, input[type=password]") == 0


async def test_scripts_come_from_its_own_origin_only(stage: Stage) -> None:
    async with httpx.AsyncClient(base_url=stage.sandbox_url) as http:
        answer = await http.get("/graphql", headers={"accept": "text/html"})
        page = answer.headers["content-security-policy"]
        map_ = (await http.get("/graphql/map/")).headers["content-security-policy"]
    assert "script-src 'self';" in page
    assert "unsafe-eval" not in page
    assert "script-src 'self' 'wasm-unsafe-eval';" in map_
    assert answer.headers["x-frame-options"] == "DENY"
