"""Values that must not be in any log: some are planted by a test, others are known by their shape."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

MARK = f"planted{uuid4().hex[:12]}"
"""In everything that is planted by this process of the suite."""
EMAIL = f"{MARK}@leaks.example.com"
PASSWORD = f"a password {MARK}"
NAME = f"Name {MARK}"
IDENTIFICATION = f"ID{MARK}".upper()
BANK_ACCOUNT = "6217000012345678901234567890"
DOCUMENT, VARIABLE, OPERATION, HEADER, URL = (f"{what}{MARK}" for what in ("doc", "var", "Op", "head", "url"))

SHAPES = {
    "a personal token": re.compile(r"\bkpat_[\w-]{20,}"),
    "a refresh token": re.compile(r"\bkref_[\w-]{20,}"),
    "a signed token": re.compile(r"\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
    "a webhook's secret": re.compile(r"\bwhsec_[\w+/=-]{20,}"),
    "a password hash": re.compile(r"\$argon2id\$"),
    "an e-mail address": re.compile(r"[\w.+-]+@(?:[\w-]+\.)+example\.com"),
    "a password": re.compile("correct horse battery"),
    "a GraphQL document": re.compile(
        r"\b(?:query|mutation|subscription)\b(?:\s|\\n)*\w*(?:\s|\\n)*(?:\{|\((?:\s|\\n)*\$)"
    ),  # not a call of a function named query, as tracebacks have it
}


def leaks(folder: Path) -> Iterator[str]:
    """What stands in the logs below a folder and must not."""
    planted = {BANK_ACCOUNT.lower(), MARK}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or not (path.suffix == ".log" or path.name == "log" or path.parent.name == "logs"):
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            found = [what for what, shape in SHAPES.items() if shape.search(line)]
            found += [value for value in planted if value in line.lower()]
            if found:
                yield f"{path.name}:{number}: {', '.join(found)}: {line[:300]}"
