"""Writing down decisions, with everything they were made from."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.credit.rules.decision import Decision
from domain.shared import clock, db, ids


@db.atomic
async def record_decision(
    loan_id: UUID,
    decision: Decision,
    priced_with: Mapping[str, Any],
    annual_rate_ppm: int | None,
    *,
    decided_by: UUID | None = None,
    note: str | None = None,
) -> UUID:
    """Write down a decision about a loan; decisions are added, never changed.

    `priced_with`: what the rate offered (`annual_rate_ppm`) was worked out from, beside the decision's own inputs, as
    JSON values. `decided_by`: the operator, None for the scorecard.
    """
    id_ = ids.new()
    stored = decision.to_json()
    inputs = {"facts": stored["facts"], "limits": stored["limits"], "priced_with": dict(priced_with)}
    await db.execute(
        """insert into credit.decisions (id, loan_id, outcome, facts, profile_code, profile_version, scorecard_version,
            points, default_probability_ppm, grade, annual_rate_ppm, expected_loss_ppm, reasons, note, decided_by, decided_at)
        values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14, $15, $16)""",
        id_, loan_id, decision.outcome.value, json.dumps(inputs), decision.limits.profile_code,
        decision.limits.profile_version, decision.scorecard_version, decision.points, decision.pd_ppm,
        decision.grade.value, annual_rate_ppm, decision.expected_loss_ppm, json.dumps(stored["reasons"]), note, decided_by,
        await clock.now(),
    )  # fmt: skip
    return id_
