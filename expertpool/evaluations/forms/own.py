"""What an expert says of who organised a review, and against what was said of him."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.forms.rating import NEEDED, comment_field, score_field
from expertpool.evaluations.models import LONGEST, RatingForm


class OrganiserForm(forms.Form):
    wide: ClassVar = {"comment"}

    def __init__(self, data: Any = None, *, form: RatingForm) -> None:
        super().__init__(data)
        self.form = form
        for at, dimension in enumerate(form.asked):
            self.fields[f"d{at}"] = score_field(form, dimension)
            self.fields[f"d{at}"].required = True
            self.fields[f"d{at}"].error_messages["required"] = NEEDED
        self.fields["comment"] = comment_field()

    @property
    def scores(self) -> dict[str, int]:
        return {one.name: self.cleaned_data[f"d{at}"] for at, one in enumerate(self.form.asked)}


class ObjectionForm(forms.Form):
    text = forms.CharField(
        label="哪里与事实不符",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 5}),
        help_text="每份评价只能申诉一次；只有答复的人看得到。",
    )


class AnswerForm(forms.Form):
    uphold = forms.ChoiceField(
        label="结果",
        choices=[("no", "维持原评价"), ("yes", "撤销这份评价，不再计入")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择维持还是撤销。"},
    )
    answer = forms.CharField(
        label="答复",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
        help_text="用站内消息、邮件和短信告诉专家。",
    )
    wide: ClassVar = {"answer"}


class CautionAnswerForm(AnswerForm):
    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        uphold: Any = self.fields["uphold"]
        uphold.choices = [("no", "维持警告"), ("yes", "撤销警告，不再计入")]


class SanctionForm(forms.Form):
    kind = forms.ChoiceField(
        label="处理",
        choices=SanctionKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择。"},
    )
    reason = forms.CharField(
        label="原因",
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        help_text="写明依据；确认后专家本人看得到，可以申诉一次。",
    )
    wide: ClassVar = {"reason"}
