"""What upper apps know of each project, for its pages, its export and its statistics.

`PROJECT_MEASURES` are numbers, which are summed in statistics; `PROJECT_DETAILS` are texts, which
stand in the export alone; `PROJECT_MARKS` stand beside its state wherever that is shown. All are computed by the database, for all rows at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from expertpool.accounts.models import User
from expertpool.core.catalogue import Catalogue
from expertpool.projects.models import Project


@dataclass(frozen=True)
class Measure:
    """A number of each project. ``expression`` makes a subquery over ``OuterRef("pk")`` that may
    be empty (nought), of what its reader may be told, or, without one, whoever counts projects; given True, what the
    projects of a batch share counts at one of them, so that it may be added up. ``code`` becomes the name of the annotation. ``share_of`` names another
    number of which this is a part: statistics show the share as ``share_label``."""

    code: str
    label: str
    expression: Callable[[User | None, bool], Any]
    share_of: str = ""
    share_label: str = ""


@dataclass(frozen=True)
class Detail:
    """A text of each project. ``annotation`` makes, for a reader, what ``word`` turns into it; ``of`` names the
    fields of which it tells (`core.exporting.ExportColumn`)."""

    code: str
    label: str
    annotation: Callable[[User], Any]
    word: Callable[[Any], str]
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mark:
    """Something that is so of a project for now, ``label`` in ``tone``. ``condition`` makes an expression over
    ``OuterRef("pk")``; ``code`` becomes the name of the annotation. Anybody who sees the project sees it."""

    code: str
    label: str
    tone: str
    condition: Callable[[], Any]


PROJECT_MEASURES: Catalogue[Measure] = Catalogue("measure of projects")
PROJECT_DETAILS: Catalogue[Detail] = Catalogue("detail of projects")
PROJECT_MARKS: Catalogue[Mark] = Catalogue("mark of projects")


def with_measures(
    projects: QuerySet[Project], reader: User | None, *, once: bool = False
) -> QuerySet[Project]:
    """Annotate all registered numbers under their codes, as ``reader`` may read them, or, without one, whoever counts
    projects; ``once`` to add them up."""
    numbers = {one.code: Coalesce(one.expression(reader, once), 0) for one in PROJECT_MEASURES}
    return projects.annotate(**numbers)


def with_details(projects: QuerySet[Project], user: User) -> QuerySet[Project]:
    """Annotate all registered texts under their codes, as ``user`` may read them."""
    return projects.annotate(**{one.code: one.annotation(user) for one in PROJECT_DETAILS})


def with_marks(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Annotate all registered marks under their codes."""
    return projects.annotate(**{one.code: one.condition() for one in PROJECT_MARKS})
