"""The glossary says each word once, in both languages, and as the published figures say it."""

import json
import re
from collections import Counter

from tests.docs.pages import DOCS

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| term ")
]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_every_word_is_in_both_languages() -> None:
    assert len(ROWS) > 60
    for row in ROWS:
        term, chinese, meaning, explained = row
        assert not CHINESE.search(term + meaning), row
        assert CHINESE.search(chinese), row
        assert CHINESE.search(explained), row
        assert (meaning[-1], explained[-1]) == (".", "。"), row


def test_no_word_is_there_twice() -> None:
    for column in (0, 1):
        counted = Counter(row[column] for row in ROWS)
        assert [word for word, times in counted.items() if times > 1] == []


def test_the_chinese_words_are_those_that_are_published() -> None:
    data = DOCS.parent / "domain" / "disclosure" / "data"
    figures = [
        json.dumps(json.loads((data / name).read_text("utf-8")), ensure_ascii=False)
        for name in ("figures.json", "loan_texts.json")
    ]
    published = "".join(figures)
    words = {row[0]: row[1] for row in ROWS}
    for term in ("borrower", "lender", "equal installments", "equal principal", "interest only", "bullet", "overdue", "late interest",
                 "outstanding balance", "overdue rate", "write-off", "default", "service fee", "hold", "reversal", "[note]"):  # fmt: skip
        word = next(chinese for name, chinese in words.items() if name.startswith(term))
        assert word in published, term
