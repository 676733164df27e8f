"""When installments fall due."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.shared.calendar import Calendar, add_months


class Frequency(StrEnum):
    """How often an installment falls due."""

    MONTHLY = "MONTHLY"
    BIWEEKLY = "BIWEEKLY"
    """Every two weeks."""
    WEEKLY = "WEEKLY"


@dataclass(frozen=True, slots=True)
class DueDate:
    """A day by the contract, and the working day on which it is paid; interest follows the contract's day."""

    nominal_on: date
    due_on: date


def due_dates(start_on: date, frequency: Frequency, count: int, calendar: Calendar) -> list[DueDate]:
    """The next `count` dates after `start_on`; one that is no working day is paid on the following one.

    Months keep the day of `start_on`: 31 January, 28 or 29 February, 31 March. Two weekly dates within one long holiday
    are paid on the same day.
    """
    nominal = (_nominal(start_on, frequency, number) for number in range(1, count + 1))
    return [DueDate(nominal_on, calendar.next_working_day(nominal_on)) for nominal_on in nominal]


def _nominal(start_on: date, frequency: Frequency, number: int) -> date:
    match frequency:
        case Frequency.MONTHLY:
            return add_months(start_on, number)
        case Frequency.BIWEEKLY:
            return start_on + timedelta(weeks=2 * number)
        case Frequency.WEEKLY:
            return start_on + timedelta(weeks=number)
