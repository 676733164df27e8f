"""GraphQL over HTTP, by the audits of the npm package graphql-http."""

from tests.api.conftest import World
from tests.support.node import program

AUDITS = 61


async def test_every_audit_is_ok(world: World) -> None:
    found = []
    async with program("audits.mjs", {"url": f"{world.platform.url}/graphql"}) as auditor:
        while (audit := await auditor.hear()) is not None:
            found.append(audit)
    assert [audit for audit in found if audit["status"] != "ok"] == []
    assert len(found) == AUDITS
