"""Which figures are published, with their definitions and legal sources, as data; and what a computed one is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from domain.identity.models import Locale
from domain.shared.money import Money


class FigureCode(StrEnum):
    """The published figures; what each one is stands in `data/figures.json`."""

    REGISTERED_USERS = "REGISTERED_USERS"
    LENDERS_EVER = "LENDERS_EVER"
    BORROWERS_EVER = "BORROWERS_EVER"
    LENDERS_NOW = "LENDERS_NOW"
    BORROWERS_NOW = "BORROWERS_NOW"
    VOLUME = "VOLUME"
    LOANS = "LOANS"
    OUTSTANDING = "OUTSTANDING"
    LOANS_OUTSTANDING = "LOANS_OUTSTANDING"
    PRINCIPAL_REPAID = "PRINCIPAL_REPAID"
    LOANS_REPAID = "LOANS_REPAID"
    INTEREST_RECEIVED = "INTEREST_RECEIVED"
    TOP_TEN_OUTSTANDING = "TOP_TEN_OUTSTANDING"
    TOP_TEN_SHARE = "TOP_TEN_SHARE"
    LARGEST_OUTSTANDING = "LARGEST_OUTSTANDING"
    LARGEST_SHARE = "LARGEST_SHARE"
    OVERDUE = "OVERDUE"
    LOANS_OVERDUE = "LOANS_OVERDUE"
    OVERDUE_RATE = "OVERDUE_RATE"
    LOANS_OVERDUE_RATE = "LOANS_OVERDUE_RATE"
    OVERDUE_90 = "OVERDUE_90"
    LOANS_OVERDUE_90 = "LOANS_OVERDUE_90"
    DEFAULTED = "DEFAULTED"
    LOANS_DEFAULTED = "LOANS_DEFAULTED"
    WRITTEN_OFF = "WRITTEN_OFF"
    LOANS_WRITTEN_OFF = "LOANS_WRITTEN_OFF"


class FigureKind(StrEnum):
    """What a figure is measured in."""

    MONEY = "MONEY"
    COUNT = "COUNT"
    RATIO = "RATIO"
    """One figure over another."""


class FigureDefinition(BaseModel):
    """What a figure says and why it is published; texts in every language of the platform."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: FigureCode
    kind: FigureKind
    label: Mapping[Locale, str]
    definition: Mapping[Locale, str]
    legal_source: str
    numerator: FigureCode | None = None
    denominator: FigureCode | None = None

    @model_validator(mode="after")
    def _complete(self) -> "FigureDefinition":
        """A ratio names its parts, and every text is there in every language."""
        parts = (self.numerator is not None, self.denominator is not None)
        if parts != (self.kind is FigureKind.RATIO,) * 2:
            raise ValueError("a ratio, and nothing else, has a numerator and a denominator")
        if not set(Locale) == set(self.label) == set(self.definition):
            raise ValueError("a text is missing in a language")
        return self


@dataclass(frozen=True, slots=True)
class Ratio:
    """One figure over another, in millionths, halves up; None if the denominator is zero."""

    ppm: int | None
    numerator: FigureCode
    denominator: FigureCode


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it was computed."""

    definition: FigureDefinition
    value: Money | int | Ratio


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of one moment of business time."""

    as_of: datetime
    figures: Mapping[FigureCode, Figure]


@cache
def definitions() -> Mapping[FigureCode, FigureDefinition]:
    """What every figure is, in the order in which they are published."""
    text = (resources.files("domain.disclosure") / "data" / "figures.json").read_text(encoding="utf-8")
    found = {entry.code: entry for entry in TypeAdapter(list[FigureDefinition]).validate_json(text)}
    assert found.keys() == set(FigureCode), "every figure is defined"
    return found


def ratio(numerator: int, denominator: int) -> int | None:
    """A quotient of two amounts that are not negative, in millionths, halves up; None if there is nothing to divide by."""
    return (2_000_000 * numerator + denominator) // (2 * denominator) if denominator else None


def figures(as_of: datetime, currency: str, measured: Mapping[FigureCode, int]) -> Figures:
    """The figures from what was measured (minor units, counts); ratios follow from the others."""

    def value(definition: FigureDefinition) -> Money | int | Ratio:
        if definition.numerator is not None and definition.denominator is not None:
            quotient = ratio(measured[definition.numerator], measured[definition.denominator])
            return Ratio(quotient, definition.numerator, definition.denominator)
        measure = measured[definition.code]
        return Money(measure, currency) if definition.kind is FigureKind.MONEY else measure

    return Figures(as_of, {code: Figure(entry, value(entry)) for code, entry in definitions().items()})
