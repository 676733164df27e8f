"""How far the demo is: bars on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Show:
    """What the person in front of it sees."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, text: str) -> None:
        """One line."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    @contextmanager
    def part(self, title: str, total: int) -> Iterator[Callable[[], None]]:
        """A part of the work with so many steps; yields what is to be called after each."""
        if not self.console.is_terminal:
            started = time.monotonic()
            yield lambda: None
            self.say(f"{title}: {total:,} in {time.monotonic() - started:.1f} s")
            return
        columns = (TextColumn("{task.description:<38}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console) as progress:
            task = progress.add_task(title, total=total)
            yield lambda: progress.advance(task)
            progress.update(task, completed=total)
