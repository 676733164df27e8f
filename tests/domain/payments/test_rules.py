"""References, account numbers and the life of movements, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.payments.rules import lifecycle, references
from domain.shared.errors import InvalidInput


def test_the_published_example_of_a_creditor_reference() -> None:
    assert references.with_check_digits("539007547034") == "RF18539007547034"
    assert references.find_reference("RF18 5390 0754 7034") == "RF18539007547034"


@given(st.integers(0, 15), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_typo_is_noticed(place: int, character: str) -> None:
    reference = references.with_check_digits("539007547034")
    wrong = reference[:place] + character + reference[place + 1 :]
    assert references.find_reference(wrong) == (reference if wrong == reference else None)


@pytest.mark.parametrize("text", [None, "", "hello", "RF00", "RF18539007547035", "RF18 5390 0754 7034 ref", "转账"])
def test_what_is_no_reference(text: str | None) -> None:
    assert references.find_reference(text) is None


def test_references_differ() -> None:
    assert len({references.new_reference() for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("number", ["DE89 3704 0044 0532 0130 00", "6217-0012-3456-7890", "gb82west12345698765432"])
def test_account_numbers_are_kept_plain(number: str) -> None:
    clean = references.clean_account_number(number)
    assert clean == clean.upper() and clean.isalnum()


@pytest.mark.parametrize(
    "number", ["", "12345", "DE89370400440532013001", "x" * 35, "62170012345678９0", "1234567\x00"]
)
def test_account_numbers_that_cannot_be_right(number: str) -> None:
    with pytest.raises(InvalidInput):
        references.clean_account_number(number)


@pytest.mark.parametrize("holder", ["", "  ", "x" * 201, "Ada\nLovelace", "Ada\ud800"])
def test_holders_that_cannot_be_right(holder: str) -> None:
    with pytest.raises(InvalidInput):
        references.clean_holder(holder)


STORIES = (("received", "final"), ("received", "bounced"), ("settled", "returned"), ("settled",), ("refused",))


@given(st.sampled_from(STORIES).flatmap(lambda story: st.tuples(st.just(story), st.lists(st.sampled_from(story)))))
def test_every_order_of_a_story_takes_the_same_steps(told: tuple[tuple[str, ...], list[str]]) -> None:
    story, order = told
    taken: set[str] = set()
    walked: list[str] = []
    for step in [*order, *reversed(story)]:
        todo = lifecycle.steps(taken, step)
        assert todo is not None
        walked += todo
        taken.update(todo)
    assert tuple(walked) == story


def test_contradictions_are_noticed() -> None:
    assert lifecycle.steps({"refused"}, "settled") is None
    assert lifecycle.steps({"settled"}, "refused") is None
    assert lifecycle.steps({"received", "final"}, "bounced") is None
    assert lifecycle.steps(lifecycle.taken({"debit.returned"}), "settled") == ()
