"""How long anything under 64 kB holds the event loop: `python -m bench.holds`, the worst first.

Starts the product on a market of a hundred loans with a hundred bids each, sends every attack three times, and asks after
each how much CPU time one turn of the loop took (`bench/held.py`). Ends with 1 when one took more than 100 ms.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg
import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from bench.attacks import Attack, attacks
from bench.data import LOAN, Size, load, made
from cli.embedded import EmbeddedServers
from cli.processes import free_port, make_secrets
from migrations.run import migrate

MOST_MS = 100.0
TIMES = 3
SIZE = Size(users=400, loans=100)
MORE_BIDS = """insert into marketplace.bids
        (id, loan_id, lender_id, requested_minor, amount_minor, currency, status, origin, placed_at)
    select gen_random_uuid(), loan.id, lender.id, 10000, 10000, 'CNY', 'RELEASED', 'MANUAL', now()
    from (select id from lending.loans) loan cross join lateral
        (select id from identity.users where 'LENDER' = any(roles) order by id limit 90) lender"""
UNLIMITED = {
    f"KALENDS_RATE_LIMIT_{of}": "off" for of in ("ACCOUNT", "TOKEN", "ADDRESS", "LOGIN", "LOGIN_ADDRESS", "MAIL")
}


async def send(url: str, http: httpx.AsyncClient, attack: Attack) -> str:
    """Send it once; returns how it was answered."""
    if attack.messages:
        return await _talk(url.replace("http://", "ws://") + "/graphql", attack)
    headers = {"content-type": "application/json"} | attack.headers
    if attack.query_string:
        answer = await http.get(f"{url}/graphql?{attack.query_string}")
    else:
        answer = await http.post(f"{url}/graphql", content=attack.body, headers=headers)
    return str(answer.status_code)


async def _talk(url: str, attack: Attack) -> str:
    protocol = "graphql-transport-ws"
    async with connect(url, subprotocols=[protocol], max_size=None) as socket:  # type: ignore[list-item]  # a name of str
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            for message in attack.messages:
                await socket.send(message)
            while True:
                await asyncio.wait_for(socket.recv(), 0.5)
        return f"ws {socket.close_code or ''}"


async def measure(url: str) -> list[tuple[float, str, str]]:
    """The longest hold of each attack in milliseconds, its name, and how it was answered."""
    found = []
    async with httpx.AsyncClient(timeout=120) as http:
        products = {"query": "{ products { id code } }"}
        answer = (await http.post(f"{url}/graphql", json=products)).json()
        product = next(one["id"] for one in answer["data"]["products"] if one["code"] == "personal")
        for attack in list(attacks(f"loan_{made(LOAN, 0)}", product)):
            await http.get(f"{url}/holds")
            for _ in range(TIMES):
                try:
                    answered = await send(url, http, attack)
                except httpx.HTTPError as error:
                    answered = type(error).__name__
            found.append((float((await http.get(f"{url}/holds")).text), attack.name, answered))
    return sorted(found, reverse=True)


async def main() -> int:
    """Measure, and print a line for each."""
    with tempfile.TemporaryDirectory(prefix="kb-") as folder:
        home = Path(folder)
        home.chmod(0o755)
        async with EmbeddedServers(home, durable=False) as servers:
            environment = {
                **servers.environment(),
                **make_secrets(),
                **UNLIMITED,
                "PYTHONPATH": os.pathsep.join(sys.path),
            }
            await migrate(servers.migration_database_url)
            command = [sys.executable, "-m", "cli.main", "migrate"]
            await asyncio.to_thread(subprocess.run, command, env=os.environ | environment, check=True)
            owner = await asyncpg.connect(servers.migration_database_url)
            await load(owner, SIZE)
            await owner.execute(MORE_BIDS)
            await owner.close()
            found = await _serve(environment, home / "api.log")
    print(f"{'ms':>8}  answered  attack")
    for held_ms, name, answered in found:
        print(f"{held_ms:8.1f}  {answered:8}  {name}")
    return int(found[0][0] > MOST_MS)


async def _serve(environment: dict[str, str], log_file: Path) -> list[tuple[float, str, str]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with log_file.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.held", str(port), env=os.environ | environment, stdout=log, stderr=log
        )
        try:
            async with httpx.AsyncClient() as http, asyncio.timeout(60):
                while True:
                    with contextlib.suppress(httpx.TransportError):
                        if (await http.get(f"{url}/readyz")).status_code == 200:
                            break
                    assert process.returncode is None, log_file.read_text()
                    await asyncio.sleep(0.05)
            return await measure(url)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
