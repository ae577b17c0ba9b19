"""What is entered in a practice draw: how many are to be drawn, and the values of who contributes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django import forms

from expertpool.core.bounds import Bounds
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from expertpool.draws.exceptions import ContributionRefused
from expertpool.draws.forms.draw import ContributionForm
from expertpool.draws.queries.given import check_readable
from expertpool.draws.services.practice_pool import MOST_SEATS, SPECIALTIES

SEATS = Bounds(1, MOST_SEATS, f"正选人数请填 1 至 {MOST_SEATS}：演练里每个专业只有十位虚构的专家。")


class PracticeForm(forms.Form):
    seats = forms.IntegerField(
        label="正选人数",
        initial=3,
        min_value=SEATS.low,
        max_value=SEATS.high,
        help_text=f"1 至 {MOST_SEATS} 人。",
        error_messages=SEATS.messages
        | {"required": "请填写正选人数。", "invalid": "正选人数请填整数，如 3。"},
    )
    specialty = forms.ChoiceField(
        label="专业",
        choices=[(name, name) for name in SPECIALTIES],
        error_messages={
            "required": "请选择专业。",
            "invalid_choice": "没有这个专业，请重新选择。",
        },
    )


class PracticeValuesForm(forms.Form):
    """The values of all who contribute, which the one who practises gives in the place of both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role, label in CONTRIBUTOR_LABEL.items():
            field = deepcopy(ContributionForm.base_fields["value"])
            field.label = f"{label}的随机值"
            self.fields[role] = field

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for role in CONTRIBUTOR_LABEL:
            if role in values:
                try:
                    check_readable(values[role])
                except ContributionRefused as error:
                    self.add_error(role, str(error))
        return values

    @property
    def values(self) -> list[str]:
        """What was given, in the order in which it counts."""
        return [self.cleaned_data[role] for role in CONTRIBUTOR_LABEL]
