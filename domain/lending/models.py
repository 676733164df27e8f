"""Rows of the lending context."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from domain.credit.rules.facts import LoanPurpose
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.schedule import Frequency, RepaymentMethod, Rounding
from domain.lending.rules.waterfall import DueKind
from domain.shared.models import Entity, code, foreign_key


class LoanStatus(StrEnum):
    """Where a loan is in its life; being late is not a state, it is derived."""

    SUBMITTED = "SUBMITTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    OFFERED = "OFFERED"
    LISTED = "LISTED"
    FUNDED = "FUNDED"
    """Full, or the smaller loan was taken; rests until it may close."""
    DISBURSING = "DISBURSING"
    """Closed: notes exist, the bank is paying out."""
    ACTIVE = "ACTIVE"
    DEFAULTED = "DEFAULTED"
    WRITTEN_OFF = "WRITTEN_OFF"
    CLOSED = "CLOSED"
    """Repaid to the last cent."""
    REJECTED = "REJECTED"
    DECLINED = "DECLINED"
    """The borrower declined the offer or the full loan, or the payout finally failed."""
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


Purpose = LoanPurpose
"""What the money is for: one vocabulary with the score, which tells new cars from used ones."""


class PartyRole(StrEnum):
    """What somebody is in a loan."""

    BORROWER = "BORROWER"
    CO_BORROWER = "CO_BORROWER"
    GUARANTOR = "GUARANTOR"


class NoteStatus(StrEnum):
    """What became of a lender's part of a loan."""

    ACTIVE = "ACTIVE"
    REPAID = "REPAID"
    WRITTEN_OFF = "WRITTEN_OFF"
    CANCELLED = "CANCELLED"


class RepaymentSource(StrEnum):
    """Where a repayment came from."""

    WALLET = "WALLET"
    DIRECT_DEBIT = "DIRECT_DEBIT"
    MANUAL = "MANUAL"
    """The borrower paid by hand from the wallet."""
    PAYOFF = "PAYOFF"
    """Early settlement."""
    RECOVERY = "RECOVERY"


class RepaymentStatus(StrEnum):
    """Whether a repayment stands."""

    APPLIED = "APPLIED"
    REVERSED = "REVERSED"


class CollectionStatus(StrEnum):
    """How far an attempt to collect by direct debit is."""

    PENDING = "PENDING"
    SETTLED = "SETTLED"
    REFUSED = "REFUSED"
    RETURNED = "RETURNED"


class Product(Entity):
    """A version of a loan product; `terms` are `rules.product.ProductTerms`. A loan keeps the version it was made under."""

    code = fields.CharField(max_length=40)
    version = fields.IntField()
    profile_code = fields.CharField(max_length=20)
    terms = fields.JSONField[dict[str, object]]()
    is_open = fields.BooleanField()
    published_at = fields.DatetimeField()

    class Meta:
        schema = "lending"
        table = "products"
        unique_together = (("code", "version"),)


class Loan(Entity):
    """A loan from application to closing, with one id; only lending writes its status."""

    reference = fields.CharField(max_length=20, unique=True)
    status = code(LoanStatus)
    status_reason = fields.CharField(max_length=300, null=True)
    product_id: UUID
    product = foreign_key("Product")
    profile_code = fields.CharField(max_length=20)
    profile_version = fields.IntField()
    borrower_id = fields.UUIDField(db_index=True)
    bank_account_id = fields.UUIDField()
    mandate_id = fields.UUIDField(null=True)
    title = fields.CharField(max_length=120)
    purpose = code(Purpose)
    currency = fields.CharField(max_length=3)
    asked_minor = fields.BigIntField()
    principal_minor = fields.BigIntField(null=True)
    """What was lent in the end: known from closing on."""
    installment_count = fields.IntField()
    frequency = code(Frequency)
    method = code(RepaymentMethod)
    day_count = code(DayCount)
    rounding = code(Rounding)
    annual_rate_ppm = fields.IntField(null=True)
    late_rate_ppm = fields.IntField(null=True)
    effective_annual_rate_ppm = fields.IntField(null=True)
    grade = fields.CharField(max_length=2, null=True)
    expected_loss_ppm = fields.IntField(null=True)
    submitted_at = fields.DatetimeField()
    offered_at = fields.DatetimeField(null=True)
    offer_expires_at = fields.DatetimeField(null=True)
    listed_at = fields.DatetimeField(null=True)
    funded_at = fields.DatetimeField(null=True)
    closed_at = fields.DatetimeField(null=True)
    """When holds became principal (the contract's date)."""
    disbursed_on = fields.DateField(null=True)
    """The day the bank paid out: interest runs from it."""
    next_collection_on = fields.DateField(null=True)
    """The next day auto-debit has something to do; null: nothing to collect."""
    accrued_from_on = fields.DateField(null=True)
    """Interest of the running period counts from this day if later than the period's start (after a part prepayment)."""
    defaulted_on = fields.DateField(null=True)
    written_off_on = fields.DateField(null=True)
    repaid_on = fields.DateField(null=True)
    ended_at = fields.DatetimeField(null=True)
    """When it was rejected, declined or withdrawn, or expired."""

    class Meta:
        schema = "lending"
        table = "loans"


