"""The plot on the page: how many times better Kalends is than each contender, and where the goals are."""

from collections.abc import Sequence
from html import escape
from math import log10

from bench.rows import Row

WIDTH, LEFT, RIGHT, LINE, TOP, BOTTOM = 920, 460, 80, 20, 34, 30
LEAST, MOST = 0.1, 100.0
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
COLOURS = {"reached": "#2a7f62", "missed": "#c8553d"}
STYLE = "font: 12px system-ui, sans-serif; fill: #1f2733"


def plot(rows: Sequence[Row]) -> str:
    """An SVG of all rows whose ratio has a goal, in their order; bars begin at 1 ×, goals are lines across them."""
    shown = [row for row in rows if row.ratio is not None and row.at_least is not None]
    height = TOP + LINE * len(shown) + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">',
        "<title>How many times better Kalends is than each contender</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/><g style="{STYLE}">',
        _text(WIDTH - 10, 16, "Kalends is so many times better than (logarithmic); lines across bars are goals", "end"),
    ]
    for tick in TICKS:
        x, ink = _x(tick), "#1f2733" if tick == 1 else "#e3e7ee"
        parts.append(f'<path d="M{x:.1f} {TOP - 6}V{height - BOTTOM + 4}" stroke="{ink}"/>')
        parts.append(_text(x, height - 8, f"{tick:g}", "middle"))
    for number, row in enumerate(shown):
        parts += _bar(row, TOP + LINE * number)
    return "\n".join([*parts, "</g></svg>", ""])


def _bar(row: Row, y: float) -> list[str]:
    assert row.ratio is not None and row.at_least is not None, "shown"
    one, end, goal = _x(1), _x(row.ratio), _x(row.at_least)
    box = f'x="{min(one, end):.1f}" y="{y + 3:.1f}" width="{abs(end - one):.1f}" height="{LINE - 6}"'
    told = f"{row.ratio:.2f} ×" if row.ratio < 10 else f"{row.ratio:.0f} ×"
    return [
        _text(LEFT - 10, y + 14, f"{row.case}, {row.contender}", "end"),
        f'<rect {box} fill="{COLOURS[row.verdict]}"/>',
        f'<path d="M{goal:.1f} {y + 1:.1f}v{LINE - 2}" stroke="#1f2733" stroke-width="2"/>',
        _text(WIDTH - 10, y + 14, told, "end"),
    ]


def _x(ratio: float) -> float:
    share = log10(min(max(ratio, LEAST), MOST) / LEAST) / log10(MOST / LEAST)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text.replace("`", ""))}</text>'
