"""Money on the wire."""

from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any

import strawberry

from api.engine import Composite, Part, Wire, composed
from api.scalars import REMEMBERED
from domain.shared import money as domain
from domain.shared.errors import InvalidInput


@strawberry.enum(description="Currencies an installation may use (ISO 4217).")
class Currency(Enum):
    """Currencies an installation may use (ISO 4217)."""

    CNY = strawberry.enum_value("CNY", description="Renminbi yuan, 2 digits.")
    EUR = strawberry.enum_value("EUR", description="Euro, 2 digits.")
    USD = strawberry.enum_value("USD", description="United States dollar, 2 digits.")
    GBP = strawberry.enum_value("GBP", description="Pound sterling, 2 digits.")
    INR = strawberry.enum_value("INR", description="Indian rupee, 2 digits.")
    JPY = strawberry.enum_value("JPY", description="Yen, no digits.")


@strawberry.type(description="An exact amount of one currency.")
class Money:
    """An exact amount of one currency."""

    amount: Decimal = strawberry.field(description="Exact decimal string with all digits of the currency.")
    currency: Currency = strawberry.field(description="The currency.")


@strawberry.input(description="An exact amount of one currency.")
class MoneyInput:
    """An exact amount of one currency."""

    amount: Decimal = strawberry.field(
        description="Exact decimal string; more digits than the currency has are an error."
    )
    currency: Currency = strawberry.field(
        description="The currency; commands take the currency of the thing they are about."
    )

    def parsed(self, *path: str) -> domain.Money:
        """The money as the domain has it. Raises `InvalidInput` naming the field (`path`)."""
        try:
            return domain.parse(self.amount, self.currency.name)
        except ValueError as error:
            raise InvalidInput(reason=f"{str(error)[0].upper()}{str(error)[1:]}.", path=path) from error

    def positive(self, *path: str) -> domain.Money:
        """As `parsed`, and more than zero."""
        money = self.parsed(*path)
        if money.amount_minor <= 0:
            raise InvalidInput(reason="The amount must be more than zero.", path=path)
        return money


def show(money: domain.Money) -> Money:
    """Money as the API shows it."""
    return Money(amount=Decimal(money.decimal), currency=Currency(money.currency))


def minor(amount_minor: int, currency: str) -> Money:
    """Minor units of a currency as the API shows them."""
    return show(domain.Money(amount_minor, currency.strip()))


@lru_cache(maxsize=REMEMBERED)
def _amount(amount_minor: int, currency: str) -> str:
    """The JSON text of an amount."""
    return f'"{domain.Money(amount_minor, currency).decimal}"'


MONEY = Composite(make=minor, parts={"amount": Part((0, 1), Wire(show=_amount)), "currency": Part((1,))})
"""Money made of a column of minor units and one of the currency."""


def column(name: str, currency: str = "currency", *, description: str) -> Any:
    """A field of a row that is money, from its columns of minor units and of the currency; null when there is no amount."""
    return composed(MONEY, name, currency, description=description)
