"""The door: check a template once, when it is uploaded; fill it as often as it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expertpool.core.documents.filling.excel import check_excel, fill_excel
from expertpool.core.documents.filling.findings import Filling, Findings, TemplateRefused
from expertpool.core.documents.filling.markup import BROKEN
from expertpool.core.documents.filling.package import Package
from expertpool.core.documents.filling.word import check_word, fill_word
from expertpool.core.placeholders import Value, Vocabulary

_CHECK = {"xlsx": check_excel, "docx": check_word}
_FILL = {"xlsx": fill_excel, "docx": fill_word}
_SAMPLE_LINES = 3


def check_template(content: bytes, vocabulary: Vocabulary) -> str:
    """Return ``xlsx`` or ``docx`` when ``content`` is a template that can be filled.

    Raises TemplateRefused, which names everything that is wrong and where: unknown placeholders,
    macros, links to other files, too much content, a file that is damaged.
    """
    package = Package(content)
    findings = Findings(vocabulary)
    try:
        _CHECK[package.kind](package, findings)
        findings.refuse()
        # What cannot be filled is found now, rather than on the day of the draw.
        sample_of(content, vocabulary)
    except (LookupError, ValueError, AttributeError) as error:  # as no office program writes it
        raise TemplateRefused(BROKEN) from error
    return package.kind


def fill_template(
    content: bytes,
    vocabulary: Vocabulary,
    *,
    values: Mapping[str, Value],
    lines: Sequence[Mapping[str, Value]],
) -> bytes:
    """Return a checked template with ``values`` and, in rows that repeat, ``lines`` in it.

    Every name of ``vocabulary`` has a value (KeyError names one that has none). Values are text,
    never markup or formulas.
    """
    package = Package(content)
    _FILL[package.kind](package, Filling(values, lines, frozenset(vocabulary.line_names)))
    return package.to_bytes()


def sample_of(content: bytes, vocabulary: Vocabulary) -> bytes:
    """Return a checked template filled with the samples of its placeholders."""
    line = {one.name: one.sample for one in vocabulary.columns}
    return fill_template(
        content,
        vocabulary,
        values={one.name: one.sample for one in vocabulary.fields},
        lines=[line] * _SAMPLE_LINES,
    )
