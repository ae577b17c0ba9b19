"""The papers that customers may have in a form of their own: each is registered by its app.

A paper knows what its templates may use and what to start from. What is filled in, and who may
read it, only its app knows: it asks `queries.template_for`, then `services.fill_paper`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from expertpool.core.documents.filling import Catalogue


@dataclass(frozen=True)
class Paper:
    """``starter`` returns the built-in form, an .xlsx template to be changed and uploaded."""

    code: str
    label: str
    catalogue: Catalogue
    starter: Callable[[], bytes]


_papers: dict[str, Paper] = {}


def register_paper(
    code: str, label: str, catalogue: Catalogue, starter: Callable[[], bytes]
) -> None:
    """Let customers upload templates of a paper, in ``apps.ready()``.

    ``code`` is stored with each template. Names are only ever added to ``catalogue``: templates
    that are in use hold the old ones. Raises ValueError for a code that is taken.
    """
    if code in _papers:
        raise ValueError(f"Paper {code} is registered already.")
    _papers[code] = Paper(code, label, catalogue, starter)


def all_papers() -> tuple[Paper, ...]:
    """Return all papers in the order in which they were registered."""
    return tuple(_papers.values())


def get_paper(code: str) -> Paper:
    """Return the paper with this code; raises KeyError when there is none."""
    return _papers[code]