class LoanParty(Entity):
    """Everybody who owes or guarantees a loan; the borrower is one of them."""

    loan_id: UUID
    loan = foreign_key("Loan")
    user_id = fields.UUIDField(null=True)
    """A co-borrower or guarantor need not have an account."""
    name = fields.CharField(max_length=200)
    role = code(PartyRole)

    class Meta:
        schema = "lending"
        table = "loan_parties"


class Installment(Entity):
    """One due payment of the stored schedule: what is due, what is paid, by kind. Late interest is what has accrued until `late_accrued_on`."""

    loan_id: UUID
    loan = foreign_key("Loan")
    number = fields.IntField()
    nominal_on = fields.DateField()
    due_on = fields.DateField()
    principal_minor = fields.BigIntField()
    interest_minor = fields.BigIntField()
    fees_minor = fields.BigIntField()
    late_interest_minor = fields.BigIntField(default=0)
    late_accrued_on = fields.DateField(null=True)
    paid_principal_minor = fields.BigIntField(default=0)
    paid_interest_minor = fields.BigIntField(default=0)
    paid_fees_minor = fields.BigIntField(default=0)
    paid_late_minor = fields.BigIntField(default=0)
    balance_after_minor = fields.BigIntField()
    settled_on = fields.DateField(null=True)
    """The day its last cent was paid; null: something is open."""
    reminded_before_at = fields.DatetimeField(null=True)
    reminded_after_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "lending"
        table = "installments"
        unique_together = (("loan_id", "number"),)


class Note(Entity):
    """A lender's part of a loan, and what it has received in all, by kind: the base of the largest cumulative remainder."""

    loan_id: UUID
    loan = foreign_key("Loan")
    lender_id = fields.UUIDField(db_index=True)
    bid_id = fields.UUIDField(unique=True)
    principal_minor = fields.BigIntField()
    principal_received_minor = fields.BigIntField(default=0)
    interest_received_minor = fields.BigIntField(default=0)
    late_received_minor = fields.BigIntField(default=0)
    fees_paid_minor = fields.BigIntField(default=0)
    """Service fees kept from its interest."""
    status = code(NoteStatus)
    created_at = fields.DatetimeField()

    class Meta:
        schema = "lending"
        table = "notes"


class Repayment(Entity):
    """Money of the borrower that was distributed to the lenders, in one entry; a returned one is undone by its mirror."""

    loan_id: UUID
    loan = foreign_key("Loan")
    source = code(RepaymentSource)
    status = code(RepaymentStatus)
    amount_minor = fields.BigIntField()
    collection_id = fields.UUIDField(null=True, unique=True)
    entry_id = fields.UUIDField()
    effective_on = fields.DateField()
    posted_at = fields.DatetimeField()
    reversed_at = fields.DatetimeField(null=True)
    reversal_entry_id = fields.UUIDField(null=True)

    class Meta:
        schema = "lending"
        table = "repayments"


class Allocation(Entity):
    """What a repayment paid of which installment."""

    repayment_id: UUID
    repayment = foreign_key("Repayment")
    installment_id: UUID
    installment = foreign_key("Installment")
    kind = code(DueKind)
    amount_minor = fields.BigIntField()

    class Meta:
        schema = "lending"
        table = "allocations"


class Collection(Entity):
    """An attempt to collect what is due by direct debit; its id is the bank instruction's id."""

    loan_id: UUID
    loan = foreign_key("Loan")
    attempt = fields.IntField()
    """1 for the first try to collect what fell due on `due_on`, the oldest unpaid due date."""
    amount_minor = fields.BigIntField()
    status = code(CollectionStatus)
    due_on = fields.DateField()
    requested_at = fields.DatetimeField()
    decided_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "lending"
        table = "collections"


class Clawback(Entity):
    """What a user owes back after a returned debit whose money they had already spent; netted from what they receive next."""

    collection_id: UUID
    collection = foreign_key("Collection")
    note_id: UUID | None
    """Which note a lender's share was of; None: what the borrower got because the loan did not owe it."""
    note = foreign_key("Note", null=True)
    user_id = fields.UUIDField()
    currency = fields.CharField(max_length=3)
    amount_minor = fields.BigIntField()
    recovered_minor = fields.BigIntField(default=0)

    class Meta:
        schema = "lending"
        table = "clawbacks"
