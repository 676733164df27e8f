"""Enumerations of disclosure."""

from api.enums import describe
from domain.disclosure.figures import FigureCode, definitions
from domain.disclosure.rules import IncomeSource
from domain.identity.models import Locale

describe(
    FigureCode,
    "The published figures.",
    **{code.name: entry.definition[Locale.EN] for code, entry in definitions().items()},
)
describe(
    IncomeSource,
    "What a loan is repaid from, as far as the application says.",
    BUSINESS="The income of the organisation's business.",
    WORK="Income from work.",
    OTHER="Other income or savings: the applicant does not work.",
)
