"""The papers that customers may have in a form of their own: each is declared by its app.

A paper knows what its templates may use and what to start from. What is filled in, and who may
read it, only its app knows: it asks `queries.template_for`, then `services.fill_paper`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from expertpool.core.catalogue import Catalogue
from expertpool.core.placeholders import Vocabulary


@dataclass(frozen=True)
class Paper:
    """``code`` is stored with each template. ``starter`` returns the built-in form, an .xlsx
    template to be changed and uploaded. Names are only ever added to ``vocabulary``: templates that
    are in use hold the old ones. ``order``: as papers follow one another in a project."""

    code: str
    label: str
    vocabulary: Vocabulary
    starter: Callable[[], bytes]
    order: int = 10


PAPERS: Catalogue[Paper] = Catalogue("paper", order=lambda paper: paper.order)
