"""Enumerations of the lending context."""

from api.enums import describe
from domain.lending.commands.underwriting import ReviewOutcome
from domain.lending.models import LoanStatus, NoteStatus, PartyRole, RepaymentSource, RepaymentStatus
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.delinquency import Bucket
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.waterfall import DueKind

describe(
    LoanStatus,
    "Where a loan is in its life. Being late is not a status, it is derived.",
    SUBMITTED="Applied for.",
    UNDER_REVIEW="An operator decides.",
    OFFERED="The borrower may accept the offer until it expires.",
    LISTED="Lenders may bid.",
    FUNDED="Full, or the borrower takes the smaller loan; rests until it may close.",
    DISBURSING="Closed: notes exist, the bank is paying out.",
    ACTIVE="Paid out; being repaid.",
    DEFAULTED="In default.",
    WRITTEN_OFF="Written off; what is recovered is still distributed.",
    CLOSED="Repaid to the last cent.",
    REJECTED="Rejected, with reasons.",
    DECLINED="The borrower declined it, or the payout finally failed.",
    WITHDRAWN="Withdrawn before lenders could bid.",
    EXPIRED="Not accepted, or not funded, in time.",
)
describe(
    Frequency,
    "How often an installment falls due.",
    MONTHLY="Every month, on the day of the payout.",
    BIWEEKLY="Every two weeks.",
    WEEKLY="Every week.",
)
describe(
    RepaymentMethod,
    "How principal and interest are spread over the installments.",
    EQUAL_INSTALLMENTS="The same amount each time.",
    EQUAL_PRINCIPAL="The same principal each time, and the interest on what is left.",
    INTEREST_ONLY="Interest each time, the principal with the last.",
    BULLET="One payment at the end, with simple interest for the whole term.",
)
describe(
    DayCount,
    "How days are counted for interest, over how long a year.",
    THIRTY_360="Every month has 30 days, every year 360.",
    ACT_365="The days there are, over 365.",
    ACT_360="The days there are, over 360.",
)
describe(
    DueKind,
    "What an installment is made of.",
    FEE="Fees.",
    LATE_INTEREST="Interest on what is paid late.",
    INTEREST="Interest.",
    PRINCIPAL="Principal.",
)
describe(
    PartyRole,
    "What somebody is in a loan.",
    BORROWER="Applied for it and owes it.",
    CO_BORROWER="Owes it, too.",
    GUARANTOR="Guarantees it.",
)
describe(
    ReviewOutcome, "What an operator may decide.", APPROVE="An offer at the score's rate.", REJECT="There is no offer."
)
describe(
    Bucket,
    "Days past due, grouped as collectors work.",
    CURRENT="Nothing is past due.",
    D1="1 day.",
    D2_3="2 or 3 days.",
    D4_30="4 to 30 days.",
    D31_60="31 to 60 days.",
    D61_90="61 to 90 days.",
    D91_120="91 to 120 days.",
    D121_PLUS="More than 120 days.",
)
describe(
    NoteStatus,
    "What became of a lender's part of a loan.",
    ACTIVE="It is being repaid.",
    REPAID="Its loan is repaid.",
    WRITTEN_OFF="Its loan was written off; what is recovered is still distributed.",
    CANCELLED="The payout failed: the money went back to the lender.",
)
describe(
    RepaymentSource,
    "Where a repayment came from.",
    WALLET="Taken from the borrower's wallet when it was due.",
    DIRECT_DEBIT="Debited from the borrower's bank account.",
    MANUAL="Paid by the borrower by hand.",
    PAYOFF="Early settlement by the borrower.",
    RECOVERY="Recovered by collectors.",
)
describe(
    RepaymentStatus,
    "Whether a repayment stands.",
    APPLIED="It stands.",
    REVERSED="The bank returned its debit: everything was undone.",
)
