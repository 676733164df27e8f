"""Sessions of browsers, in cookies that no script reads; and how a request shows that a page of ours made it.

Cookies are sent by whatever page the browser shows. So they count only together with the header `Kalends-CSRF`, which no page
of another origin can send without asking us before (a preflight, which we refuse); over a WebSocket, which has no such
header, together with our `Origin`. Front ends of other origins, those of `cors_origins` too, send a token in `Authorization`:
a browser adds none by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.types import Scope

from api.errors import Code, top_level
from domain.shared.settings import Settings

CSRF_HEADER = "kalends-csrf"
SESSION_PATH = "/session"
MAX_COOKIE_BYTES = 8 * 1024


class ForeignPage(Exception):
    """A cookie came without a sign that a page of ours sent it."""

    error = top_level(
        Code.FORBIDDEN, "A session in a cookie needs the header Kalends-CSRF, from a page of the API's own origin."
    )


class Cookies:
    """The cookies of an installation: their names and attributes, and whose pages may use them."""

    def __init__(self, settings: Settings) -> None:
        public = urlsplit(settings.public_url)
        self._secure = public.scheme == "https"
        self._origin = f"{public.scheme}://{public.netloc}"
        self.access = "__Host-kalends" if self._secure else "kalends"
        self.refresh = "__Secure-kalends-refresh" if self._secure else "kalends-refresh"
        self.device = "__Secure-kalends-device" if self._secure else "kalends-device"

    def authorization(self, scope: Scope) -> str | None:
        """What the access cookie of a request is as an `Authorization`; None if there is none.

        Raises `ForeignPage` for a cookie that another page may have had sent.
        """
        token = self.read(scope).get(self.access)
        if token is None:
            return None
        self.require_own_page(scope)
        return f"Bearer {token}"

    def require_own_page(self, scope: Scope) -> None:
        """Raises `ForeignPage` unless a page of ours made the request, or a program that is none."""
        origin = header(scope, "origin")
        if scope["type"] == "websocket":
            if origin != self._origin:
                raise ForeignPage
        elif header(scope, CSRF_HEADER) is None or (origin is not None and origin != self._origin):
            raise ForeignPage

    def read(self, scope: Scope) -> Mapping[str, str]:
        """The cookies of a request; none if they are too long."""
        given = header(scope, "cookie")
        if given is None or len(given) > MAX_COOKIE_BYTES:
            return {}
        return dict(_pairs(given))

    def make(self, name: str, value: str, path: str, max_age_s: int) -> str:
        """A `Set-Cookie`; with no value and no age, it takes the cookie away."""
        secure = "; Secure" if self._secure else ""
        return f"{name}={value}; Path={path}; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}"


def header(scope: Scope, name: str) -> str | None:
    """A header of a request, as it came last."""
    wanted = name.encode()
    found: Sequence[tuple[bytes, bytes]] = scope["headers"]
    return next((value.decode("latin-1") for key, value in reversed(found) if key == wanted), None)


def _pairs(given: str) -> Iterator[tuple[str, str]]:
    for part in given.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            yield name, value
