"""Installs uv, the locked dependencies and the kalends command into this directory, with the standard library alone.

uv is taken from the PATH, else from its wheel: by pip, by the pip that ensurepip carries, or straight from the package
index that the environment or pip's configuration names. Whatever way it came, its hash must be in requirements-uv.txt.
"""

import configparser
import contextlib
import fcntl
import hashlib
import html.parser
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".uv" / "bin" / "uv"
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
STAMP = ROOT / ".venv" / ".installed"
UV_REQUIREMENTS = ROOT / "requirements-uv.txt"
INPUTS = ("requirements-dev.txt", "requirements-uv.txt", "requirements.in", "pyproject.toml", "hatch_build.py")


class Failed(Exception):
    """What a person has to do, in one line."""


def main() -> None:
    """Bring .venv up to date; nothing to do when no input has changed since the last time."""
    (ROOT / ".uv").mkdir(exist_ok=True)
    with (ROOT / ".uv" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in INPUTS)).hexdigest()
        if UV.exists() and STAMP.is_file() and STAMP.read_text() == digest and runs(VENV_PYTHON, "-c", "import cli"):
            return
        print("kalends: installing what is missing into .venv", flush=True)
        install_uv()
        install_packages()
        STAMP.write_text(digest)


def runs(*command: str | Path) -> bool:
    """Whether a program is there, starts and succeeds (a shim on the PATH may do none of it)."""
    with contextlib.suppress(OSError):
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
    return False


def install_uv() -> None:
    """Put uv at .uv/bin/uv: a link to the one on the PATH, else the pinned wheel's."""
    if runs(UV, "pip", "sync", "--help"):
        return
    UV.parent.mkdir(parents=True, exist_ok=True)
    UV.unlink(missing_ok=True)
    found = shutil.which("uv")
    if found and runs(found, "pip", "sync", "--help"):
        UV.symlink_to(found)
        return
    with tempfile.TemporaryDirectory() as folder:
        unzip_uv(download_uv(Path(folder)))


def download_uv(folder: Path) -> Path:
    """The pinned uv's wheel in the folder."""
    pip = pip_command()
    if pip:
        arguments = ("download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", folder)
        done = subprocess.run([*pip, *arguments, "-r", UV_REQUIREMENTS], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return next(folder.glob("uv-*.whl"))
        raise Failed("pip could not download uv: " + (done.stderr.strip().splitlines() or ["no reason given"])[-1])
    index = configured_index()
    if not index:
        raise Failed(
            "this Python has no pip to fetch uv with: install uv, or pip, or name a package index in PIP_INDEX_URL"
        )
    return fetch_wheel(index, folder)


def pip_command() -> list[str | Path]:
    """How to call pip: the installed one, or the wheel that ensurepip carries; empty when there is neither."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    folders = [sysconfig.get_config_var("WHEEL_PKG_DIR")]
    spec = find_spec("ensurepip")
    if spec and spec.origin:
        folders.append(str(Path(spec.origin).parent / "_bundled"))
    wheels = [wheel for folder in folders if folder for wheel in Path(folder).glob("pip-*.whl")]
    return [sys.executable, wheels[0] / "pip"] if wheels else []


def configured_index() -> str | None:
    """The package index that this machine is told to use, if it is told one."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if os.environ.get(name):
            return os.environ[name]
    files = [
        os.environ.get("PIP_CONFIG_FILE", ""),
        *(str(Path(p).expanduser()) for p in ("~/.config/pip/pip.conf", "~/.pip/pip.conf")),
    ]
    config = configparser.RawConfigParser()
    config.read(["/etc/pip.conf", *filter(None, files)])
    return config.get("global", "index-url", fallback=None)


class Links(html.parser.HTMLParser):
    """The links of a page of a simple index."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value for name, value in attrs if tag == "a" and name == "href" and value]


def fetch_wheel(index: str, folder: Path) -> Path:
    """Fetch the pinned uv's wheel for this machine from a simple index."""
    pin = re.search(r"^uv==(\S+)", UV_REQUIREMENTS.read_text(), re.MULTILINE)
    assert pin, "requirements-uv.txt pins uv"
    family = "macosx" if sys.platform == "darwin" else "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    page = index.rstrip("/") + "/uv/"
    links = Links()
    links.feed(fetch(page).decode())
    for target in links.targets:
        name = urllib.parse.unquote(urllib.parse.urlsplit(target).path.rsplit("/", 1)[-1])
        if name.startswith(f"uv-{pin[1]}-") and family in name and name.endswith(f"_{platform.machine()}.whl"):
            wheel = folder / name
            wheel.write_bytes(fetch(urllib.parse.urljoin(page, target)))
            return wheel
    raise Failed(f"the package index has no uv {pin[1]} for {family} on {platform.machine()}: install uv")


def fetch(url: str) -> bytes:
    """One file, over the network or from a local index."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 (the person's own setting)
            return bytes(answer.read())
    except (urllib.error.URLError, ValueError) as error:
        raise Failed(f"the package index does not answer ({error}): install uv") from error


def unzip_uv(wheel: Path) -> None:
    """Take the program out of its wheel, if the wheel is the one that was pinned."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() not in UV_REQUIREMENTS.read_text():
        raise Failed("the uv that was downloaded is not the one that requirements-uv.txt names")
    with zipfile.ZipFile(wheel) as archive:
        program = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        UV.write_bytes(archive.read(program))
    UV.chmod(0o755)


def install_packages() -> None:
    """Fill .venv with exactly what is locked, and with this project as an editable install."""
    if not runs(VENV_PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        uv("venv", "--quiet", "--clear", "--python", sys.executable, ROOT / ".venv")
    uv("pip", "sync", "--python", VENV_PYTHON, "--require-hashes", "requirements-dev.txt")
    # The build backend is among the locked packages: nothing is fetched that has no hash.
    uv("pip", "install", "--python", VENV_PYTHON, "--no-deps", "--no-build-isolation", "--editable", ".")


def uv(*arguments: str | Path) -> None:
    """Run uv; what it prints is shown only when it fails."""
    done = subprocess.run(
        [UV, *arguments], cwd=ROOT, env=dict(environment()), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        raise Failed("uv could not install the dependencies (its words are above)")


def environment() -> Iterator[tuple[str, str]]:
    """uv's environment: never another Python, the index pip uses, and a cache also where there is no home."""
    yield from os.environ.items()
    yield "UV_PYTHON_DOWNLOADS", "never"
    yield "UV_LINK_MODE", os.environ.get("UV_LINK_MODE", "copy")
    if ssl.get_default_verify_paths().cafile:
        # Behind a company's proxy only the machine's own store knows the proxy's certificate, as pip's settings do.
        yield "UV_SYSTEM_CERTS", os.environ.get("UV_SYSTEM_CERTS", "true")
    if not os.environ.get("HOME"):
        yield "UV_CACHE_DIR", os.environ.get("UV_CACHE_DIR", str(ROOT / ".uv" / "cache"))
    index = configured_index()
    if index and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & os.environ.keys():
        yield "UV_DEFAULT_INDEX", index


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"kalends: {failure}")
