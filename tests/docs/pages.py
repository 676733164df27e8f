"""Pages of the documentation as tests read them: fenced blocks, tables, and what stands for a value of one's own."""

import re
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"
FENCE = re.compile(r'^```(?P<language>\w+)(?: title="(?P<title>[^"]*)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
ANY = "…"
"""In an output: whatever stands there; alone on a line: any lines."""


@dataclass(frozen=True)
class Block:
    """A fenced block and the line it begins on."""

    language: str
    title: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        Block(found["language"], found["title"] or "", found["text"], text.count("\n", 0, found.start()) + 1)
        for found in FENCE.finditer(text)
    ]


def expected(output: str) -> re.Pattern[str]:
    """What an output that a page shows allows."""
    lines = (
        r"(?:.*\n)*?" if line.strip() == ANY else re.escape(line).replace(ANY, ".*") + "\n"
        for line in output.strip().splitlines()
    )
    return re.compile("".join(lines))
