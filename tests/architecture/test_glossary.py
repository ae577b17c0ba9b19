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


def test_a_word_that_names_a_class_names_one() -> None:
    words = {name for row in ROWS for name in re.findall(r"`([A-Z][A-Za-z]+)`", "".join(row[1:]))}
    classes = Counter(
        node.name
        for folder in ("expertpool", "vdraw")
        for path in (ROOT / folder).rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    )
    assert {"Matter", "AlarmKind", "Rule", "SettingRule", "RegimeRule"} <= words
    assert {word: classes[word] for word in words if classes[word] != 1} == {}
