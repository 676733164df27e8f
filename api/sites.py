"""Pages that are built elsewhere and served as they are: the documentation, the example marketplace, the explorer.

A build leaves a folder in `build/`; a wheel carries it in `api/static/`. What was not built is not there. Scripts and
styles come from this origin only; each site says what else its pages need.
"""

import asyncio
import base64
import hashlib
import mimetypes
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from api.negotiation import accepts_html

FOLDERS = (Path(__file__).parent / "static", Path(__file__).parent.parent / "build")
"""Where sites lie: within the package, else in the checkout."""
INDEX = "index.html"
NOT_FOUND = "404.html"
UNCHANGING = "public, max-age=31536000, immutable"
NONCE = "__CSP_NONCE__"
"""Where a page has this, each answer has a fresh nonce: for programs that add style elements while they run."""
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)

Policy = dict[str, str]
OWN_ORIGIN: Policy = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",  # its WebSockets included
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}


@dataclass(frozen=True)
class Site:
    """A folder of files, served under a path."""

    name: str
    """The folder's."""
    path: str
    """Where it begins, without a slash at the end."""
    policy: Policy
    """The content security policy of every file, by directive. Scripts that stand in a page are added by their hashes."""
    fallback: str | None = None
    """The page where there is no file and a browser asks: a single-page application's index, or the 404."""
    hashed: str | None = None
    """The folder, within this one, whose files have hashes of their content in their names and never change."""
    sandbox_only: bool = False


EXPLORER = Site(
    "explorer",
    "/graphql",
    # Its editor sets sizes and places by style attributes, which can load and run nothing.
    OWN_ORIGIN
    | {
        "style-src-elem": "'self'",
        "style-src-attr": "'unsafe-inline'",
        "worker-src": "'self'",
        "font-src": "'self' data:",
    },
    hashed="assets",
)
MAP = Site(
    "explorer/map",
    "/graphql/map",
    # It lays out the graph in a worker of its own making, by WebAssembly.
    EXPLORER.policy | {"script-src": "'self' 'wasm-unsafe-eval'", "worker-src": "blob:"},
)
DOCS = Site("docs", "/docs", OWN_ORIGIN | {"style-src": "'self' 'unsafe-inline'", "worker-src": "'self'"}, NOT_FOUND)
MARKETPLACE = Site("marketplace", "", OWN_ORIGIN, fallback=INDEX, hashed="assets", sandbox_only=True)
SITES = (MAP, EXPLORER, DOCS, MARKETPLACE)
"""The first whose path an address begins with answers."""


class Sites:
    """The ASGI application for addresses that no route answers; where no site has a file, `otherwise` answers."""

    def __init__(
        self, otherwise: ASGIApp, *, sandbox: bool, sites: Sequence[Site] = SITES, folders: Sequence[Path] = FOLDERS
    ) -> None:
        self._otherwise = otherwise
        self._folders = [Folder(site, folders) for site in sites if sandbox or not site.sandbox_only]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, or pass the request on."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            folder = next((folder for folder in self._folders if folder.holds(scope["path"])), None)
            if folder and (answer := await folder.answer(scope["path"], Headers(scope=scope))):
                await answer(scope, receive, send)
                return
        await self._otherwise(scope, receive, send)


class Folder:
    """A site's files."""

    def __init__(self, site: Site, folders: Sequence[Path] = FOLDERS) -> None:
        self._site = site
        places = [folder.resolve() / site.name for folder in folders]
        self._root = next((place for place in places if place.is_dir()), places[-1])
        self._files = StaticFiles(directory=self._root, check_dir=False)

    def holds(self, address: str) -> bool:
        """Whether an address is the site's."""
        return address == self._site.path or address.startswith(f"{self._site.path}/")

    async def answer(self, address: str, headers: Headers) -> Response | None:
        """The file at an address, the page of a folder, the fallback; None when the site has nothing there."""
        return await asyncio.to_thread(self._answer, address.removeprefix(self._site.path), headers)

    def _answer(self, path: str, headers: Headers) -> Response | None:
        name = path.strip("/")
        if file := self._find(name) or self._find(f"{name}.html"):
            return self._respond(file, headers)
        if file := self._find(f"{name}/{INDEX}".lstrip("/")):
            if path.endswith("/"):
                return self._respond(file, headers)
            below = f"{name}/" if name else ""
            return RedirectResponse(quote(f"{self._site.path}/{below}"))  # the page's relative links need the slash
        fallback = self._site.fallback
        if fallback and accepts_html(headers.get("accept", "").encode("latin-1")) and (file := self._find(fallback)):
            return self._respond(file, headers, 404 if fallback == NOT_FOUND else 200)
        return None

    def _find(self, name: str) -> Path | None:
        try:
            path, stat = self._files.lookup_path(name)  # never outside of the folder
        except (OSError, ValueError):  # too long for a name, or not one
            return None
        return Path(path) if stat and S_ISREG(stat.st_mode) else None

    def _respond(self, file: Path, headers: Headers, status: int = 200) -> Response:
        policy = self._site.policy
        if file.suffix == ".html":
            page = file.read_text(encoding="utf-8")
            policy = policy | {"script-src": " ".join((policy["script-src"], *_inline_scripts(page)))}
            if NONCE in page:
                return _fresh(page, policy, status)
        return self._send(file, headers, {"content-security-policy": written(policy)}, status)

    def _send(self, file: Path, headers: Headers, sent_with: dict[str, str], status: int) -> Response:
        """The file, gzipped where a build left it gzipped beside; nothing when the browser has it already."""
        unchanging = self._site.hashed is not None and file.is_relative_to(self._root / self._site.hashed)
        sent_with |= {"cache-control": UNCHANGING if unchanging else "no-cache", "vary": "accept, accept-encoding"}
        packed = file.with_name(f"{file.name}.gz")
        sent = file
        if "gzip" in headers.get("accept-encoding", "") and packed.is_file():
            sent, sent_with = packed, sent_with | {"content-encoding": "gzip"}
        if not unchanging:
            # By content: builds may give all files one date.
            sent_with["etag"] = f'"{hashlib.blake2b(sent.read_bytes(), digest_size=12).hexdigest()}"'
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        answer = FileResponse(sent, status, sent_with, media_type, stat_result=sent.stat())
        if status != 200 or not self._files.is_not_modified(answer.headers, headers):
            return answer
        unchanged = NotModifiedResponse(answer.headers)
        # A browser takes the policy of this answer for the page that it has: it must be the same.
        unchanged.headers["content-security-policy"] = sent_with["content-security-policy"]
        return unchanged


def written(policy: Policy) -> str:
    """The header's value."""
    return "; ".join(f"{directive} {sources}" for directive, sources in policy.items())


def _inline_scripts(page: str) -> Iterator[str]:
    for script in INLINE_SCRIPT.findall(page):
        yield f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _fresh(page: str, policy: Policy, status: int) -> Response:
    nonce = secrets.token_urlsafe(16)
    sent_with = {
        "content-security-policy": written(policy | {"style-src-elem": f"{policy['style-src-elem']} 'nonce-{nonce}'"}),
        "cache-control": "no-store",
        "vary": "accept",
    }
    return HTMLResponse(page.replace(NONCE, nonce), status, sent_with)
