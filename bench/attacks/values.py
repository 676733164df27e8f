"""Variables and literals: long, many, deep, or hard to read."""

from collections.abc import Iterator
from typing import Any

from bench.attacks.making import Attack, document, filled, filtered

QUOTE = "query($input: QuoteLoanInput!) { quoteLoan(input: $input) { __typename } }"
LOG_IN = "mutation($input: LogInInput!) { logIn(input: $input) { __typename } }"
APPLY = "mutation($input: ApplyForLoanInput!) { applyForLoan(input: $input) { __typename } }"
BIDS = "mutation($input: PlaceBidsInput!) { placeBids(input: $input) { __typename } }"
NODES = "query($i: [ID!]!) { nodes(ids: $i) { id } }"
GRADES = filtered("{ grades: $g }", "($g: [Grade!])")
AFTER = "query($c: String) { loans(first: 1, after: $c) { edges { cursor } } }"
HARD = {
    "digits": "9" * 60_000, "an exponent": "1E+999999", "a large exponent": "1e" + "9" * 40, "NaN": "NaN",
    "underscores": "1_" * 30_000, "zeros": "0" * 60_000 + ".1", "spaces": " " * 60_000,
}  # fmt: skip


def quote(amount: str, **more: Any) -> dict[str, Any]:
    """The input of a quote."""
    return {
        "productId": "product_00000000-0000-0000-0000-000000000000", "amount": {"amount": amount, "currency": "CNY"},
        "installmentCount": 12, "frequency": "MONTHLY", "method": "EQUAL_INSTALLMENTS", **more,
    }  # fmt: skip


def values() -> Iterator[Attack]:
    """All of them."""
    yield from literals()
    yield from scalars()
    yield from credentials()
    yield from lists()
    yield from inputs()


def literals() -> Iterator[Attack]:
    """In the document."""
    for name, number in {
        "a number": "9" * 60_000,
        "a fraction": "1." + "9" * 60_000,
        "an exponent": "1e" + "9" * 47,
    }.items():
        yield document(f"{name} as a page size", f"{{ loans(first: {number}) {{ edges {{ cursor }} }} }}")
    yield document("a block string of lines", filled('{ node(id: """', "\n  x", '""") { id } }'))
    yield document("a string of escapes", '{ node(id: "' + "\\u0041" * 8_000 + '") { id } }')
    yield document("an unterminated string", '{ node(id: "' + "x" * 60_000)
    yield document("an unterminated block", '{ node(id: """' + "x" * 60_000)
    yield document("quotes", "{ node(id: " + '"' * 25_000)


def scalars() -> Iterator[Attack]:
    """Texts that scalars read."""
    for name, value in HARD.items():
        yield document(f"an amount of {name}", QUOTE, {"input": quote(value)})
        yield document(f"a rate of {name}", QUOTE, {"input": quote("1.00", annualRate=value)})
    payoff = 'query($d: Date) { node(id: "x") { ... on Loan { servicing { payoff(on: $d) { on } } } } }'
    yield document("a date of digits", payoff, {"d": "2" * 60_000})
    instant = filtered("{ deadlineBefore: $d }", "($d: DateTime)")
    yield document("an instant of digits", instant, {"d": "2025-01-01T00:00:00." + "1" * 60_000 + "Z"})
    yield document(
        "an id of 60,000 characters", "query($i: ID!) { node(id: $i) { id } }", {"i": "loan_" + "0" * 60_000}
    )
    yield document("a cursor of 60,000 characters", AFTER, {"c": "Wz" * 30_000})
    yield document("a cursor that is deep", AFTER, {"c": "W1tbW1tbW1tb" * 5_000})


def credentials() -> Iterator[Attack]:
    """Log-ins."""
    emails = {
        "letters": "a" * 60_000 + "@b.example",
        "dots": "a." * 30_000 + "@b.example",
        "labels": "a@" + "b." * 30_000,
    }
    emails |= {"quotes": '"' * 20_000 + "@" + "a." * 10_000, "accents": "é" * 20_000 + "@" + "é." * 5_000}
    for name, email in emails.items():
        yield document(f"an e-mail of {name}", LOG_IN, {"input": {"email": email, "password": "x" * 12}})
    yield document("a long password", LOG_IN, {"input": {"email": "a@b.example", "password": "ﬀ" * 20_000}})
    device = {"email": "a@b.example", "password": "x" * 12, "deviceToken": "eyJ" * 10_000 + ".e30.x"}
    yield document("a long device token", LOG_IN, {"input": device})


def lists() -> Iterator[Attack]:
    """Many values, wrong ones, nested ones."""
    yield document("100 ids", NODES, {"i": ["loan_" + "0" * 36] * 100})
    for name, value in {"ids": "x", "numbers": 1, "lists": [], "nulls": None, "objects": {}}.items():
        yield document(f"{name} as many as fit", NODES, {"i": [value] * 10_000})
    yield document("unknown grades", GRADES, {"g": ["AA"] * 10_000})
    yield document("a long unknown grade", GRADES, {"g": ["A" * 60_000]})
    inner: Any = []
    for _ in range(900):
        inner = [inner]
    yield document("ids 900 deep", NODES, {"i": inner})
    yield document("grades 900 deep", GRADES, {"g": inner})


def inputs() -> Iterator[Attack]:
    """Objects with fields that are not there, and many of them."""
    yield document("unknown fields of an input", QUOTE, {"input": quote("1.00") | {f"a{n}": 1 for n in range(5_000)}})
    yield document("long unknown fields of an input", QUOTE, {"input": {"amount" * 10_000: 1}})
    yield document("parties as many as fit", APPLY, {"input": {"coBorrowers": [{"nome": "x"}] * 3_500}})
    yield document("bids as many as fit", BIDS, {"input": {"bids": [{"loanId": 1}] * 3_500, "idempotencyKey": "k"}})
    yield document("variables nobody asked for", "{ __typename }", {f"a{n}": n for n in range(4_000)})
