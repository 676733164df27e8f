"""The documentation as the API serves it: it is read and searched in a browser, under its policy."""

from tests.api.explorer.conftest import Stage
from tests.support.browser import Browser


async def test_the_documentation_is_read_and_searched(stage: Stage, browser: Browser) -> None:
    async with browser.page(stage.sandbox_url) as page:
        await page.goto("/docs/")
        await page.click(".md-tabs >> text=Tutorial")
        await page.see("h1:has-text('The first ten minutes')")
        await page.press("/")
        await page.call("keyboard.type", "idempotency")
        await page.see(".md-search-result__item >> nth=0")
        await page.click(".md-search-result__item a >> nth=0")
        await page.see("article :text-matches('idempotency', 'i') >> nth=0")
        await page.goto("/docs/reference/schema/mutations/")
        await page.see("article :text('placeBid') >> nth=0")
