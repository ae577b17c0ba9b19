"""Who may see and change the files of a subject: apps register it in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Check = Callable[[Any, str], bool]  # (user, subject id) -> allowed
Closed = Callable[[str], str]  # subject id -> why its files may not change, or nothing
Address = Callable[[Any, str], str]  # (user, subject id) -> a URL, or nothing for who may not


def _nobody(user: Any, subject_id: str) -> bool:
    return False


def _open(subject_id: str) -> str:
    return ""


def _nowhere(user: Any, subject_id: str) -> str:
    return ""


@dataclass(frozen=True)
class Policy:
    """``closed`` is asked by the services inside their transaction. ``evidence`` names the kinds
    of files that prove something, with their labels: only services store them, and they are not
    removed like others. ``bulk_url`` is where ticked files are posted to be removed."""

    may_view: Check
    may_edit: Check
    closed: Closed = _open
    evidence: Mapping[str, str] = field(default_factory=dict)
    bulk_url: Address = _nowhere


_policies: dict[str, Policy] = {}
_NOBODY = Policy(_nobody, _nobody)


def register_subject(
    subject_type: str,
    *,
    may_view: Check,
    may_edit: Check,
    closed: Closed = _open,
    evidence: Mapping[str, str] | None = None,
    bulk_url: Address = _nowhere,
) -> None:
    """Let subjects of ``subject_type`` (``projects.project``) have files."""
    _policies[subject_type] = Policy(may_view, may_edit, closed, evidence or {}, bulk_url)


def policy_for(subject_type: str) -> Policy:
    """Return the policy of a type; of one that nobody registered nobody may see a file."""
    return _policies.get(subject_type, _NOBODY)
