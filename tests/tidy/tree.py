"""The files of this checkout, as the tidy tests see them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "examples" / "lender_bot" / "kalends_client"
PACKAGES = ("api", "cli", "domain", "migrations", "sandbox", "workers")


def tracked() -> list[Path]:
    """Everything that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name]


def files(*suffixes: str) -> list[Path]:
    """The files among them, but for generated code, with one of the suffixes; all when none is named."""
    return [
        path
        for path in tracked()
        if path.is_file() and not path.is_relative_to(GENERATED) and (not suffixes or path.suffix in suffixes)
    ]


def name_of(path: Path) -> str:
    """How a file is called in a failure."""
    return str(path.relative_to(ROOT))
