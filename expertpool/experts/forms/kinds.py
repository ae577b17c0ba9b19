"""The record of an expert as one of the other kind."""

from __future__ import annotations

from typing import Any

from django import forms

from expertpool.accounts.models import User
from expertpool.experts.enums import ExpertKind
from expertpool.experts.fields import EXPERT
from expertpool.experts.forms.profile import ExpertForm
from expertpool.experts.models import Expert
from expertpool.experts.services.kinds import MOST_REASON, only_of, other_kind

REASON = "reason"


class KindForm(ExpertForm):
    """All that a record of ``kind`` holds, filled with what the two kinds have in common, and why."""

    def __init__(
        self, data: Any = None, files: Any = None, *, user: User, kind: str, expert: Expert
    ) -> None:
        super().__init__(data, files, user=user, kind=kind, expert=expert)
        self.fields[REASON] = forms.CharField(
            label="更改原因",
            max_length=MOST_REASON,
            help_text=_emptied(expert, kind),
            error_messages={"required": "请填写更改原因。"},
        )
        self.sections.append(("更改类别", [REASON]))
        self.wide.add(REASON)

    def _initial(self) -> dict[str, Any]:
        initial, expert = super()._initial(), self.expert
        employer = expert.employer if expert else None
        # A unit is its own employer; of a person only he knows whether it is his.
        is_unit = employer is not None and expert is not None and employer.name == expert.name
        if self.kind == ExpertKind.INDIVIDUAL and is_unit:
            initial["employer_name"] = initial["employer_uscc"] = ""
        elif self.kind == ExpertKind.ORGANISATION and not is_unit:
            initial["employer_uscc"] = ""
        return initial


def _emptied(expert: Expert, kind: str) -> str:
    """Say what of the record goes with its kind."""
    held, labels = EXPERT.version_of(expert), EXPERT.labels()
    gone = [
        labels[code]
        for code, empty in only_of(other_kind(kind)).items()
        if held.get(code) and getattr(expert, code) != empty
    ]
    told = f"{'、'.join(gone)}将清除，" if gone else ""
    return f"{told}更改前的内容在“历史变更”中可以查看。"
