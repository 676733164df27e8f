"""`examples/marketplace/` in a real Chromium, served by the product: what a lender sees and does."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest

from cli.processes import Platform
from tests.api.conftest import SECRETS
from tests.support.browser import DESKTOP, PHONE, Browser, Page
from tests.support.journey import Journey, Party, until
from tests.support.people import PASSWORD

PAGE = 20
"""So many loans come at once."""
KEPT = "JSON.parse(localStorage.getItem('kalends.session'))"
LOSE_THE_NEXT_ANSWER = """(() => {
    const real = window.fetch
    window.fetch = async (...asked) => { window.fetch = real; await real(...asked); throw new TypeError('lost') }
})()"""
OPEN_EVERYTHING = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
WIDER_THAN_ITS_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@asynccontextmanager
async def signed_in(
    browser: Browser, journey: Journey, party: Party, path: str, size: tuple[int, int] = DESKTOP
) -> AsyncIterator[Page]:
    """A page of somebody who signed in on the way to it."""
    async with browser.page(journey.world.platform.url, size) as page:
        await page.goto(path)
        await page.click(".header >> text=Sign in")
        await sign_in(page, party)
        yield page


async def sign_in(page: Page, party: Party) -> None:
    await page.fill("[name=email]", party.email)
    await page.fill("[name=password]", PASSWORD)
    await page.press("Enter")
    await page.see("text=Sign out")


async def spoil(page: Page, **changes: str) -> None:
    """Put something else in place of tokens that are kept."""
    await page.evaluate(
        f"localStorage.setItem('kalends.session', JSON.stringify({{...{KEPT}, ...{json.dumps(changes)}}}))"
    )


async def funded(page: Page, percent: int) -> None:
    await page.see(f"h2:has-text('{percent}% funded')")


async def test_two_visitors_see_a_loan_fill_while_a_third_bids(
    browser: Browser, journey: Journey, borrower: Party
) -> None:
    loan_id = await journey.listed(borrower, 3_000)
    lender, url = await journey.lender(1_000), journey.world.platform.url
    async with (
        browser.page(url) as desktop,
        browser.page(url, PHONE) as phone,
        browser.page(url) as own,
    ):
        for page in (desktop, phone, own):
            await page.goto(f"/loans/{loan_id}")
            await funded(page, 0)
        await own.click("text=Sign in to bid")
        await sign_in(own, lender)
        await bid_after_refusals(own)
        for page in (desktop, phone, own):
            await funded(page, 33)
            await page.see(".bids >> text=¥1,000 >> nth=0")
        assert (await lender.wallet())["held"] == Decimal(1_000)

        await own.screenshot("marketplace-bid")
        await desktop.goto("/?grade=A&order=NEWEST")
        row = f"li:has(a[href='/loans/{loan_id}'])"
        await desktop.see(f"{row} >> text=33% funded")
        other = await journey.lender(2_000)
        await journey.lend(other, loan_id, 2_000)
        await phone.see("h2:has-text('Fully funded')")
        await desktop.see(f"{row} >> text=Funded")

        await own.click(".nav >> text=Portfolio")
        await own.see("dt:has-text('Held for bids') + dd:has-text('¥1,000.00')")
        await own.see("section:has(h2:has-text('Open bids')) >> text=¥1,000")


async def bid_after_refusals(page: Page) -> None:
    """Each refusal comes with what would be right, and a press makes it so."""
    await page.fill("[name=amount]", "250")
    await page.see("text=Bids are multiples of ¥100.")
    await page.click("role=button[name='Bid ¥200 instead']")
    assert await page.call("inputValue", selector="[name=amount]") == "200"
    await page.see("dt:has-text('Would be taken') + dd:has-text('¥200.00')")
    await page.fill("[name=amount]", "2000")
    await page.see("text=You have ¥1,000 available; ¥2,000 are needed.")
    await page.click("role=button[name='Bid ¥1,000 instead']")
    await page.click("role=button[name='Bid ¥1,000']")
    await page.see("text=Read the risk warning and tick the box first.")
    await page.click("text=Risk Warning for Lenders, version 1")
    await page.see("dialog >> text=You can lose all you lend.")
    await page.press("Escape")
    await page.click("input[type=checkbox]")
    await page.click("role=button[name='Bid ¥1,000']")
    await page.see("text=Your bid of ¥1,000 is placed.")


async def test_a_bid_whose_answer_was_lost_is_placed_once(browser: Browser, journey: Journey, borrower: Party) -> None:
    loan_id = await journey.listed(borrower, 3_000)
    lender = await journey.lender(1_000)
    async with signed_in(browser, journey, lender, f"/loans/{loan_id}") as page:
        await page.fill("[name=amount]", "400")
        await page.see("dt:has-text('Would be taken') + dd:has-text('¥400.00')")
        await page.click("input[type=checkbox]")
        await page.evaluate(LOSE_THE_NEXT_ANSWER)
        await page.click("role=button[name='Bid ¥400']")
        await page.see("text=We do not know whether your bid arrived.")
        await page.click("role=button[name='Bid ¥400']")
        await page.see("text=Your bid of ¥400 is placed.")
    assert (await lender.wallet())["held"] == Decimal(400)


async def test_pages_follow_each_other_and_filters_live_in_the_address(
    browser: Browser, journey: Journey, borrower: Party
) -> None:
    for _ in range(PAGE + 2):
        await journey.listed(borrower, 1_000, purpose="RETRAINING")
    async with browser.page(journey.world.platform.url) as page:
        await page.goto("/")
        await page.call("selectOption", "RETRAINING", selector="label:has-text('Purpose') select")
        await until(lambda: _shows(page, PAGE + 2), "both pages of retrainings")
        await page.click("label:has-text('Grade G')")
        await page.see("text=No loan fits these filters now.")
        assert "purpose=RETRAINING" in await page.evaluate("location.search")
        await page.click("label:has-text('Grade G')")
        await page.click(".loan-row >> nth=0")
        await page.see("h1:has-text('A course')")
        await page.call("goBack")
        await page.see(f".loan-row >> nth={PAGE + 1}")


async def _shows(page: Page, loans: int) -> bool:
    """Scroll down, as somebody does who waits for more; whether there are so many loans, no more and no less."""
    await page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    return await page.count(".loan-row") == loans


async def test_a_portfolio_shows_what_came_back_and_what_is_to_come(
    browser: Browser, journey: Journey, borrower: Party
) -> None:
    lender = await journey.lender(2_000)
    await journey.active(borrower, [(lender, 2_000)])
    await journey.walk(10)
    async with signed_in(browser, journey, lender, "/portfolio") as page:
        await page.see("section:has(h2:has-text('Notes')) >> text=¥2,000 lent on")
        label = str(await page.call("getAttribute", "aria-label", selector=".plot svg"))
        assert "came back" in label
        assert await page.count(".plot rect.lent") == await page.count("section:has(.plot) tbody tr")
        await page.click("text=Show as a table")
        flows = await lender.api.run(
            "{ me { portfolio { cashFlows { lent { amount } expectedPrincipal { amount } } } } }"
        )
        months = flows["me"]["portfolio"]["cashFlows"]
        assert sum(Decimal(month["lent"]["amount"]) for month in months) == Decimal(2_000)
        await page.see("section:has(.plot) tbody >> text=¥2,000.00")
        await page.screenshot("marketplace-portfolio", whole=True)


async def test_it_speaks_chinese_and_remembers(browser: Browser, journey: Journey) -> None:
    async with browser.page(journey.world.platform.url) as page:
        await page.goto("/figures")
        await page.see("h1:has-text('Figures')")
        await page.click("role=button[name='中文']")
        await page.see("h1:has-text('信息披露')")
        await page.see("summary:has-text('累计借贷金额')")
        assert await page.evaluate("document.documentElement.lang") == "zh-Hans"
        await page.call("reload")
        await page.see("h1:has-text('信息披露')")
    async with browser.page(journey.world.platform.url, locale="zh-CN") as page:
        await page.goto("/")
        await page.see("h1:has-text('借款')")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
async def test_on_a_phone_nothing_is_wider_than_the_window(
    browser: Browser, journey: Journey, borrower: Party, locale: str
) -> None:
    loan_id = await journey.listed(borrower, 1_000)
    async with browser.page(journey.world.platform.url, PHONE, locale) as page:
        for path, heading in (
            ("/", "h1"),
            (f"/loans/{loan_id}", ".bid-panel"),
            ("/figures", ".fees >> nth=0"),
            ("/sign-in", "form"),
        ):
            await page.goto(path)
            await page.see(heading)
            await page.evaluate(OPEN_EVERYTHING)
            assert await page.evaluate(WIDER_THAN_ITS_WINDOW) == 0, path


async def test_a_session_goes_on_with_new_tokens_until_it_is_over(
    browser: Browser, journey: Journey, borrower: Party
) -> None:
    loan_id = await journey.listed(borrower, 1_000)
    lender = await journey.lender(500)
    async with signed_in(browser, journey, lender, f"/loans/{loan_id}") as page:
        await page.see("text=¥500 available")
        before = await page.evaluate(f"{KEPT}.refreshToken")
        await spoil(page, accessToken="spoilt")
        await page.goto(f"/loans/{loan_id}")
        await page.see("text=¥500 available")
        await asyncio.gather(page.see("text=10% funded >> nth=0"), journey.lend(lender, loan_id, 100))
        assert await page.evaluate(f"{KEPT}.refreshToken") != before
        assert all("401" in problem for problem in await page.problems())

        await spoil(page, accessToken="spoilt", refreshToken="spoilt")
        await page.goto("/portfolio")
        await page.click("main a:has-text('Sign in')")
        await page.see("text=Your session has ended. Sign in again.")
        assert all("401" in problem for problem in await page.problems())


async def test_a_sandbox_offers_its_people(browser: Browser, journey: Journey, tmp_path: Path) -> None:
    lender = await journey.lender(700)
    story = tmp_path / "story.json"
    story.write_text(json.dumps({"logins": [{"role": "lender", "email": lender.email, "password": PASSWORD}]}))
    world = journey.world.platform
    offering = Platform(
        world.supervisor, tmp_path, world.environment | {"KALENDS_PERSONAS_FILE": str(story)}, secrets=SECRETS
    )
    offering.spawn_api("offering", offering.port)
    await asyncio.to_thread(offering.wait_for, f"{offering.url}/readyz")
    async with browser.page(offering.url) as page:
        await page.goto("/sign-in?next=/portfolio")
        await page.click("role=button[name=/A lender/]")
        await page.see("dt:has-text('Available') + dd:has-text('¥700.00')")


async def test_what_is_not_there_says_so(browser: Browser, journey: Journey) -> None:
    async with browser.page(journey.world.platform.url) as page:
        await page.goto("/loans/loan_00000000-0000-0000-0000-000000000000")
        await page.see("h1:has-text('There is nothing here')")
        await page.click("text=Look at all loans")
        await page.see("h1:has-text('Loans')")
        await page.click(".header >> text=Sign in")
        await page.fill("[name=email]", "nobody@example.com")
        await page.fill("[name=password]", "not the password at all")
        await page.press("Enter")
        await page.see("text=E-mail and password do not open an account")
