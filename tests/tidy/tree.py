"""The files of this checkout, as the tidy tests see them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "examples" / "lender_bot" / "kalends_client"
PACKAGES = ("api", "cli", "domain", "migrations", "sandbox", "workers")


def files(*suffixes: str) -> list[Path]:
    """The files that git knows or would add, but for generated code, with one of the suffixes; all when none is named."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (ROOT / name for name in listed.split("\0") if name)
    return [
        path
        for path in paths
        if path.is_file() and not path.is_relative_to(GENERATED) and (not suffixes or path.suffix in suffixes)
    ]


def name_of(path: Path) -> str:
    """How a file is called in a failure."""
    return str(path.relative_to(ROOT))
