"""What happens in a loan's life, as recorded in the outbox."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.lending.models import LoanStatus as S
from domain.shared.outbox import Event

ENTERED: Mapping[S, str] = {
    S.SUBMITTED: "loan.submitted",
    S.UNDER_REVIEW: "loan.review_needed",
    S.OFFERED: "loan.offered",
    S.REJECTED: "loan.rejected",
    S.LISTED: "loan.listed",
    S.FUNDED: "loan.funded",
    S.DISBURSING: "loan.disbursing",
    S.ACTIVE: "loan.active",
    S.DEFAULTED: "loan.defaulted",
    S.WRITTEN_OFF: "loan.written_off",
    S.CLOSED: "loan.closed",
    S.DECLINED: "loan.declined",
    S.WITHDRAWN: "loan.withdrawn",
    S.EXPIRED: "loan.expired",
}
"""The event that tells of a loan's coming into a status."""

CAME_BACK: Mapping[tuple[S, S], str] = {
    (S.DEFAULTED, S.ACTIVE): "loan.cured",
    (S.CLOSED, S.ACTIVE): "loan.reopened",
    (S.CLOSED, S.DEFAULTED): "loan.reopened",
    (S.CLOSED, S.WRITTEN_OFF): "loan.reopened",
}
"""The event that tells of a loan's coming back: what was overdue was paid, or the repayment that closed it was returned."""


def entered(
    loan: Mapping[str, Any], status: S, key: str | None = None, audience: Sequence[UUID] = (), **facts: object
) -> Event:
    """A loan (its row) came into a status; its borrower and the audience read it.

    `key`: by default the loan's id, as most happen once in a life.
    """
    loan_id: UUID = loan["id"]
    return Event(
        kind=CAME_BACK.get((loan["status"], status), ENTERED[status]),
        key=key or str(loan_id),
        payload={"loan_id": str(loan_id), "reference": loan["reference"], **facts},
        loan_id=loan_id,
        audience=tuple(dict.fromkeys((loan["borrower_id"], *audience))),
    )


def distributed(repayment_id: UUID, amount_minor: int, loan: Mapping[str, Any], lenders: Sequence[UUID]) -> Event:
    """A repayment of a loan (its row) was shared among its lenders."""
    return _of_repayment("repayment.distributed", repayment_id, amount_minor, loan, lenders)


def reversed_(repayment_id: UUID, amount_minor: int, loan: Mapping[str, Any], lenders: Sequence[UUID]) -> Event:
    """A repayment of a loan (its row) was undone, because the bank returned its debit."""
    return _of_repayment("repayment.reversed", repayment_id, amount_minor, loan, lenders)


def _of_repayment(
    kind: str, repayment_id: UUID, amount_minor: int, loan: Mapping[str, Any], lenders: Sequence[UUID]
) -> Event:
    loan_id: UUID = loan["id"]
    facts = {"loan_id": str(loan_id), "reference": loan["reference"], "repayment_id": str(repayment_id)}
    return Event(
        kind=kind,
        key=str(repayment_id),
        payload={**facts, "amount_minor": amount_minor, "currency": loan["currency"]},
        loan_id=loan_id,
        audience=tuple(dict.fromkeys((loan["borrower_id"], *lenders))),
        for_readers=True,
    )


def reminder(installment: Mapping[str, Any], kind: str) -> Event:
    """The borrower is reminded of an installment (its row, with its loan's borrower and reference), BEFORE or AFTER."""
    return _of_installment("installment.reminder", f"{installment['id']}:{kind}", installment, reminder=kind)


def overdue(installment: Mapping[str, Any]) -> Event:
    """An installment (as for `reminder`) was not paid when it fell due."""
    return _of_installment("installment.overdue", str(installment["id"]), installment)


def _of_installment(kind: str, key: str, installment: Mapping[str, Any], **facts: object) -> Event:
    loan_id: UUID = installment["loan_id"]
    due = ("principal_minor", "interest_minor", "fees_minor", "late_interest_minor")
    paid = ("paid_principal_minor", "paid_interest_minor", "paid_fees_minor", "paid_late_minor")
    payload = {
        "loan_id": str(loan_id),
        "reference": installment["reference"],
        "installment_id": str(installment["id"]),
        "number": installment["number"],
        "due_on": installment["due_on"].isoformat(),
        "open_minor": sum(installment[name] for name in due) - sum(installment[name] for name in paid),
        "currency": installment["currency"],
    }
    return Event(kind=kind, key=key, payload=payload | facts, loan_id=loan_id, audience=(installment["borrower_id"],))
