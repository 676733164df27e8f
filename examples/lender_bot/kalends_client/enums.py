from enum import Enum


class Currency(str, Enum):
    CNY = "CNY"
    EUR = "EUR"
    USD = "USD"
    GBP = "GBP"
    INR = "INR"
    JPY = "JPY"


class Frequency(str, Enum):
    MONTHLY = "MONTHLY"
    BIWEEKLY = "BIWEEKLY"
    WEEKLY = "WEEKLY"


class Grade(str, Enum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"


class Purpose(str, Enum):
    NEW_CAR = "NEW_CAR"
    USED_CAR = "USED_CAR"
    FURNITURE = "FURNITURE"
    ELECTRONICS = "ELECTRONICS"
    APPLIANCES = "APPLIANCES"
    REPAIRS = "REPAIRS"
    EDUCATION = "EDUCATION"
    RETRAINING = "RETRAINING"
    BUSINESS = "BUSINESS"
    OTHER = "OTHER"


class Scope(str, Enum):
    READ = "READ"
    BORROW = "BORROW"
    LEND = "LEND"
    MONEY = "MONEY"
    ACCOUNT = "ACCOUNT"
    OPERATE = "OPERATE"
    REVIEW = "REVIEW"
    COLLECT = "COLLECT"
    FINANCE = "FINANCE"
    CLOCK = "CLOCK"


class StepKind(str, Enum):
    VERIFY_EMAIL = "VERIFY_EMAIL"
    ACCEPT_TERMS = "ACCEPT_TERMS"
    IDENTITY_CHECK = "IDENTITY_CHECK"
    ACCEPT_RISK_WARNING = "ACCEPT_RISK_WARNING"
    ACCEPT_DEBIT_MANDATE = "ACCEPT_DEBIT_MANDATE"
