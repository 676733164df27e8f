"""Enumerations of the credit context."""

from api.enums import describe
from domain.credit.rules import facts
from domain.credit.rules.decision import DecisionOutcome, ReasonCode
from domain.credit.rules.scorecard import Grade

describe(
    Grade,
    "A class of risk by probability of default, A the lowest.",
    **{grade.name: f"Class {grade.name} of A to G." for grade in Grade},
)
describe(
    DecisionOutcome,
    "What was decided about an application.",
    APPROVE="An offer is made.",
    REVIEW="An operator decides.",
    REJECT="There is no offer.",
)
describe(
    ReasonCode,
    "Why an application was not simply approved, or what cost it points.",
    RATE_ABOVE_CEILING="The legal ceiling leaves no rate for this risk.",
    AMOUNT_ABOVE_LIMIT="More than the borrower may owe.",
    HIGH_RISK_GRADE="Grade F or G; an operator decides.",
    BORDERLINE_SCORE="The score is just above what is rejected; an operator decides.",
    ORGANISATION="The score was made for persons; an operator decides.",
    AMOUNT_FOR_EMPLOYMENT="Large for how long the applicant has been employed; an operator decides.",
    CONFLICTING_FACTS="The facts do not go together; an operator decides.",
    POINTS_LOST="An attribute that cost points; told whatever the outcome.",
)
describe(
    facts.CheckingAccount,
    "The state of the applicant's checking account.",
    NONE="There is none.",
    OVERDRAWN="It is overdrawn.",
    SMALL_BALANCE="A small balance, up to CNY 2,000.",
    LARGE_BALANCE_OR_SALARY="A larger balance, or a salary has been paid in for at least a year.",
)
describe(
    facts.CreditHistory,
    "How earlier credits went.",
    NO_CREDITS_OR_ALL_PAID="No credits, or all paid back duly.",
    ALL_PAID_HERE="All credits at this lender were paid back duly.",
    EXISTING_PAID_DULY="Existing credits are paid duly so far.",
    PAST_DELAYS="There were delays in the past.",
    CRITICAL_OR_CREDITS_ELSEWHERE="Critical, or there are credits elsewhere.",
)
describe(
    facts.LoanPurpose,
    "What the money is for.",
    name="Purpose",
    NEW_CAR="A new car.",
    USED_CAR="A used car.",
    FURNITURE="Furniture and equipment.",
    ELECTRONICS="Radio, television and the like.",
    APPLIANCES="Domestic appliances.",
    REPAIRS="Repairs.",
    EDUCATION="Education.",
    RETRAINING="Retraining.",
    BUSINESS="A business.",
    OTHER="Something else.",
)
describe(
    facts.Savings,
    "Savings accounts and bonds.",
    UNKNOWN_OR_NONE="None, or unknown.",
    VERY_SMALL="Less than CNY 1,000.",
    SMALL="CNY 1,000 to less than 5,000.",
    MEDIUM="CNY 5,000 to less than 10,000.",
    LARGE="CNY 10,000 or more.",
)
describe(
    facts.EmploymentSince,
    "How long the applicant has worked where they work now.",
    UNEMPLOYED="Unemployed.",
    UNDER_1_YEAR="Less than 1 year.",
    FROM_1_TO_4_YEARS="1 to less than 4 years.",
    FROM_4_TO_7_YEARS="4 to less than 7 years.",
    OVER_7_YEARS="7 years or more.",
)
describe(
    facts.Property,
    "The most valuable thing the applicant owns.",
    REAL_ESTATE="Real estate.",
    SAVINGS_PLAN_OR_LIFE_INSURANCE="A savings plan with a building society, or life insurance.",
    CAR_OR_OTHER="A car or something else.",
    UNKNOWN_OR_NONE="Nothing, or unknown.",
)
describe(
    facts.OtherInstallmentPlans,
    "Where else the applicant pays installments.",
    NONE="Nowhere.",
    STORES="At stores.",
    BANK="At a bank.",
)
describe(
    facts.Housing, "How the applicant lives.", OWN="In their own home.", RENT="For rent.", FOR_FREE="Free of charge."
)
describe(
    facts.Job,
    "What the applicant works as.",
    UNEMPLOYED_OR_UNSKILLED="Unemployed or unskilled.",
    SKILLED="Skilled employee or official.",
    HIGHLY_QUALIFIED_OR_SELF_EMPLOYED="Management, self-employed, highly qualified.",
)
