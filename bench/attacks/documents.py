"""Documents: fragments in fragments, the same again and again, mistakes with suggestions, things within things."""

from collections.abc import Iterator

from graphql import get_introspection_query

from bench.attacks.making import Attack, document, filled, filtered, nested, times


def documents() -> Iterator[Attack]:
    """All of them."""
    yield from bombs()
    yield from repeated()
    yield from introspecting()
    yield from wrong()
    yield from unfit_variables()
    yield from deep()


def bombs() -> Iterator[Attack]:
    """Fragments in fragments."""
    for links in (9, 22, 49):
        chain = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(links))
        last = f"fragment F{links} on Query {{ __typename }}"
        yield document(f"{links} chained fragments", f"{{ ...F0 }} {chain} {last}")
    wide = "".join(f"fragment F{n} on Query {{ platform {{ {'today ' * 18} }} }} " for n in range(50))
    yield document("50 fragments that merge", "{ " + " ".join(f"...F{n}" for n in range(50)) + " } " + wide)
    circle = "".join(f"fragment F{n} on Query {{ ...F{(n + 1) % 50} }} " for n in range(50))
    yield document("a circle of fragments", "{ ...F0 } " + circle)
    yield document("900 inline fragments", times("{ ", "... on Query { __typename } ", "}", 900))
    yield document("nested inline fragments", "{ " + nested(900, "... { ", " }", "__typename") + " }")
    yield document("unused fragments", filled("{ __typename } ", "fragment F{n} on Query { __typename } ", ""))


def repeated() -> Iterator[Attack]:
    """The same again and again."""
    yield document("equal fields as many as fit", filled("{ platform { ", "now ", "} }"))
    yield document("90 equal fields", times("{ platform { ", "now ", "} }", 90))
    yield document("900 equal fields", times("{ platform { ", "now ", "} }", 900))
    yield document("18 equal objects", times("{ ", "platform { today } ", "}", 18))
    yield document("900 merged fields", times("{ platform { profile { ", "code name version ", "} } }", 300))
    yield document("20 aliases of 40 equal fields", times("{ ", "a{n}: platform { " + "today " * 40 + "} ", "}", 20))
    yield document("100 aliases", times("{ platform { ", "a{n}: today ", "} }", 100))
    yield document("aliases as many as fit", filled("{ ", "a{n}: __typename ", "}"))
    yield document("conflicting aliases", times("{ platform { ", "a: today a: now ", "} }", 50))
    yield document("100 directives", times("{ platform { today ", "@include(if: true) ", "} }", 100))
    yield document("unknown directives", filled("{ platform { today ", "@x ", "} }"))
    yield document("operations as many as fit", filled("", "query Q{n} { __typename } ", ""), operationName="Q1")
    yield document("900 operations", times("", "query Q{n} { __typename } ", "", 900), operationName="Q1")
    yield document("anonymous operations", filled("", "{ __typename } ", ""))
    yield document("equal operations", times("", "query Q { platform { today now } } ", "", 450), operationName="Q")
    yield document("a long comment", "{ __typename } #" + "#" * 60_000)
    yield document("comments as many as fit", filled("{ __typename }", "#\n", ""))
    yield document("commas and spaces", filled("{ __typename ", ", ", "}"))


def introspecting() -> Iterator[Attack]:
    """Questions about the schema."""
    inner = "types { fields { args { type { ofType { name } } } } }"
    yield document("introspection", f"{{ __schema {{ {inner} }} }}")
    loan = '__type(name: "Loan") { fields { name type { name ofType { name } } } }'
    yield document("20 times the type Loan", times("{ ", f"a{{n}}: {loan} ", "}", 20))
    schema = "__schema { types { fields { args { name } type { name } } } }"
    yield document("twice the schema", times("{ ", f"a{{n}}: {schema} ", "}", 2))
    yield document("20 times the schema", times("{ ", f"a{{n}}: {schema} ", "}", 20))
    nested_fields = "fields { name type { fields { name type { name } args { name } } ofType { fields { name } } } }"
    yield document("fields of the types of fields", f"{{ __schema {{ types {{ {nested_fields} }} }} }}")
    members = "possibleTypes { name fields { name args { name } } interfaces { name } }"
    yield document(
        "fields of the members of types", f"{{ __schema {{ types {{ {members} interfaces {{ {members} }} }} }} }}"
    )
    yield document("all there is of the schema", get_introspection_query())
    yield document("the schema, and a field", f"{{ __typename __schema {{ {inner} }} }}")


