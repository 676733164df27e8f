"""What happens in loans and to people, as they may read it: the outbox by loan and by audience."""

from domain.shared.activity import SETTLED
from domain.shared.relations import Relation, plain

PUBLIC_KINDS = (
    "loan.listed", "loan.funded", "loan.funding_short", "loan.expired", "loan.declined", "loan.withdrawn",
    "loan.disbursing", "loan.active", "loan.defaulted", "loan.written_off", "loan.closed",
    "bid.placed", "bid.withdrawn", "bid.released",
    "repayment.distributed", "repayment.reversed", "installment.overdue",
)  # fmt: skip
"""What everybody who may see a loan may know of its life."""

PUBLIC_FACTS = (
    "loan_id", "reference", "bid_id", "amount_minor", "committed_minor", "principal_minor", "currency", "origin",
    "decide_by", "disbursed_on",
)  # fmt: skip
"""Of the facts of a public event, those that are public, too; of repayments none: whose they are knows their amounts."""

SETTLED_EVENTS = f"(select event.*, txid::text::bigint as place from shared.outbox event where {SETTLED})"  # noqa: S608 - a constant

CONCERNED = """({staff} or {viewer} = any({t}.audience)
    or exists (select 1 from lending.loans loan where loan.id = {t}.loan_id and loan.borrower_id = {viewer}))"""

COLUMNS = plain("id", "place", "kind", "loan_id", "happened_at")


def _texts(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


PUBLIC = f"""({{t}}.kind in ({_texts(PUBLIC_KINDS)})
    and exists (select 1 from lending.loans loan where loan.id = {{t}}.loan_id and loan.listed_at is not null))"""  # noqa: S608 - constants

FACTS = f"""case when {CONCERNED} then {{t}}.payload else (
    select coalesce(jsonb_object_agg(fact.key, fact.value), jsonb_build_object()) from jsonb_each({{t}}.payload) fact
    where fact.key in ({_texts(PUBLIC_FACTS)}) and {{t}}.kind not like 'repayment.%') end"""  # noqa: S608 - constants

TIMELINE = Relation(
    SETTLED_EVENTS,
    visible=f"{{t}}.loan_id is not null and ({CONCERNED} or {PUBLIC})",
    columns=COLUMNS | {"payload": FACTS},
)
"""The life of loans: all of it for their borrower, the event's audience and operators; its public part for those who may
see the loan from its listing on."""

NEWS = Relation(SETTLED_EVENTS, visible="{t}.audience @> array[{viewer}]", columns=COLUMNS | plain("payload"))
"""What the viewer is the audience of; `place` and `id` are the cursor."""
