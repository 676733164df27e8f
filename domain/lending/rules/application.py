"""What a product lets people apply for."""

from domain.identity.models import PartyKind
from domain.lending.errors import AmountOutOfRange, MethodNotOffered, ProductNotOpen, TermNotOffered
from domain.lending.rules.due_dates import Frequency
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.terms import LoanShape
from domain.shared.errors import InvalidInput
from domain.shared.money import Money

PERIOD_DAYS = {Frequency.BIWEEKLY: 14, Frequency.WEEKLY: 7}


def check_shape(product: ProductTerms, shape: LoanShape, currency: str) -> None:
    """Raises what would be right unless the product is offered in this shape and currency."""
    if currency != product.currency:
        raise InvalidInput(reason=f"This product is in {product.currency}.", path=("amount", "currency"))
    in_range = product.minimum_minor <= shape.principal_minor <= product.maximum_minor
    if not in_range or shape.principal_minor % product.step_minor:
        raise AmountOutOfRange(
            minimum=Money(product.minimum_minor, currency),
            maximum=Money(product.maximum_minor, currency),
            step=Money(product.step_minor, currency),
            path=("amount",),
        )
    if shape.method not in product.methods:
        raise MethodNotOffered(methods=[method.value for method in product.methods], path=("method",))
    offered = product.terms.get(shape.frequency, ())
    if not offered:
        raise TermNotOffered(path=("frequency",))
    if shape.installment_count not in offered:
        raise TermNotOffered(installment_counts=list(offered), path=("installmentCount",))


def check_party(product: ProductTerms, is_open: bool, kind: PartyKind) -> None:
    """Raises `ProductNotOpen` unless the product takes applications of this kind of party."""
    if not is_open or kind not in product.open_to:
        open_to = [kind.value for kind in product.open_to] if is_open else []
        raise ProductNotOpen(open_to=open_to, path=("productId",))


def term_months(shape: LoanShape) -> int:
    """The term in months, as the score sees it; a part of a month counts as one."""
    if shape.frequency is Frequency.MONTHLY:
        return shape.installment_count
    days = shape.installment_count * PERIOD_DAYS[shape.frequency]
    return -(-days * 12 // 365)
