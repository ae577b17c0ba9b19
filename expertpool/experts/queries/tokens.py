"""How text is cut into search tokens; the same for what is kept and what is typed. Specialties
stand among them by their ids, so that one index answers for both."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Q, Value

MOST_CHARS = 8  # of a token
_RUNS = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")


def text_tokens(text: str) -> set[str]:
    """Return the tokens kept of ``text``: of Chinese runs each character and each pair, of Latin
    runs the beginnings."""
    tokens: set[str] = set()
    for run in _RUNS.findall(text.lower()):
        if run.isascii():
            tokens.update(run[:end] for end in range(1, min(len(run), MOST_CHARS) + 1))
        else:
            tokens.update(run)
            tokens.update(run[at : at + 2] for at in range(len(run) - 1))
    return tokens


def specialty_token(pk: int) -> str:
    """Return the token of whoever holds the specialty ``pk``; no text has one like it."""
    return f"#{pk}"


def keyword_tokens(keyword: str) -> list[str]:
    """Return the tokens that a text must have to contain ``keyword``."""
    tokens: set[str] = set()
    for run in _RUNS.findall(keyword.lower()):
        if run.isascii():
            tokens.add(run[:MOST_CHARS])
        elif len(run) == 1:
            tokens.add(run)
        else:
            tokens.update(run[at : at + 2] for at in range(len(run) - 1))
    return sorted(tokens)


def holding_one_of(specialties: Iterable[int]) -> Q:
    """Who holds one of ``specialties`` (ids), by the tokens: as one value, since a branch has hundreds of them."""
    tokens = [specialty_token(pk) for pk in specialties]
    among = Value(tokens, output_field=ArrayField(CharField(max_length=MOST_CHARS)))
    return Q(search_tokens__overlap=among)
