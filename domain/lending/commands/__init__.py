"""Writes of the lending context, by noun; each is a transaction of its own or part of its caller's."""

from domain.lending.commands.application import Application, ApplyForLoan, apply_for_loan
from domain.lending.commands.closing import activate, close, mark_funded, unlist, unwind
from domain.lending.commands.collection import collect_due, collections_refused, collections_settled
from domain.lending.commands.debts import net_deposits
from domain.lending.commands.delinquency import default_due
from domain.lending.commands.offer import expire_offers
from domain.lending.commands.products import publish_products
from domain.lending.commands.recovery import RecordRecovery, WriteOffLoan, WrittenOff, record_recovery, write_off
from domain.lending.commands.reminders import remind_due
from domain.lending.commands.repayment import PayOffLoan, Repaid, RepayLoan, pay_off, repay_loan
from domain.lending.commands.returned import collection_returned

__all__ = [
    "Application",
    "ApplyForLoan",
    "PayOffLoan",
    "RecordRecovery",
    "Repaid",
    "RepayLoan",
    "WriteOffLoan",
    "WrittenOff",
    "activate",
    "apply_for_loan",
    "close",
    "collect_due",
    "collection_returned",
    "collections_refused",
    "collections_settled",
    "default_due",
    "expire_offers",
    "mark_funded",
    "net_deposits",
    "pay_off",
    "publish_products",
    "record_recovery",
    "remind_due",
    "repay_loan",
    "unlist",
    "unwind",
    "write_off",
]
