"""How far the demo is: bars for what is under way on a terminal, and everywhere a line for what is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Show:
    """What the person in front of it sees."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._bars = Progress(
            TextColumn("{task.description:<44}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def say(self, text: str) -> None:
        """Some lines."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def part(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """A part of the work with so many steps; yields what is to be called after each. Parts may lie inside others."""
        started = time.monotonic()
        self._bars.start()
        bar = self._bars.add_task(title, total=total)
        try:
            yield lambda: self._bars.advance(bar)
        finally:
            self._bars.remove_task(bar)
            if not self._bars.tasks:
                self._bars.stop()
        if total:
            self.say(f"{title}: {total:,} in {time.monotonic() - started:.1f} s")
