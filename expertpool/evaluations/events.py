"""Facts about ratings, once everybody whom they concern may know them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ExpertCautioned:
    """Two persons gave an expert a caution."""

    sanction_id: int


@dataclass(frozen=True)
class EvaluationClosed:
    """The time for rating a project is over; its ratings may be read by those whom they are about."""

    evaluation_id: int
