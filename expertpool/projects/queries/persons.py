"""Whom a project avoids, as somebody may read it; and whether the expert whose number is avoided is one: apps above that
know experts say it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from expertpool.accounts.models import User
from expertpool.core.catalogue import Catalogue
from expertpool.core.text import clean_code
from expertpool.projects.models import Avoidance, Project


@dataclass(frozen=True)
class NumberCheck:
    """``why_not(number, name, user)`` says to ``user`` why no expert called ``name`` (of any name, where it is
    empty) is avoided by ``number``, as a sentence; nothing where one is, or ``user`` may not know."""

    code: str
    why_not: Callable[[str, str, User], str]


NUMBER_CHECKS: Catalogue[NumberCheck] = Catalogue("number check")


def folded_number(number: str) -> str:
    """Return ``number``, as anybody may have typed it, in the form in which records have theirs."""
    return "".join(clean_code(number).upper().split())


def why_not_number(number: str, name: str, user: User) -> str:
    """Return why nobody would be avoided by ``number`` beside ``name``, as a sentence for ``user``."""
    found = (check.why_not(number, name, user) for check in NUMBER_CHECKS)
    return next(filter(None, found), "")


def avoidances_for(user: User, project: Project) -> list[tuple[Avoidance, str]]:
    """Return what ``project`` avoids, each with its words for ``user``."""
    return [(one, one.target_for(user)) for one in project.avoidances.select_related("unit")]
