"""The form of a draw plan: settings, and any number of groups with any number of levels, posted
whole (`core.views.rows`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.bounds import Bounds
from expertpool.core.criteria import canonical
from expertpool.core.criteria.forms import CriteriaField
from expertpool.core.text import HIDDEN, is_hidden
from expertpool.core.views.parts import Part
from expertpool.core.views.rows import Draft, Makers, RowKind, RowsForm, next_key
from expertpool.draws.models import DrawPlan
from expertpool.draws.occasions import INVITATION
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.services.plan import (
    SAME_NAME,
    GroupInput,
    PlanInput,
    bounds_now,
    named_twice,
)

SIGN_IN = (
    "本项目的适用制度规定全体到场签到后公开名单，这一项不用；只在以后改为按时间公开时才起作用。"
)
CONTRIBUTORS = (("operator", "经办人"), ("supervisor", "监督人"))


LEVEL = RowKind("level", {"criteria": ""}, ordered=False)
GROUP = RowKind(
    "group", {"name": "", "seats": "", "standby_seats": ""}, inside=LEVEL, titled="name"
)


def drafts_of(plan: DrawPlan) -> list[Draft]:
    """Return the saved groups; a new plan begins with one empty group."""
    return [_draft(key, group) for key, group in enumerate(groups_in(plan), 1)] or [GROUP.new()]


def groups_in(plan: DrawPlan) -> list[GroupInput]:
    """Return the saved groups as they would be entered."""
    return [
        GroupInput(
            group.name,
            group.seats,
            [level.criteria for level in group.levels.all()],
            group.standby_seats,
        )
        for group in (plan.groups.prefetch_related("levels") if plan.pk else [])
    ]


def with_groups(drafts: list[Draft], groups: Sequence[GroupInput]) -> list[Draft]:
    """Add ``groups`` of a template; they take the place of a page that is still empty."""
    if all(draft == GROUP.new(draft.key) for draft in drafts):
        drafts = []
    return [*drafts, *(_draft(key, group) for key, group in enumerate(groups, next_key(drafts)))]


def _draft(key: int, group: GroupInput) -> Draft:
    values = {
        "name": group.name,
        "seats": str(group.seats),
        "standby_seats": str(group.standby_seats or ""),
    }
    levels = [
        Draft(number, {"criteria": json.dumps(criteria, ensure_ascii=False)})
        for number, criteria in enumerate(group.levels, 1)
    ]
    return Draft(key, values, levels)


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
        help_text="先后由站点设置「邀请渠道的先后」规定。",
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regime = self.instance.project.regime
        now = timezone.now()
        if policy_for(regime, now=now).reveal_present:
            self.fields["reveal_hours"].help_text = SIGN_IN
        for name, bounds in bounds_now(regime, now=now).items():
            field = self.fields[name]
            # Alone: the width of the column would be told in other words.
            field.validators = [bounds]
            field.widget.attrs |= {"min": bounds.low, "max": bounds.high}

    def data_for_service(self) -> PlanInput:
        return PlanInput(**self.cleaned_data)


def _text(groups: Sequence[GroupInput]) -> str:
    return json.dumps([asdict(group) for group in groups], sort_keys=True)


class GroupForm(forms.Form):
    name = forms.CharField(
        label="组名", max_length=50, error_messages={"required": "请填写组名，如「技术」「经济」。"}
    )
    seats = forms.IntegerField(
        label="抽取人数",
        min_value=1,
        max_value=99,
        error_messages={"required": "请填写抽取人数。", **Bounds(1, 99).messages},
    )
    standby_seats = forms.IntegerField(
        label="候补人数",
        required=False,
        min_value=0,
        max_value=99,
        error_messages=Bounds(0, 99).messages,
        help_text="与评审专家一起抽出、同时邀请；本组有人不能参加时按次序递补。留空为不设候补。",
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if any(map(is_hidden, name)):
            raise forms.ValidationError(f"组名{HIDDEN}")
        return name


class LevelForm(forms.Form):
    def __init__(self, *args: Any, viewer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        criteria = CriteriaField(SUBJECT, label="条件", required=False)
        criteria.viewer = viewer
        self.fields["criteria"] = criteria


class GroupsForm(RowsForm):
    """All groups of the page."""

    def __init__(
        self, drafts: Sequence[Draft], *, user: User, data: QueryDict | None = None
    ) -> None:
        make: Makers = {GROUP.name: GroupForm, LEVEL.name: partial(LevelForm, viewer=user)}
        super().__init__(GROUP, drafts, make, data)

    def is_valid(self) -> bool:
        valid = super().is_valid()
        names = [row.form.cleaned_data.get("name", "") for row in self.rows] if valid else []
        for place in named_twice(names):
            self.rows[place].form.add_error("name", SAME_NAME.format(names[place]))
            valid = False
        return valid

    @property
    def fault(self) -> str:
        """The first thing that is wrong with a condition, and where; empty where all are right."""
        return next(
            (
                f"条件组「{row.form['name'].value() or row.number}」第 {level.number} 级次：{errors[0]}"
                for row in self.rows
                for level in row.inside
                if (errors := level.form.errors.get("criteria"))
            ),
            "",
        )

    def as_part(self, plan: DrawPlan) -> Part:
        """Return all groups as one thing that is edited: they are compared, and taken, together."""

        def take() -> None:
            self.data = None
            self.show(drafts_of(plan))

        return Part(
            name=GROUP.name,
            label="条件组",
            standing=_text(groups_in(plan)),
            posted=_text(self.data_for_service()) if self.data else "",
            take=take,
            mark=lambda: None,
        )

    def data_for_service(self) -> list[GroupInput]:
        return [
            GroupInput(
                row.form.cleaned_data["name"],
                row.form.cleaned_data["seats"],
                [canonical(level.form.cleaned_data["criteria"]) for level in row.inside],
                row.form.cleaned_data["standby_seats"] or 0,
            )
            for row in self.rows
        ]
