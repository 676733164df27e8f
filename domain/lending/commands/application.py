"""Applying for a loan: steps, the product's rules, the borrower's limit, the decision and its terms, in one transaction."""

from dataclasses import dataclass, field
from uuid import UUID

from domain.credit.rules.decision import Limits, decide
from domain.credit.rules.facts import ApplicantFacts, ApplicantKind, OtherDebtors
from domain.credit.rules.stated import StatedFacts
from domain.identity.models import PartyKind
from domain.identity.queries import require_steps
from domain.identity.rules import clean_text
from domain.lending import events
from domain.lending.commands.underwriting import settle
from domain.lending.models import LoanStatus, PartyRole, Purpose
from domain.lending.queries import products
from domain.lending.queries.applicants import Applicant, applicant
from domain.lending.rules import application as rules
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.terms import LoanShape
from domain.lending.rules.underwriting import underwrite
from domain.shared import clock, db, ids, outbox, policy
from domain.shared.actor import Actor, Scope
from domain.shared.db import Row
from domain.shared.errors import InvalidInput, LimitReached, NotFound
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money
from domain.shared.policy import Profile

MAX_TITLE = 120
MAX_NAME = 200
MAX_PARTIES = 5


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody who owes or guarantees beside the borrower. `user_id`: their account, if they have one."""

    name: str
    user_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ApplyForLoan(Request):
    """An application. `installment_count`: the term in periods of the frequency."""

    product_id: UUID
    amount: Money
    installment_count: int
    frequency: Frequency
    method: RepaymentMethod
    purpose: Purpose
    title: str
    facts: StatedFacts
    bank_account_id: UUID
    mandate_id: UUID | None = None
    co_borrowers: list[Party] = field(default_factory=list)
    guarantors: list[Party] = field(default_factory=list)

    @property
    def shape(self) -> LoanShape:
        """How the loan would be repaid."""
        return LoanShape(
            principal_minor=self.amount.amount_minor,
            installment_count=self.installment_count,
            frequency=self.frequency,
            method=self.method,
        )


@dataclass(frozen=True, kw_only=True)
class Application(Result):
    """What became of an application: OFFERED, UNDER_REVIEW or REJECTED."""

    loan_id: UUID
    status: LoanStatus


@idempotent(Application, Scope.BORROW)
async def apply_for_loan(actor: Actor, request: ApplyForLoan) -> Application:
    """Apply for a loan; the scorecard decides at once, some applications wait for an operator.

    Raises `StepRequired`, `ProductNotOpen`, `AmountOutOfRange`, `TermNotOffered`, `MethodNotOffered`, `LimitReached`,
    `NotFound` (product, bank account, mandate, another party's account), `InvalidInput`, `NotAllowed`. A rejection is no
    error: it is a loan with reasons.
    """
    profile = policy.active()
    await require_steps(actor.user_id, profile.borrower_steps)
    product = (await products.terms_of([request.product_id])).get(request.product_id)
    if product is None:
        raise NotFound(path=("productId",))
    request.facts.check()
    title = clean_text(request.title, MAX_TITLE, "title")
    rules.check_shape(product, request.shape, request.amount.currency)
    # One application of a borrower at a time, so that two cannot share what is left of the limit.
    await db.execute("select pg_advisory_xact_lock(hashtextextended('borrower:' || $1, 0))", str(actor.user_id))
    known = await _applicant(actor, request)
    rules.check_party(product, await products.is_open(request.product_id), known.kind)
    limit_minor = borrower_limit_minor(profile, known.kind)
    if known.exposure_minor + request.amount.amount_minor > limit_minor:
        raise LimitReached(
            limit=f"borrower_limits.{known.kind.value.lower()}",
            maximum=Money(limit_minor, profile.currency),
            current=Money(known.exposure_minor, profile.currency),
            path=("amount",),
        )
    on = await clock.today()
    limits = Limits(
        profile_code=profile.code,
        profile_version=profile.version,
        ceiling_ppm=profile.ceiling_ppm(on),
        largest_amount_minor=limit_minor - known.exposure_minor,
    )
    underwriting = underwrite(decide(_facts(request, known), limits), request.shape, product, profile, on)
    loan = await _submit(actor, request, title, known, product, profile)
    status = await settle(loan, product, underwriting, on)
    return Application(loan_id=loan["id"], status=status)


def borrower_limit_minor(profile: Profile, kind: PartyKind) -> int:
    """What a borrower of this kind may owe on the platform."""
    limits = profile.borrower_limits
    return limits.organisation_minor if kind is PartyKind.ORGANISATION else limits.person_minor


async def _applicant(actor: Actor, request: ApplyForLoan) -> Applicant:
    for path, parties in (("coBorrowers", request.co_borrowers), ("guarantors", request.guarantors)):
        if len(parties) > MAX_PARTIES:
            raise InvalidInput(reason=f"A loan has at most {MAX_PARTIES} of them.", path=(path,))
    parties = request.co_borrowers + request.guarantors
    known = await applicant(
        actor.user_id,
        request.amount.currency,
        request.bank_account_id,
        request.mandate_id,
        [party.user_id for party in parties if party.user_id is not None],
    )
    if known.unknown_members:
        of_borrowers = known.unknown_members[0] in [party.user_id for party in request.co_borrowers]
        raise NotFound(path=("coBorrowers" if of_borrowers else "guarantors",))
    if not known.owns_bank_account:
        raise NotFound(path=("bankAccountId",))
    if request.mandate_id is not None and known.mandate_status not in ("PENDING", "ACTIVE"):
        raise NotFound(path=("mandateId",))
    return known


def _facts(request: ApplyForLoan, known: Applicant) -> ApplicantFacts:
    others = OtherDebtors.GUARANTOR if request.guarantors else OtherDebtors.NONE
    return request.facts.with_application(
        kind=ApplicantKind(known.kind.value),
        amount=request.amount,
        term_months=rules.term_months(request.shape),
        purpose=request.purpose,
        other_debtors=OtherDebtors.CO_APPLICANT if request.co_borrowers else others,
    )


async def _submit(
    actor: Actor, request: ApplyForLoan, title: str, known: Applicant, product: ProductTerms, profile: Profile
) -> Row:
    """Write the loan and its parties, as SUBMITTED."""
    now = await clock.now()
    loan = await db.fetch_one(
        """insert into lending.loans (id, reference, status, product_id, profile_code, profile_version, borrower_id,
            bank_account_id, mandate_id, title, purpose, currency, asked_minor, installment_count, frequency, method,
            day_count, rounding, submitted_at)
        values ($1, 'L' || lpad(nextval('lending.loan_reference')::text, 8, '0'), $2, $3, $4, $5, $6, $7, $8, $9, $10,
            $11, $12, $13, $14, $15, $16, $17, $18) returning *""",
        ids.new(), LoanStatus.SUBMITTED.value, request.product_id, profile.code, profile.version, actor.user_id,
        request.bank_account_id, request.mandate_id, title, request.purpose.value, request.amount.currency,
        request.amount.amount_minor, request.installment_count, request.frequency.value, request.method.value,
        product.day_count.value, product.rounding.value, now,
    )  # fmt: skip
    assert loan is not None
    parties = [
        (PartyRole.BORROWER, known.legal_name, actor.user_id),
        *((PartyRole.CO_BORROWER, _name(party, "coBorrowers"), party.user_id) for party in request.co_borrowers),
        *((PartyRole.GUARANTOR, _name(party, "guarantors"), party.user_id) for party in request.guarantors),
    ]
    await db.execute(
        """insert into lending.loan_parties (id, loan_id, role, name, user_id)
        select id, $2, role, name, user_id from unnest($1::uuid[], $3::text[], $4::text[], $5::uuid[])
            p(id, role, name, user_id)""",
        sorted(ids.new() for _ in parties), loan["id"], [role.value for role, _, _ in parties],
        [name for _, name, _ in parties], [user_id for _, _, user_id in parties],
    )  # fmt: skip
    await outbox.record([events.entered(loan, LoanStatus.SUBMITTED)])
    return loan


def _name(party: Party, path: str) -> str:
    return clean_text(party.name, MAX_NAME, path, "name")
