"""What a home knows about the story told in it: begun, or complete, and who can log in."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.servers_error import ServersError

BEGUN = "begun"
COMPLETE = "complete"


@dataclass(frozen=True)
class Login:
    """Somebody whose eyes a visitor can use. Made for this demo; the accounts are the sandbox's."""

    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Story:
    """A story told with so many applications over so many months; `logins` only when it is complete."""

    state: str
    applications: int
    months: int
    logins: tuple[Login, ...] = ()


def read(home: Path) -> Story | None:
    """The story of a home; None if none was begun. Raises ServersError for a file that is not ours."""
    file = path(home)
    try:
        kept = json.loads(file.read_text())
        return Story(**kept | {"logins": tuple(Login(**login) for login in kept["logins"])})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise ServersError(f"{file} is not the demo's: kalends demo --fresh begins anew") from error


def write(home: Path, story: Story) -> None:
    """Write it down, whole or not at all, for its owner's eyes only."""
    unfinished = path(home).with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(story), file)
    unfinished.rename(path(home))


def path(home: Path) -> Path:
    """Where it is written down; the explorer learns from there who can log in."""
    return home / "story.json"
