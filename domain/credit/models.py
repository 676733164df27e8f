"""Rows of the credit context."""

from tortoise import fields

from domain.credit.rules.decision import DecisionOutcome as DecisionOutcome
from domain.shared.models import Entity, code


class CreditDecision(Entity):
    """A decision with everything it was made from, so that it can be replayed. `decided_by`: an operator, or null for the scorecard."""

    loan_id = fields.UUIDField(db_index=True)
    outcome = code(DecisionOutcome)
    facts = fields.JSONField[dict[str, object]]()
    profile_code = fields.CharField(max_length=20)
    profile_version = fields.IntField()
    scorecard_version = fields.CharField(max_length=20)
    points = fields.IntField()
    default_probability_ppm = fields.IntField()
    grade = fields.CharField(max_length=2)
    annual_rate_ppm = fields.IntField(null=True)
    expected_loss_ppm = fields.IntField(null=True)
    reasons = fields.JSONField[list[object]]()
    note = fields.CharField(max_length=1000, null=True)
    decided_by = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField()

    class Meta:
        schema = "credit"
        table = "decisions"
