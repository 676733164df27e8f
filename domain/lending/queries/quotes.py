"""What a loan would cost, for anybody who asks."""

from uuid import UUID

from domain.credit.rules.pricing import Unpriceable, price
from domain.credit.rules.scorecard import Grade
from domain.lending.errors import RateAboveCeiling
from domain.lending.queries import products
from domain.lending.rules.application import check_shape
from domain.lending.rules.terms import LoanShape, Quote
from domain.lending.rules.underwriting import contract_terms
from domain.shared import clock, policy
from domain.shared.errors import InvalidInput, NotFound

MAX_RATE_PPM = 1_000_000


async def quote_loan(
    product_id: UUID, shape: LoanShape, currency: str, *, grade: Grade | None = None, annual_rate_ppm: int | None = None
) -> Quote:
    """A loan paid out today, at the rate of a grade or at a rate (exactly one of them), lowered to the legal ceiling.

    Raises `NotFound`, `InvalidInput`, `AmountOutOfRange`, `TermNotOffered`, `MethodNotOffered`, and `RateAboveCeiling` if
    the grade cannot be priced or the fees alone exceed the ceiling.
    """
    product = (await products.terms_of([product_id])).get(product_id)
    if product is None:
        raise NotFound(path=("productId",))
    check_shape(product, shape, currency)
    today, profile = await clock.today(), policy.active()
    ceiling = profile.ceiling_ppm(today)
    wanted = _wanted(grade, annual_rate_ppm, ceiling)
    contract = contract_terms(shape, product, wanted, profile, today, today)
    if contract is None:
        raise RateAboveCeiling(ceiling_ppm=ceiling or 0)
    return contract.quote


def _wanted(grade: Grade | None, annual_rate_ppm: int | None, ceiling_ppm: int | None) -> int:
    if (grade is None) is (annual_rate_ppm is None):
        raise InvalidInput(reason="Give either a grade or an annual rate.", path=("grade",))
    if grade is None:
        assert annual_rate_ppm is not None
        if not 0 <= annual_rate_ppm <= MAX_RATE_PPM:
            raise InvalidInput(reason="An annual rate is between 0 and 1.", path=("annualRate",))
        return annual_rate_ppm
    priced = price(grade, ceiling_ppm)
    if isinstance(priced, Unpriceable):
        raise RateAboveCeiling(ceiling_ppm=priced.ceiling_ppm, path=("grade",))
    return priced.annual_rate_ppm