def wrong() -> Iterator[Attack]:
    """Mistakes, each of which is an error, perhaps with suggestions."""
    yield document("unknown fields", times("{ platform { ", "tooday{n} ", "} }", 990))
    yield document("long unknown fields", times("{ ", "x" * 2_000 + "{n} ", "}", 19))
    yield document("one long unknown field", "{ " + "loans" * 12_000 + " }")
    yield document("unknown arguments", times("{ platform { today(", "a{n}: 1 ", ") } }", 900))
    yield document("equal arguments", times("{ platform { today(", "a: 1 ", ") } }", 1_200))
    yield document("unknown types", times("{ ", "... on Lone{n} { x } ", "}", 900))
    yield document("a long unknown type", "{ ... on " + "Loan" * 15_000 + " { x } }")
    yield document("unknown enumeration values", filtered("{ grades: [" + "AA " * 4_000 + "] }"))
    order = "{ loans(first: 1, orderBy: " + "NEWEST" * 10_000 + ") { edges { cursor } } }"
    yield document("a long unknown value", order)
    yield document("unknown input fields", filtered(times("{", "a{n}: 1 ", "}", 1_600)))
    yield document("equal input fields", filtered("{" + "grades: [A] " * 800 + "}"))
    yield document("leaves with selections", times("{ platform { ", "today { x } ", "} }", 450))
    yield document("objects without", times("{ ", "a{n}: platform ", "}", 20))


def unfit_variables() -> Iterator[Attack]:
    """Variables that are not used, not there, or not fit."""
    yield document("variables as many as fit", filled("query(", "$a{n}: Int ", ") { __typename }"))
    yield document("1,200 unused variables", times("query(", "$a{n}: Int ", ") { __typename }", 1_200))
    yield document("equal variables", times("query(", "$a: Int ", ") { __typename }", 1_200))
    yield document("undefined variables", filtered(times("{ grades: [", "$a{n} ", "] }", 2_400)))
    yield document("one variable often", filtered("{ grades: [" + "$a " * 2_400 + "] }", "($a: Int)"))
    defined, used = times("(", "$a{n}: Grade! ", ")", 900), times("{ grades: [", "$a{n} ", "] }", 900)
    yield document("900 variables", filtered(used, defined), {f"a{n}": "AA" for n in range(900)})
    spread = (
        times("", "query Q{n}($a: Int) { ...F } ", "", 300) + "fragment F on Query { nodes(ids: [$a $b $c]) { id } }"
    )
    yield document("300 operations with a fragment", spread, operationName="Q1")


def deep() -> Iterator[Attack]:
    """Things within things."""
    for depth in (200, 1_600, 12_000):
        yield document(f"selections {depth:,} deep", nested(depth, "{ a ", "}"))
        yield document(f"a list {depth:,} deep", "{ nodes(ids: " + nested(depth, "[", "]") + ") { id } }")
        yield document(f"an object {depth:,} deep", filtered(nested(depth, "{a:", "}", "1")))
        yield document(f"a type {depth:,} deep", "query($a: " + nested(depth, "[", "]", "Int") + ") { __typename }")
    default = nested(1_200, "[", "]")
    yield document("a default 1,200 deep", f"query($a: [ID!]! = {default}) {{ nodes(ids: $a) {{ id }} }}")
