"""Who may see and change the files of a subject: apps register it in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Check = Callable[[Any, str], bool]  # (user, subject id) -> allowed


@dataclass(frozen=True)
class Policy:
    may_view: Check
    may_edit: Check


def _nobody(user: Any, subject_id: str) -> bool:
    return False


_policies: dict[str, Policy] = {}
_NOBODY = Policy(_nobody, _nobody)


def register_subject(subject_type: str, *, may_view: Check, may_edit: Check) -> None:
    """Let subjects of ``subject_type`` (``projects.project``) have files."""
    _policies[subject_type] = Policy(may_view, may_edit)


def policy_for(subject_type: str) -> Policy:
    """Return the policy of a type; of one that nobody registered nobody may see a file."""
    return _policies.get(subject_type, _NOBODY)
