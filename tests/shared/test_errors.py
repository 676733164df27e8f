"""What a refusal says to the person who caused it."""

import pytest

from domain.lending.errors import ProductNotOpen
from domain.shared.errors import WrongState


@pytest.mark.parametrize(
    ("allowed", "said"),
    [(["OPEN"], "only in OPEN."), (["OPEN", "SHORT"], "only in OPEN or SHORT."),
     (["OPEN", "SHORT", "FULL"], "only in OPEN, SHORT or FULL.")],
)  # fmt: skip
def test_states_are_named_as_in_a_sentence(allowed: list[str], said: str) -> None:
    message = WrongState(state="CLOSED", allowed=allowed).message
    assert message == f"Its state is CLOSED; this is possible {said}"


def test_who_may_apply_is_named_as_in_a_sentence() -> None:
    assert ProductNotOpen(open_to=["PERSON"]).message == "This product takes applications of PERSON only."
