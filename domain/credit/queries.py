"""Reading decisions back."""

import json
from typing import Any
from uuid import UUID

from domain.credit.rules.decision import Decision, decide, from_json
from domain.shared import db
from domain.shared.db import Row


def stored_decision(row: Row) -> Decision:
    """The decision that a row keeps."""
    inputs = json.loads(row["facts"])
    return from_json(
        {
            "outcome": row["outcome"],
            "grade": row["grade"],
            "points": row["points"],
            "pd_ppm": row["default_probability_ppm"],
            "annual_rate_ppm": inputs["priced_with"]["wanted_rate_ppm"],
            "expected_loss_ppm": row["expected_loss_ppm"],
            "reasons": json.loads(row["reasons"]),
            "scorecard_version": row["scorecard_version"],
            "facts": inputs["facts"],
            "limits": inputs["limits"],
        }
    )


def replayed(row: Row) -> Decision:
    """The scorecard's decision made again from a row's stored inputs; the same one under the same versions."""
    stored = stored_decision(row)
    return decide(stored.facts, stored.limits)


def priced_with(row: Row) -> dict[str, Any]:
    """What a row's rate was worked out from, beside the decision's own inputs."""
    found: dict[str, Any] = json.loads(row["facts"])["priced_with"]
    return found


async def first_decision(loan_id: UUID) -> Row:
    """The scorecard's decision about a loan that exists."""
    row = await db.fetch_one(
        "select * from credit.decisions where loan_id = $1 order by decided_at, id limit 1", loan_id
    )
    assert row is not None, "no loan without a decision"
    return row
