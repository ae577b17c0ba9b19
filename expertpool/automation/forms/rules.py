"""The form of a rule: what it is about, its condition, and any number of actions, posted whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.automation.registry import EVENT_KINDS, RULE_ACTIONS, EventKind, RuleAction
from expertpool.automation.services.rules import ActionData, RuleData
from expertpool.core.criteria import AllOf, CriteriaField, canonical
from expertpool.core.views.rows import Draft, RowKind, RowsForm

WHOLE = "#rule-body"


def again(url: str) -> dict[str, str]:
    """Return the attributes of a control that asks for the rest of the page anew when it changes. Changed again
    before the answer, only the last counts: the control itself would be gone by the time it was asked for."""
    return {
        "hx-post": url,
        "hx-trigger": "change",
        "hx-target": WHOLE,
        "hx-swap": "outerHTML",
        "hx-sync": "closest form:replace",
        "hx-vals": '{"op": "look"}',
    }


def action_rows() -> RowKind:
    """Return what a row of an action holds: the fields of all actions, so that what was typed for one
    is there for another."""
    names = {
        name: ""
        for kind in EVENT_KINDS
        for action in RULE_ACTIONS
        if action.suits(kind)
        for name in action.fields(kind)
    }
    return RowKind("action", {"do": next(iter(RULE_ACTIONS.codes), ""), **names})


def drafts_of(actions: Sequence[Mapping[str, Any]]) -> list[Draft]:
    kind = action_rows()
    return [
        Draft(number, {**kind.blank, "do": one["action"], **one["values"]})
        for number, one in enumerate(actions, 1)
    ]


class RuleForm(forms.Form):
    name = forms.CharField(
        label="规则名称", max_length=60, help_text="如「项目审核通过后通知经办人」。"
    )
    purpose = forms.CharField(
        label="用途说明",
        max_length=300,
        help_text="为什么设这条规则，写入操作日志；需要确认的，确认人据此决定。",
    )
    event = forms.ChoiceField(label="事件")
    active = forms.BooleanField(label="启用", required=False, initial=True)

    def __init__(
        self, *args: Any, kind: EventKind, viewer: User, keeps: bool = True, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.kind = kind
        fields: Any = self.fields
        fields["event"].choices = [(one.code, one.label) for one in EVENT_KINDS]
        fields["event"].widget.attrs |= again(reverse("automation:rows"))
        # One condition a kind: what was built of the fields of one says nothing of another.
        condition = CriteriaField(
            kind.subject,
            keeps=keeps,
            label="并且符合",
            required=False,
            help_text="不设条件则每次都执行。",
        )
        condition.viewer = viewer
        self.fields[self.condition_name] = condition

    @property
    def condition_name(self) -> str:
        return f"condition-{self.kind.code.replace('.', '-')}"

    @property
    def condition(self) -> Any:
        return self[self.condition_name]

    def data_for_service(self, actions: Sequence[ActionData]) -> RuleData:
        values = self.cleaned_data
        return RuleData(
            name=values["name"],
            event=self.kind.code,
            purpose=values["purpose"],
            condition=canonical(values[self.condition_name] or AllOf()),
            active=values["active"],
            actions=actions,
        )


class ActionForm(forms.Form):
    """One action, with the fields of what is chosen in ``do``."""

    do = forms.ChoiceField(label="动作")

    def __init__(self, data: Any = None, *, kind: EventKind, viewer: User, **kw: Any) -> None:
        super().__init__(data, **kw)
        suiting = [one for one in RULE_ACTIONS if one.suits(kind) and _may(viewer, one)]
        fields: Any = self.fields
        fields["do"].choices = [(one.code, one.label) for one in suiting]
        fields["do"].widget.attrs |= again(reverse("automation:rows"))
        chosen = self.data.get(self.add_prefix("do")) or self.initial.get("do")
        self.action = next((one for one in suiting if one.code == chosen), suiting[0])
        self.fields |= dict(self.action.fields(kind))

    @property
    def more(self) -> list[Any]:
        """The fields of the action, as they are shown."""
        return [self[name] for name in self.fields if name != "do"]

    def data_for_service(self) -> ActionData:
        values = {name: str(value) for name, value in self.cleaned_data.items() if name != "do"}
        return ActionData(self.action.code, values)


def _may(viewer: User, action: RuleAction) -> bool:
    return not action.permission or viewer.has_permission(action.permission)


class ActionsForm(RowsForm):
    """All actions of the page."""

    def __init__(
        self,
        drafts: Sequence[Draft],
        *,
        kind: EventKind,
        viewer: User,
        data: QueryDict | None = None,
    ) -> None:
        rows = action_rows()
        make = partial(ActionForm, kind=kind, viewer=viewer)
        super().__init__(rows, drafts, {rows.name: make}, data)

    def data_for_service(self) -> list[ActionData]:
        return [row.form.data_for_service() for row in self.rows]


def kind_posted(data: QueryDict) -> EventKind:
    """Return the event that was chosen; the first where none was."""
    return EVENT_KINDS.get(data.get("event", "")) or next(iter(EVENT_KINDS))


def initial_of(stored: Mapping[str, Any], kind: EventKind) -> dict[str, Any]:
    """Return what the form of a stored rule holds."""
    name = f"condition-{kind.code.replace('.', '-')}"
    common = {one: stored[one] for one in ("name", "purpose", "event", "active")}
    return common | {name: json.dumps(stored["condition"], ensure_ascii=False)}
