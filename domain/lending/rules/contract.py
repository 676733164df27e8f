"""The text of a loan's contract: the platform's template, filled in, with the schedule as its annex."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from string import Template

from domain.lending.models import Purpose
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.terms import LoanShape, Quote
from domain.lending.rules.underwriting import Contract
from domain.shared.money import Money
from domain.shared.policy import Profile


@dataclass(frozen=True, kw_only=True)
class ContractFacts:
    """What a contract names. `lenders`: (pseudonym, principal in minor units) once they are known."""

    reference: str
    borrowers: Sequence[str]
    guarantors: Sequence[str]
    purpose: Purpose
    shape: LoanShape
    contract: Contract
    lenders: Sequence[tuple[str, int]] = ()


def render(template: str, facts: ContractFacts, product: ProductTerms, profile: Profile) -> str:
    """The contract as Markdown. The template's placeholders are `${reference}`, `${amount}` and so on; none is left."""
    quote, currency = facts.contract.quote, product.currency
    body = Template(template).substitute(
        reference=facts.reference,
        borrowers=" and ".join(facts.borrowers),
        amount=Money(quote.principal_minor, currency),
        purpose=_words(facts.purpose),
        annual_rate=percent(quote.annual_rate_ppm),
        day_count=_words(product.day_count),
        effective_annual_rate=percent(quote.effective_annual_rate_ppm),
        installment_count=len(quote.installments),
        frequency=_words(facts.shape.frequency),
        method=_words(facts.shape.method),
        fees=_fees(quote, product),
        late_rate=percent(facts.contract.late_rate_ppm),
        default_after_days=profile.default_after_days,
        waterfall=", ".join(_words(kind) for kind in product.waterfall),
        profile=f"{profile.code}, version {profile.version}",
    )
    return "\n".join([body.rstrip(), "", *_annexes(facts, currency, profile)]) + "\n"


def percent(rate_ppm: int) -> str:
    """A rate as people read it: `9.4822 %`."""
    return f"{Decimal(rate_ppm).scaleb(-4):.4f} %"


def _words(code: str) -> str:
    return code.replace("_", " ").lower()


def _fees(quote: Quote, product: ProductTerms) -> str:
    origination = Money(quote.origination_fee_minor, product.currency)
    each = Money(product.installment_fee_minor, product.currency)
    return f"An origination fee of {origination}, kept from the payout; {each} with each installment."


def _annexes(facts: ContractFacts, currency: str, profile: Profile) -> Iterable[str]:
    if facts.guarantors:
        yield f"Guaranteed by {' and '.join(facts.guarantors)}.\n"
    if profile.ceiling is not None:
        yield (
            "Where the highest rate that the law allows on the day of the contract is lower, that rate counts instead, "
            f"all fees included ({profile.ceiling.source}).\n"
        )
    yield "## Schedule\n\nOf a payout on the day of this text; the days that count run from the payout.\n"
    yield "| number | due on | principal | interest | fees | balance after |\n|---|---|---|---|---|---|"
    for part in facts.contract.quote.installments:
        amounts = (part.principal_minor, part.interest_minor, part.fees_minor, part.balance_after_minor)
        shown = " | ".join(Money(amount, currency).decimal for amount in amounts)
        yield f"| {part.number} | {part.due_on} | {shown} |"
    if facts.lenders:
        yield "\n## Lenders\n\n| lender | principal |\n|---|---|"
        for pseudonym, principal_minor in facts.lenders:
            yield f"| {pseudonym} | {Money(principal_minor, currency).decimal} |"
