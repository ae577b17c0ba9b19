"""The form of a draw plan: settings, and any number of groups with any number of levels.

The page keeps no state: each button posts the whole form, `changed` does what the button says to
the posted drafts, and the page is rendered anew from them. Only saving validates.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from expertpool.accounts.models import User
from expertpool.core.criteria import canonical
from expertpool.core.criteria.forms import CriteriaField
from expertpool.draws.models import DrawPlan
from expertpool.draws.occasions import INVITATION
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.services.plan import GroupInput, PlanInput

CONTRIBUTORS = (("operator", "经办人"), ("supervisor", "监督人"))


@dataclass
class LevelDraft:
    """The conditions of one level as they stand in the page: JSON text."""

    key: int
    criteria: str = ""


@dataclass
class GroupDraft:
    """One group as it stands in the page; ``key`` only tells the inputs apart."""

    key: int
    name: str = ""
    seats: str = ""
    levels: list[LevelDraft] = field(default_factory=lambda: [LevelDraft(1)])
    standby_seats: str = ""


def drafts_of(plan: DrawPlan) -> list[GroupDraft]:
    """Return the saved groups; a new plan begins with one empty group."""
    groups = plan.groups.prefetch_related("levels") if plan.pk else []
    drafts = [
        GroupDraft(
            group.order,
            group.name,
            str(group.seats),
            [
                LevelDraft(level.level, json.dumps(level.criteria, ensure_ascii=False))
                for level in group.levels.all()
            ],
            str(group.standby_seats or ""),
        )
        for group in groups
    ]
    return drafts or [GroupDraft(1)]


def drafts_in(data: QueryDict) -> list[GroupDraft]:
    """Return the groups as they were posted, complete or not."""
    return [
        GroupDraft(
            key,
            data.get(f"g{key}-name", ""),
            data.get(f"g{key}-seats", ""),
            [
                LevelDraft(level, data.get(f"g{key}-l{level}-criteria", ""))
                for level in _keys(data, f"g{key}-level")
            ],
            data.get(f"g{key}-standby_seats", ""),
        )
        for key in _keys(data, "group")
    ]


def _keys(data: QueryDict, name: str) -> list[int]:
    return [int(key) for key in dict.fromkeys(data.getlist(name)) if key.isdecimal()]


def changed(drafts: list[GroupDraft], operation: str) -> list[GroupDraft]:
    """Do what a button says ("add_group", "up:2", "copy_level:2:1" …); unknown words do nothing."""
    name, *keys = operation.split(":")
    numbers = [int(key) for key in keys if key.isdecimal()]
    if name == "add_group":
        return [*drafts, GroupDraft(_next(drafts))]
    at = next((at for at, draft in enumerate(drafts) if draft.key in numbers[:1]), None)
    if at is None:
        return drafts
    if name in GROUP_OPERATIONS:
        return GROUP_OPERATIONS[name](drafts, at)
    if name in LEVEL_OPERATIONS:
        drafts[at].levels = LEVEL_OPERATIONS[name](drafts[at].levels, numbers[-1])
    return drafts


def with_groups(drafts: list[GroupDraft], groups: Sequence[GroupInput]) -> list[GroupDraft]:
    """Add ``groups`` of a template; they take the place of a page that is still empty."""
    if all(draft == GroupDraft(draft.key) for draft in drafts):
        drafts = []
    first = _next(drafts)
    return [
        *drafts,
        *(
            GroupDraft(
                key,
                group.name,
                str(group.seats),
                [
                    LevelDraft(number, json.dumps(criteria, ensure_ascii=False))
                    for number, criteria in enumerate(group.levels, 1)
                ],
                str(group.standby_seats or ""),
            )
            for key, group in enumerate(groups, first)
        ),
    ]


def _next(rows: list[Any]) -> int:
    return max((row.key for row in rows), default=0) + 1


def _remove_group(drafts: list[GroupDraft], at: int) -> list[GroupDraft]:
    return [*drafts[:at], *drafts[at + 1 :]] or [GroupDraft(1)]


def _up(drafts: list[GroupDraft], at: int) -> list[GroupDraft]:
    if at > 0:
        drafts[at - 1], drafts[at] = drafts[at], drafts[at - 1]
    return drafts


def _down(drafts: list[GroupDraft], at: int) -> list[GroupDraft]:
    return _up(drafts, at + 1) if at + 1 < len(drafts) else drafts


def _copy_group(drafts: list[GroupDraft], at: int) -> list[GroupDraft]:
    source = drafts[at]
    levels = [LevelDraft(level.key, level.criteria) for level in source.levels]
    name = f"{source.name}（副本）"
    copy = GroupDraft(_next(drafts), name, source.seats, levels, source.standby_seats)
    return [*drafts[: at + 1], copy, *drafts[at + 1 :]]


def _add_level(levels: list[LevelDraft], _key: int) -> list[LevelDraft]:
    return [*levels, LevelDraft(_next(levels))]


def _copy_level(levels: list[LevelDraft], key: int) -> list[LevelDraft]:
    source = next((level for level in levels if level.key == key), LevelDraft(0))
    return [*levels, LevelDraft(_next(levels), source.criteria)]


def _remove_level(levels: list[LevelDraft], key: int) -> list[LevelDraft]:
    return [level for level in levels if level.key != key] or [LevelDraft(1)]


GROUP_OPERATIONS: dict[str, Callable[[list[GroupDraft], int], list[GroupDraft]]] = {
    "remove_group": _remove_group,
    "copy_group": _copy_group,
    "up": _up,
    "down": _down,
}
LEVEL_OPERATIONS: dict[str, Callable[[list[LevelDraft], int], list[LevelDraft]]] = {
    "add_level": _add_level,
    "copy_level": _copy_level,
    "remove_level": _remove_level,
}


class SettingsForm(forms.ModelForm):
    """The settings of a plan."""

    sections: ClassVar = [
        ("抽取限制", ["unit_cap", "frequency_cap", "frequency_days"]),
        ("随机值", ["contributors"]),
        ("邀请与名单", ["reply_minutes", "leave_hours", "reveal_hours", "channels"]),
    ]
    contributors = forms.MultipleChoiceField(
        label="随机值提供人",
        choices=CONTRIBUTORS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="勾选的人在封存后各用自己的账号提供一个随机值，任何一方都不能预知结果；都不勾选则封存后立即抽取。",
    )
    channels = forms.MultipleChoiceField(
        label="邀请渠道",
        choices=[(channel.value, channel.label) for channel in INVITATION.channels],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一种邀请渠道。"},
    )

    class Meta:
        model = DrawPlan
        fields = (
            "unit_cap",
            "frequency_cap",
            "frequency_days",
            "contributors",
            "reply_minutes",
            "leave_hours",
            "reveal_hours",
            "channels",
        )
        help_texts: ClassVar = {
            "unit_cap": "留空表示不限。",
            "frequency_cap": "评审前「统计天数」内已同意这么多次的专家不再抽取；留空表示不限。",
            "reply_minutes": "从发出邀请起算，逾期未答复自动补抽。",
        }

    def data_for_service(self) -> PlanInput:
        return PlanInput(**self.cleaned_data)

    def refuse(self, error: ValidationError) -> None:
        """Show what the service refuses at the fields of this form that it is about."""
        told = error.message_dict if hasattr(error, "error_dict") else {}
        if told.keys() <= self.fields.keys() and told:
            self.add_error(None, error)
        else:
            self.add_error(None, error.messages)


class GroupForm(forms.Form):
    name = forms.CharField(
        label="组名", max_length=50, error_messages={"required": "请填写组名，如「技术」「经济」。"}
    )
    seats = forms.IntegerField(
        label="抽取人数",
        min_value=1,
        max_value=99,
        error_messages={"required": "请填写抽取人数。"},
    )
    standby_seats = forms.IntegerField(
        label="候补人数",
        required=False,
        min_value=0,
        max_value=99,
        help_text="与评审专家一起抽出、同时邀请；本组有人不能参加时按次序递补。留空为不设候补。",
    )


class LevelForm(forms.Form):
    criteria = CriteriaField(SUBJECT, label="条件", required=False)


@dataclass
class LevelRow:
    key: int
    number: int
    form: LevelForm


@dataclass
class GroupRow:
    key: int
    number: int
    form: GroupForm
    levels: list[LevelRow]

    @property
    def title(self) -> str:
        """What it lacks, where name and number stand fixed."""
        return f"{self.form['name'].value()}　缺 {self.form['seats'].value()} 人"


class GroupsForm:
    """All groups of the page. Bound to ``data`` it validates, otherwise it shows ``drafts``."""

    def __init__(
        self, drafts: list[GroupDraft], *, user: User, data: QueryDict | None = None
    ) -> None:
        self.rows = [
            GroupRow(
                draft.key,
                number,
                GroupForm(
                    data,
                    prefix=f"g{draft.key}",
                    initial={
                        "name": draft.name,
                        "seats": draft.seats,
                        "standby_seats": draft.standby_seats,
                    },
                ),
                [
                    LevelRow(level.key, place, _level_form(draft, level, user, data))
                    for place, level in enumerate(draft.levels, 1)
                ],
            )
            for number, draft in enumerate(drafts, 1)
        ]

    def is_valid(self) -> bool:
        # a list, not a generator: every form is asked, so that all faults show at once
        valid = [
            form.is_valid()
            for row in self.rows
            for form in (row.form, *(level.form for level in row.levels))
        ]
        return bool(valid) and all(valid)

    def data_for_service(self) -> list[GroupInput]:
        return [
            GroupInput(
                row.form.cleaned_data["name"],
                row.form.cleaned_data["seats"],
                [canonical(level.form.cleaned_data["criteria"]) for level in row.levels],
                row.form.cleaned_data["standby_seats"] or 0,
            )
            for row in self.rows
        ]


def _level_form(
    draft: GroupDraft, level: LevelDraft, user: User, data: QueryDict | None
) -> LevelForm:
    form = LevelForm(
        data, prefix=f"g{draft.key}-l{level.key}", initial={"criteria": level.criteria}
    )
    criteria: Any = form.fields["criteria"]
    criteria.viewer = user
    return form
