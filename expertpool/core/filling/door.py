"""The door: templates are what customers send, so they are read in the child alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from expertpool.core.filling.findings import TemplateRefused
from expertpool.core.placeholders import Placeholder, Value, Vocabulary
from expertpool.core.reading.apart import Reading, answer
from expertpool.core.reading.messages import Refused

_CHECK, _FILL, _SAMPLE = Reading("template"), Reading("filled"), Reading("sample")


def check_template(content: bytes, vocabulary: Vocabulary) -> str:
    """Return ``xlsx`` or ``docx`` when ``content`` is a template that can be filled.

    Raises TemplateRefused, which names everything that is wrong and where: unknown placeholders,
    macros, links to other files, too much content, a file that is damaged.
    """
    found: str = _ask(
        _CHECK,
        content,
        fields=_samples(vocabulary.fields),
        columns=_samples(vocabulary.columns),
        required=vocabulary.required,
    )
    return found


def fill_template(
    content: bytes,
    vocabulary: Vocabulary,
    *,
    values: Mapping[str, Value],
    lines: Sequence[Mapping[str, Value]],
) -> bytes:
    """Return a checked template with ``values`` and, in rows that repeat, ``lines`` in it.

    Every name of ``vocabulary`` has a value (KeyError names one that has none). Values are text,
    never markup or formulas. Raises TemplateRefused for one that cannot be filled.
    """
    found: bytes = _ask(
        _FILL,
        content,
        values={one.name: values[one.name] for one in vocabulary.fields},
        lines=lines,
        line_names=[one.name for one in vocabulary.columns],
    )
    return found


def sample_of(content: bytes, vocabulary: Vocabulary) -> bytes:
    """Return a checked template filled with the samples of its placeholders."""
    fields, columns = _samples(vocabulary.fields), _samples(vocabulary.columns)
    found: bytes = _ask(_SAMPLE, content, fields=fields, columns=columns)
    return found


def _ask(reading: Reading, content: bytes, **request: Any) -> Any:
    try:
        return answer(reading, content, **request)
    except Refused as refused:
        raise TemplateRefused(*refused.problems) from None


def _samples(placeholders: Iterable[Placeholder]) -> dict[str, Value]:
    return {one.name: one.sample for one in placeholders}
