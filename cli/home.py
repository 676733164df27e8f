"""The folder in which a machine's own servers keep their data: whose it is, who runs it, where the servers listen."""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import stat
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import psutil

from cli.servers_error import ServersError
from cli.supervisor import Account

SOCKET_PATH_LIMIT = 100  # Linux allows 107 bytes, macOS 103


@dataclass(frozen=True)
class RunInfo:
    """Who runs the servers of a home, and the settings that lead another Kalends process to them."""

    pid: int
    environment: dict[str, str]


def default_home() -> Path:
    """`KALENDS_HOME`, else the user's data directory, else (as root) the system's: PostgreSQL refuses to be root."""
    if os.environ.get("KALENDS_HOME"):
        return Path(os.environ["KALENDS_HOME"]).absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/kalends")
    if os.environ.get("XDG_DATA_HOME"):
        return Path(os.environ["XDG_DATA_HOME"]) / "kalends"
    return Path(os.environ.get("HOME") or pwd.getpwuid(os.geteuid()).pw_dir) / ".local" / "share" / "kalends"


def server_account() -> Account | None:
    """Who runs the servers: root hands them to nobody, anybody else runs them as themselves (None)."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def is_open_to_all(path: Path) -> bool:
    """Whether an unprivileged user can get at the path: every folder above it lets everybody pass."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents)


def prepare(home: Path, account: Account | None) -> None:
    """Make the home's folders. Only the home's own permissions are set, never those of a folder above it.

    Raises ServersError when the home cannot be made or the servers' account could not reach it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        if account and not is_open_to_all(home):
            raise ServersError(f"{home} cannot be reached by the user nobody, who runs the servers: set KALENDS_HOME")
        home.chmod(0o711 if account else 0o700)
        for name in ("postgres", "valkey"):
            folder = home / name
            folder.mkdir(mode=0o700, exist_ok=True)
            if account:
                os.chown(folder, account.uid, account.gid)
        (home / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ServersError(f"{home} cannot be used: {error.strerror}") from error


def socket_folder(home: Path, account: Account | None) -> Path:
    """Where the servers listen: in the home, or in the temporary directory when that path would be too long.

    Only the servers' account (and root) can enter. Raises ServersError when somebody else made the folder.
    """
    folder = home / "sockets"
    if len(os.fsencode(folder / ".s.PGSQL.5432.lock")) > SOCKET_PATH_LIMIT:
        folder = Path(tempfile.gettempdir()) / f"kalends-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"
    uid = account.uid if account else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.uid, account.gid)
    if folder.is_symlink() or folder.stat().st_uid != uid:
        raise ServersError(f"{folder} belongs to somebody else")
    return folder


def lock(home: Path) -> IO[str]:
    """Take the home for this process; it is free again when the file is closed or the process dies.

    Raises ServersError when another process has it.
    """
    file = (home / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        raise ServersError(f"the servers in {home} are already run by process {owner}") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def kept_secrets(home: Path) -> dict[str, str]:
    """The secrets of this home's installation, drawn once and kept for its owner's eyes only.

    What the environment sets is left to it.
    """
    path = home / "secrets.json"
    if not path.exists():
        drawn = {
            "KALENDS_SECRET_KEY": secrets.token_urlsafe(32),
            "KALENDS_BANK_API_KEY": secrets.token_urlsafe(32),
            "KALENDS_WEBHOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        _write_privately(path, drawn)
    kept: dict[str, str] = json.loads(path.read_text())
    return {name: value for name, value in kept.items() if not os.environ.get(name)}


def write_run_info(home: Path, info: RunInfo) -> None:
    """Tell other processes where the servers listen; nobody else may read it."""
    _write_privately(home / "run.json", asdict(info))


def _write_privately(path: Path, content: dict[str, object] | dict[str, str]) -> None:
    """Write a file of mode 0600, whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    unfinished.rename(path)


def read_run_info(home: Path) -> RunInfo | None:
    """Where the servers of a home listen, None when nobody runs them."""
    try:
        info = RunInfo(**json.loads((home / "run.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return info if psutil.pid_exists(info.pid) else None
