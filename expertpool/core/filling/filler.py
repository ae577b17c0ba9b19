"""Check a template once, when it is uploaded; fill it as often as it is needed. Runs in the child."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO

from expertpool.core.filling.excel import check_excel, fill_excel
from expertpool.core.filling.findings import Filling, Findings, TemplateRefused
from expertpool.core.filling.markup import BROKEN
from expertpool.core.filling.package import MAX_SIZE, Package
from expertpool.core.filling.word import check_word, fill_word
from expertpool.core.placeholders import Placeholder, Value, Vocabulary

Named = Mapping[str, Value]
_CHECK = {"xlsx": check_excel, "docx": check_word}
_FILL = {"xlsx": fill_excel, "docx": fill_word}
_SAMPLE_LINES = 3


def check(file: IO[bytes], *, fields: Named, columns: Named, required: Sequence[str]) -> str:
    """Return ``xlsx`` or ``docx`` when ``file`` is a template that can be filled.

    ``fields`` and ``columns`` are those of a `Vocabulary`: names with their samples.
    """
    content = file.read(MAX_SIZE + 1)  # one byte more tells that it is too large
    package = Package(content)
    findings = Findings(_vocabulary(fields, columns, required))
    try:
        _CHECK[package.kind](package, findings)
        findings.refuse()
        # What cannot be filled is found now, rather than on the day of the draw.
        _filled(content, values=fields, lines=[columns] * _SAMPLE_LINES, line_names=columns)
    except (LookupError, ValueError, AttributeError) as error:  # as no office program writes it
        raise TemplateRefused(BROKEN) from error
    return package.kind


def fill(
    file: IO[bytes], *, values: Named, lines: Sequence[Named], line_names: Sequence[str]
) -> bytes:
    """Return a checked template with ``values`` and, in rows that repeat, ``lines`` in it."""
    return _filled(file.read(), values=values, lines=lines, line_names=line_names)


def sample(file: IO[bytes], *, fields: Named, columns: Named) -> bytes:
    """Return a checked template filled with the samples of its placeholders."""
    lines = [columns] * _SAMPLE_LINES
    return _filled(file.read(), values=fields, lines=lines, line_names=columns)


def _filled(
    content: bytes, *, values: Named, lines: Sequence[Named], line_names: Sequence[str] | Named
) -> bytes:
    package = Package(content)
    _FILL[package.kind](package, Filling(values, lines, frozenset(line_names)))
    return package.to_bytes()


def _vocabulary(fields: Named, columns: Named, required: Sequence[str]) -> Vocabulary:
    return Vocabulary(
        fields=tuple(Placeholder(name, value) for name, value in fields.items()),
        columns=tuple(Placeholder(name, value) for name, value in columns.items()),
        required=tuple(required),
    )
