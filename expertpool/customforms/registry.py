"""Who depends on custom fields: upper apps declare what names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class FieldUse:
    """``running`` returns the names of what is under way and names the field (subject, code);
    ``ever``, of whatever named one of the options, also when it has long ended."""

    code: str
    running: Callable[[str, str], Sequence[str]]
    ever: Callable[[str, str, Sequence[str]], Sequence[str]]


FIELD_USES: Catalogue[FieldUse] = Catalogue("use of custom fields")


def running_uses(subject: str, code: str) -> list[str]:
    return [name for use in FIELD_USES for name in use.running(subject, code)]


def past_uses(subject: str, code: str, options: Sequence[str]) -> list[str]:
    return [name for use in FIELD_USES for name in use.ever(subject, code, options)]
