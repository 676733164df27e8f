"""Programs of other people's clients, each built in a folder of its own from this schema."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import World
from tests.support.journey import Journey, begin
from tests.support.node import CLIENTS, NODE

SCHEMA = Path(__file__).parents[3] / "schema.graphql"
TYPED = CLIENTS / "typed"
PATIENCE_S = 180


@dataclass(frozen=True)
class Folder:
    """A program's folder."""

    path: Path

    async def run(self, *command: str | Path) -> str:
        """What a command prints, which must succeed."""
        environment = {**os.environ, "PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
        done = await asyncio.to_thread(
            subprocess.run, command, cwd=self.path, env=environment, capture_output=True, text=True, timeout=PATIENCE_S,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    async def build(self, tool: str, *arguments: str, modules: Path = TYPED) -> None:
        """Run a tool of npm's packages."""
        await self.run(NODE, (modules / "node_modules" / ".bin" / tool).resolve(), *arguments)

    async def say(self, script: str, **told: Any) -> list[Any]:
        """The lines of JSON that the program prints."""
        said = await self.run(NODE, script, json.dumps(told))
        return [json.loads(line) for line in said.splitlines()]


@pytest.fixture(scope="package")
async def journey(world: World) -> Journey:
    """What people do on the platform."""
    return await begin(world)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[str], Folder]:
    """Copies a program of `tests/clients/typed/` beside the schema and its packages."""

    def copy(name: str) -> Folder:
        shutil.copytree(TYPED / name, tmp_path, dirs_exist_ok=True)
        (tmp_path / "package.json").write_text('{"type": "module"}')
        shutil.copy(SCHEMA, tmp_path)
        (tmp_path / "node_modules").symlink_to(TYPED / "node_modules")
        return Folder(tmp_path)

    return copy
