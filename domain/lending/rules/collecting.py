"""On which days collecting is tried."""

from datetime import date, timedelta

from domain.lending.rules.product import ProductTerms
from domain.lending.rules.servicing import ServicedLoan
from domain.shared.calendar import Calendar


def next_retry_on(due_on: date, after_on: date, product: ProductTerms, calendar: Calendar) -> date:
    """The next day after `after_on` on which a debit of what fell due on `due_on` is tried again.

    The product's days after the due date, then regular ones; each moved to a working day.
    """
    for days in product.retry_days:
        day = calendar.next_working_day(due_on + timedelta(days=days))
        if day > after_on:
            return day
    last = due_on + timedelta(days=max(product.retry_days, default=0))
    rounds = max((after_on - last).days // product.retry_every_days, 0)
    while True:
        day = calendar.next_working_day(last + timedelta(days=rounds * product.retry_every_days))
        if day > after_on:
            return day
        rounds += 1


def next_collection_on(loan: ServicedLoan, on: date, has_mandate: bool, calendar: Calendar) -> date | None:
    """The next day after `on` to collect; None: nothing is open.

    What is due already is tried again on the retry days, or daily from the wallet if there is no mandate; an installment
    that falls due before is collected on its day.
    """
    days = [one.due_on for one in loan.unpaid()]
    if not days:
        return None
    oldest = min(days)
    if oldest > on:
        return oldest
    retry = next_retry_on(oldest, on, loan.product, calendar) if has_mandate else on + timedelta(days=1)
    return min([retry, *(day for day in days if day > on)])
