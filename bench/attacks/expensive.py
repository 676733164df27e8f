"""As much as the limits allow, of data that is there."""

from collections.abc import Iterator

from bench.attacks.making import Attack, document
from bench.attacks.values import quote

COUNTS = (100, 80, 60)
"""Some are beyond the limit of cost, others just below."""
WHOLE = """id reference status title purpose amount { amount currency } installmentCount frequency method annualRate grade
    submittedAt funding { status target { amount } committed { amount } remaining { amount } lenders deadlineAt }"""
BAD = 'bad: node(id: $loan) { ... on Loan { bids(first: 1, after: "x") { edges { cursor } } } }'
"""An error that nulls nothing else, because of which graphql-core answers all of it again."""
INNER = {
    "100 bids": "bids(first: 100) { edges { node { id } } }",
    "80 bids": "bids(first: 80) { edges { node { id amount { amount currency } } } }",
    "schedules": "schedule { number dueOn principal { amount } interest { amount } balanceAfter { amount } }",
    "disclosures": "disclosure { formula risks record { otherLoans } profile { job } }",
    "previews": """previewBid(amount: { amount: "100.00", currency: CNY }) {
        placeable { amount } refusals { code } expectedInterest { amount } }""",
    "timelines": "timeline(first: 50) { edges { node { kind at facts { name text } } } }",
    "all of it": WHOLE,
}
QUOTED = "quoteLoan(input: $input) { ...on QuoteLoanPayload { quote { schedule { number } } } }"


def loans(count: int, inner: str) -> str:
    """So many loans, each with something."""
    return f"loans(first: {count}) {{ edges {{ node {{ {inner} }} }} }}"


def twenty(field_text: str) -> str:
    """The same root field under twenty names."""
    return "{ " + " ".join(f"a{n}: {field_text}" for n in range(20)) + " }"


def expensive(loan: str, product: str) -> Iterator[Attack]:
    """All of them, with the ids of a loan and of a product."""
    for name, inner in INNER.items():
        for count in COUNTS:
            yield document(f"{count} loans with {name}", f"{{ {loans(count, inner)} }}")
            both = f"query($loan: ID!) {{ {loans(count, inner)} {BAD} }}"
            yield document(f"{count} loans with {name}, and an error", both, {"loan": loan})
        conditions = " ".join(f"a{n}: __typename @include(if: $c{n})" for n in range(6))
        given = ", ".join(f"$c{n}: Boolean!" for n in range(6))
        asked_for = f"query({given}) {{ {loans(COUNTS[0], inner)} {conditions} }}"
        yield document(f"100 loans with {name}, and conditions", asked_for, {f"c{n}": True for n in range(6)})
    for count in COUNTS:
        yield document(f"20 times {count} loans", twenty(loans(count, WHOLE)))
    hundred = f"query($i: [ID!]!) {{ nodes(ids: $i) {{ ... on Loan {{ {WHOLE} schedule {{ number }} }} }} }}"
    yield document("100 times a loan", hundred, {"i": [loan] * 100})
    asked = quote("50000.00", productId=product, grade="B", frequency="WEEKLY", installmentCount=52)
    yield document("20 quotes", f"query($input: QuoteLoanInput!) {twenty(QUOTED)}", {"input": asked})
    yield document("20 disclosures", twenty("disclosure { figures { code label value { __typename } } }"))
    yield document("20 times the results of grades", twenty("platform { gradeResults { grade earnedRate } }"))
