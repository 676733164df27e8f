"""Redaction: the net below not logging secrets at all."""

import os
from contextlib import suppress

import pytest

from domain.shared.logs import FULL, REDACTED, Lines, redact


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Authorization: Bearer abc.def-1", f"Authorization: Bearer {REDACTED}"),
        ("token kpat_AbC-12_x used", f"token {REDACTED} used"),
        ("kref_abc", REDACTED),
        ("eyJhbGciOi.eyJzdWIi.c2ln", REDACTED),
        ("postgresql://kalends:s3cret@db/kalends", f"postgresql://kalends:{REDACTED}@db/kalends"),
        ("Key (email)=(ada@example.org) already exists", f"Key (email)=({REDACTED}) already exists"),
        ("whsec_c2VjcmV0", REDACTED),
        ("loan 01890a5d-ac96-774b-bcce-b302099a8057 closed", "loan 01890a5d-ac96-774b-bcce-b302099a8057 closed"),
    ],
)
def test_secrets_are_known_by_their_shape(text: str, kept: str) -> None:
    assert redact(None, "", {"event": text}) == {"event": kept}


def test_secrets_are_known_by_their_names_however_deep() -> None:
    event = {"event": "x", "request": {"password": "p", "headers": {"a": "b"}, "ids": ["kpat_x", 7]}, "number": 1}
    assert redact(None, "", event) == {
        "event": "x",
        "request": {"password": REDACTED, "headers": REDACTED, "ids": [REDACTED, 7]},
        "number": 1,
    }


async def test_requests_go_on_when_nobody_reads_the_log_any_more() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    lines = Lines(stream)
    for number in range(2 * FULL):
        lines.info(f'"number": {number}')
    lines.flush()
    assert lines._waiting == []
    with suppress(BrokenPipeError):
        stream.close()
