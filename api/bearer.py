"""Who asks: the bearer token of a request, and the viewer it speaks for."""

from collections.abc import Awaitable, Callable

from domain.shared import clock
from domain.shared.actor import Viewer

Authenticate = Callable[[str], Awaitable[Viewer | None]]
"""The viewer of a token; None if it is invalid."""

MAX_TOKEN_LENGTH = 4_096
MOST_KNOWN = 10_000
RECHECK_S = 30.0
"""How long a revoked personal token may go unnoticed on an open connection."""
CHALLENGE = 'Bearer realm="kalends", error="invalid_token"'


async def viewer_of(authorization: str, authenticate: Authenticate) -> Viewer | None:
    """The viewer of an `Authorization: Bearer …` value; None if it is anything else. May raise `Busy`."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_LENGTH:
        return None
    return await authenticate(token)


class Bearers:
    """Who speaks in requests: a token that says itself until when it is valid is verified once, the time each time."""

    def __init__(self, authenticate: Authenticate) -> None:
        self._authenticate = authenticate
        self._known: dict[bytes, Viewer] = {}

    def known(self, authorization: bytes) -> Viewer | None:
        """The viewer of a header that was verified before and is valid still."""
        viewer = self._known.get(authorization)
        if viewer is None or (viewer.expires_at is not None and viewer.expires_at > clock.wall()):
            return viewer
        del self._known[authorization]
        return None

    async def viewer(self, authorization: bytes) -> Viewer | None:
        """The viewer of a header; None if it is invalid, which is not remembered: what strangers send takes no room. May raise `Busy`."""
        viewer = await viewer_of(authorization.decode("latin-1"), self._authenticate)
        if viewer is not None and viewer.expires_at is not None:
            if len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[authorization] = viewer
        return viewer


def recheck_in_s(viewer: Viewer) -> float:
    """When an open connection has to look again whether its token still speaks for the viewer."""
    if viewer.expires_at is None:
        return RECHECK_S
    left_s = (viewer.expires_at - clock.wall()).total_seconds()
    return min(RECHECK_S, max(left_s, 0.05))
