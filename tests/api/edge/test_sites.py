"""Built sites over HTTP: files, pages of folders, fallbacks, what browsers may keep and do."""

import asyncio
import base64
import gzip
import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from api.sites import INDEX, NONCE, NOT_FOUND, OWN_ORIGIN, Site, Sites
from cli.processes import free_port
from tests.support.browser import Browser

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = "location.hash || 1"
LONG = "console.log('long');" * 100
SITES = (
    Site("guide", "/guide", OWN_ORIGIN, fallback=NOT_FOUND),
    Site("tool", "/tool", OWN_ORIGIN | {"style-src-elem": "'self'"}),
    Site("operators", "/operators", OWN_ORIGIN, sandbox_only=True),
    Site("shop", "", OWN_ORIGIN, fallback=INDEX, hashed="assets"),
)
FILES = {
    "guide/index.html": f"<link rel='icon' href='data:,'><script>{SCRIPT}</script><script src='main.js'></script>guide",
    "guide/404.html": "no such page",
    "guide/first steps/index.html": "first steps",
    "guide/main.js": "1",
    "tool/index.html": f'<style nonce="{NONCE}"></style>tool',
    "tool/map.html": "map",
    "operators/index.html": "operators",
    "shop/index.html": "shop",
    "shop/assets/long-4f2a9c1e.js": LONG,
    "shop/plain.txt": "plain",
    "secret.txt": "outside of every site",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What builds leave behind."""
    root = tmp_path_factory.mktemp("build")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "shop/assets/long-4f2a9c1e.js.gz").write_bytes(gzip.compress(LONG.encode()))
    return root


@pytest.fixture(scope="module")
async def web(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A production's server with these sites and nothing else."""
    app = Starlette()
    app.router.default = Sites(app.router.not_found, sandbox=False, sites=SITES, folders=[folder])
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    running = asyncio.create_task(server.serve())
    for _ in range(600):
        if server.started:
            break
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield client
    server.should_exit = True
    await running


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "shop"),
        ("/plain.txt", "plain"),
        ("/guide/", "guide"),
        ("/guide/first%20steps/", "first steps"),
        ("/guide/main.js", "1"),
        ("/tool/", "tool"),
        ("/tool/map", "map"),
    ],
)
async def test_files_and_pages_are_where_people_look(web: httpx.AsyncClient, path: str, text: str) -> None:
    answer = await web.get(path, headers=BROWSER)
    assert answer.status_code == 200
    assert answer.text.endswith(text)
    assert (await web.head(path, headers=BROWSER)).headers["content-type"] == answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/guide", "/guide/first%20steps"])
async def test_a_folders_page_has_a_slash_for_its_links(web: httpx.AsyncClient, path: str) -> None:
    answer = await web.get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (307, f"{path}/")


async def test_only_browsers_that_go_somewhere_get_a_fallback(web: httpx.AsyncClient) -> None:
    navigated = await web.get("/loans/loan_1", headers=BROWSER)
    assert (navigated.status_code, navigated.text) == (200, "shop")
    missing = await web.get("/guide/nowhere", headers=BROWSER)
    assert (missing.status_code, missing.text) == (404, "no such page")
    for path in ("/loans/loan_1", "/guide/nowhere", "/tool/nowhere", "/assets/none.js"):
        assert (await web.get(path)).status_code == 404
    assert (await web.post("/", headers=BROWSER)).status_code == 404


async def test_what_is_for_sandboxes_is_not_in_production(web: httpx.AsyncClient) -> None:
    assert (await web.get("/operators/")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/guide/%2e%2e/%2e%2e/secret.txt",
        "//secret.txt",
        "/%00",
        "/" + "x" * 300,
    ],
)
async def test_nothing_outside_of_the_folders_is_served(web: httpx.AsyncClient, path: str) -> None:
    raw = httpx.URL(web.base_url).copy_with(raw_path=path.encode())
    answer = await web.get(raw)
    assert answer.status_code == 404
    assert "outside" not in answer.text


async def test_files_with_hashes_are_kept_and_others_asked_for_again(web: httpx.AsyncClient, folder: Path) -> None:
    packed = await web.get("/assets/long-4f2a9c1e.js", headers={"accept-encoding": "gzip"})
    plain = await web.get("/assets/long-4f2a9c1e.js", headers={"accept-encoding": "identity"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", LONG)
    assert ("content-encoding" in plain.headers, plain.text) == (False, LONG)
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["content-type"] == plain.headers["content-type"] == "text/javascript; charset=utf-8"
    first = await web.get("/plain.txt")
    assert first.headers["cache-control"] == "no-cache"
    known = {"if-none-match": first.headers["etag"]}
    again = await web.get("/plain.txt", headers=known)
    assert again.status_code == 304
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    page = folder / "shop/plain.txt"
    stat = page.stat()
    page.write_text("plane")
    os.utime(page, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (await web.get("/plain.txt", headers=known)).text == "plane"
    page.write_text("plain")


async def test_a_page_may_run_its_own_scripts_and_no_others(web: httpx.AsyncClient) -> None:
    hashed = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    policy = (await web.get("/guide/")).headers["content-security-policy"]
    assert f"script-src 'self' 'sha256-{hashed}';" in policy
    assert "script-src 'self';" in (await web.get("/")).headers["content-security-policy"]


async def test_a_nonce_is_for_one_answer(web: httpx.AsyncClient) -> None:
    answers = [await web.get("/tool/") for _ in range(2)]
    nonces = {answer.text.partition('nonce="')[2].partition('"')[0] for answer in answers}
    assert len(nonces) == 2
    for answer in answers:
        nonce = answer.text.partition('nonce="')[2].partition('"')[0]
        assert f"style-src-elem 'self' 'nonce-{nonce}'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


async def test_a_browser_takes_the_policy_at_its_word(web: httpx.AsyncClient, browser: Browser) -> None:
    async with browser.page(str(web.base_url)) as page:
        await page.goto("/guide/")
        await page.see("text=guide")
        assert await page.problems() == []
        await page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
        await page.evaluate("fetch('http://elsewhere.invalid/').catch(() => null)")
        problems = await page.problems()
        assert any("script-src" in problem for problem in problems)
        assert any("connect-src" in problem for problem in problems)
