"""The platform's published figures as the API shows them."""

from datetime import datetime
from typing import Annotated

import strawberry

import api.disclosure.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import money
from api.identity.enums import Locale
from api.scalars import Rate
from domain.disclosure import figures as domain
from domain.disclosure.figures import FigureCode
from domain.identity import models
from domain.shared.money import Money

InLocale = Annotated[Locale, strawberry.argument(description="The language.")]


@strawberry.type(description="A number of things.")
class Count:
    """A number of things."""

    count: int = strawberry.field(description="How many.")


@strawberry.type(description="One figure over another.")
class Ratio:
    """One figure over another."""

    ratio: Rate | None = strawberry.field(description="The quotient, halves up; null if the denominator is zero.")
    numerator: FigureCode = strawberry.field(description="The figure above the line.")
    denominator: FigureCode = strawberry.field(description="The figure below the line.")


FigureValue = Annotated[
    money.Money | Count | Ratio, strawberry.union("FigureValue", description="An amount, a number or a quotient.")
]


@strawberry.type(description="A published figure, with what it means and which rule asks for it.")
class Figure:
    """A published figure."""

    figure: strawberry.Private[domain.Figure]
    code: FigureCode = strawberry.field(description="Its stable name.")
    legal_source: str = strawberry.field(description="The rule that asks for it, or that none does.")

    @strawberry.field(description="What it is called.")
    def label(self, locale: InLocale = Locale.EN) -> str:
        """What it is called."""
        return self.figure.definition.label[models.Locale(locale.name)]

    @strawberry.field(description="How it is computed.")
    def definition(self, locale: InLocale = Locale.EN) -> str:
        """How it is computed."""
        return self.figure.definition.definition[models.Locale(locale.name)]

    @strawberry.field(description="The figure itself.")
    def value(self) -> FigureValue:
        """The figure itself."""
        match self.figure.value:
            case Money() as amount:
                return money.show(amount)
            case int() as count:
                return Count(count=count)
            case ratio:
                ppm = None if ratio.ppm is None else Rate(ratio.ppm)
                return Ratio(ratio=ppm, numerator=ratio.numerator, denominator=ratio.denominator)


@strawberry.type(description="The platform's figures at one moment, computed from the books.")
class Disclosure:
    """The platform's figures at one moment."""

    computed: strawberry.Private[domain.Figures]
    as_of: datetime = strawberry.field(description="The moment, in business time.")

    @strawberry.field(description="The figures, in the order of publication.")
    def figures(
        self,
        codes: Annotated[
            list[FigureCode] | None, strawberry.argument(description="Only these, at most one of each; null: all.")
        ] = None,
    ) -> list[Figure]:
        """The figures."""
        return [
            Figure(figure=figure, code=code, legal_source=figure.definition.legal_source)
            for code, figure in self.computed.figures.items()
            if codes is None or code in codes
        ]
