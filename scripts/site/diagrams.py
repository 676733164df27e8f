"""Mermaid diagrams as SVG in the page, drawn while the site is built: no script in the browser, nothing from elsewhere."""

import re
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NODE = HERE.parents[1] / ".venv" / "bin" / "node"
STYLE = re.compile(r"<style>.*?</style>\s*", re.DOTALL)
"""Colours and fonts are in docs/assets/site.css: a page has no styles of its own."""
INLINE = re.compile(r'\sstyle="[^"]*"')


def fence(source: str, language: str, css_class: str, options: dict[str, Any], md: Any, **_: Any) -> str:
    """A fenced Mermaid block as HTML. Raises ValueError when it cannot be drawn."""
    drawn = subprocess.run(
        [NODE, HERE / "diagrams.mjs"], input=source, capture_output=True, text=True, check=False, cwd=HERE
    )
    if drawn.returncode:
        raise ValueError(f"a diagram cannot be drawn: {drawn.stderr.strip() or source}")
    svg = INLINE.sub("", STYLE.sub("", drawn.stdout, count=1))
    return f'<figure class="{css_class}">{svg}</figure>'
