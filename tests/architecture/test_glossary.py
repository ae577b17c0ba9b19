"""The glossary gives each term one word, and each word of a class is one class."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line.strip("|").split("|")
    for line in (ROOT / "docs/glossary.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| 中文")
]


def test_each_term_stands_once() -> None:
    terms = Counter(row[0].strip() for row in ROWS)
    assert [term for term, times in terms.items() if times > 1] == []


def named_by(node: ast.stmt) -> list[str]:
    """Return the names of types that ``node`` makes: a class, or an alias (`Rule = Callable[…]`)."""
    if isinstance(node, ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def test_an_alias_is_a_name_of_a_type_as_well() -> None:
    source = "class A: ...\nB = list[int]\nC: TypeAlias = int\ndef d(): ..."
    assert [name for node in ast.parse(source).body for name in named_by(node)] == list("ABC")


def types() -> Counter[str]:
    """Return how many types of the product have each name."""
    return Counter(
        name
        for folder in ("expertpool", "vdraw")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.parse(path.read_text()).body
        for name in named_by(node)
    )


def test_a_word_of_many_meanings_names_one_class_at_most() -> None:
    """Each had named several things once; by itself it says nothing of whose it is."""
    classes = types()
    assert classes["Policy"] == classes["Letter"] == classes["LoginOutcome"] == 1
    for word in ("Any", "Column", "Letter", "Outcome", "Policy"):
        assert classes[word] + classes[f"_{word}"] <= 1, word
    assert classes["Outcome"] == 0, "whose? FeeOutcome, CallOutcome, RequestOutcome …"


def test_a_word_that_names_a_class_names_one() -> None:
    words = {name for row in ROWS for name in re.findall(r"`([A-Z][A-Za-z]+)`", "".join(row[1:]))}
    classes = types()
    assert {"Matter", "AlarmKind", "Rule", "SettingConstraint", "RegimeRule"} <= words
    assert {word: classes[word] for word in words if classes[word] != 1} == {}
