"""What experts announces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ExpertApproved:
    """Some are members of the pool now, by whatever way but an import: approved, entered as such, or
    ``back`` in it."""

    expert_ids: tuple[int, ...]
    back: bool = False


@dataclass(frozen=True)
class ExpertLeft:
    """Somebody who could be drawn is no member of the pool any more: frozen, blacklisted, deleted."""

    expert_id: int


@dataclass(frozen=True)
class ExpertChanged:
    """A version of somebody's record was kept: these of its fields (codes) read otherwise now."""

    expert_id: int
    version_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ExpertsChanged:
    """The same of many at once: ``versions`` by expert. Whoever follows `ExpertChanged` follows this."""

    versions: Mapping[int, int]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class TiesChanged:
    """Somebody works for another unit than before, or a relation of his was filed."""

    expert_id: int


@dataclass(frozen=True)
class LeaveFiled:
    """A leave was filed for somebody, by whomever."""

    expert_id: int
    leave_id: int


@dataclass(frozen=True)
class LeaveEnded:
    """A leave ended early, as others may know."""

    expert_id: int
    leave_id: int


@dataclass(frozen=True)
class ExpertEntered:
    """A record was made for somebody, by whatever way but an import; whether he is a member, it says."""

    expert_id: int


@dataclass(frozen=True)
class ExpertsImported:
    """A table was imported: so many came into the pool."""

    count: int


@dataclass(frozen=True)
class StatusChanged:
    """Where some stand is another than ``before``, by the act ``action`` (a code of the log)."""

    expert_ids: tuple[int, ...]
    action: str
    before: str
    after: str


@dataclass(frozen=True)
class ExpertsMerged:
    """The record ``closed_id`` was closed as merged into ``kept_id``."""

    closed_id: int
    kept_id: int
