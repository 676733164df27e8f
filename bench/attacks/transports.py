"""Bodies, URLs, headers, and messages over a WebSocket."""

import json
from collections.abc import Iterator
from typing import Any

from bench.attacks.making import Attack, nested, times

INIT = '{"type":"connection_init"}'
SMALL = b'{"query":"{ __typename }"}'
BODIES = {
    "deep lists": "[" * 32_000,
    "deep closed lists": nested(32_000, "[", "]"),
    "deep objects": nested(10_000, '{"a":', "}", "1"),
    "lists 1,000 deep": nested(1_000, "[", "]"),
    "a number of 65,000 digits": "9" * 65_000,
    "a fraction of 65,000 digits": "0." + "9" * 65_000,
    "an exponent": "1e" + "9" * 65_000,
    "equal members": "{" + '"query":"x",' * 5_000 + '"query":"x"}',
    "members": "{" + ",".join(f'"a{n}":{n}' for n in range(4_500)) + "}",
    "escapes": '{"query":"' + "\\u0000" * 10_000 + '"}',
    "surrogates": '{"query":"' + "\\ud800" * 10_000 + '"}',
    "an escape somewhere": '{"query":"{ __typename }","variables":{"a":["\\u0000"' + ",1" * 30_000 + "]}}",
    "spaces": " " * 65_000,
    "nothing": "",
    "spaces for a query": '{"query":"' + " " * 65_000 + '"}',
    "extensions": '{"query":"{ __typename }","extensions":{"a":' + nested(1_000, "[", "]") + "}}",
    "an operation's name": '{"query":"{ __typename }","operationName":"' + "x" * 64_000 + '"}',
}
HEADERS = {
    "media types": {"accept": "a/b;q=0.1," * 5_000},
    "parameters": {"accept": "application/json" + ";a=b" * 12_000},
    "a token": {"authorization": "Bearer " + "eyJ" * 1_300 + ".a.b"},
    "a long token": {"authorization": "Bearer " + "x" * 60_000},
    "content types": {"content-type": "application/json" + "; charset=utf-8" * 3_500},
    "cookies": {"cookie": "a=b; " * 12_000},
}


def transports() -> Iterator[Attack]:
    """All of them."""
    for name, text in BODIES.items():
        yield Attack(f"body: {name}", text.encode())
    yield Attack("body: bytes that are no text", b"\xff\xfe" * 32_000)
    for name, headers in HEADERS.items():
        yield Attack(f"header: {name}", SMALL, headers=headers)
    yield Attack("url: percent signs", query_string="query=" + "%7B" * 10_000)
    yield Attack("url: parameters", query_string="&".join(f"a{n}=1" for n in range(4_000)))
    yield Attack("url: variables", query_string="query=%7B__typename%7D&variables=" + "%5B" * 9_000)
    yield from sockets()


def sockets() -> Iterator[Attack]:
    """Messages."""
    deep = '{"type":"connection_init","payload":{"a":' + nested(1_000, "[", "]") + "}}"
    token = json.dumps({"type": "connection_init", "payload": {"Authorization": "Bearer " + "x" * 60_000}})
    yield Attack("socket: a deep payload", messages=(deep,))
    yield Attack("socket: a long token", messages=(token,))
    yield Attack("socket: deep JSON", messages=("[" * 60_000,))
    yield Attack("socket: a long id", messages=(INIT, subscribe("{ __typename }", id="x" * 60_000)))
    unknown = times("{ platform { ", "tooday{n} ", "} }", 990)
    yield Attack("socket: unknown fields", messages=(INIT, subscribe(unknown)))
    watch = "subscription($i: [ID!]!) { loanFunding(loanIds: $i) { at } }"
    yield Attack("socket: loans to watch", messages=(INIT, subscribe(watch, {"i": ["x"] * 10_000})))
    yield Attack("socket: 1,000 pings", messages=(INIT, *['{"type":"ping"}'] * 1_000))
    hundred = [subscribe("{ platform { today } }", id=str(number)) for number in range(100)]
    yield Attack("socket: 100 operations", messages=(INIT, *hundred))


def subscribe(query: str, variables: Any = None, id: str = "1") -> str:
    """A message that asks for an operation."""
    return json.dumps({"id": id, "type": "subscribe", "payload": {"query": query, "variables": variables or {}}})
