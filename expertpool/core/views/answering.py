"""The form by which the office answers a request (`core.answers`)."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

LONGEST = 500  # characters


class AnswerForm(forms.Form):
    """Yes or no, and the words that whoever asked gets; ``more`` tells who answers what these have to say."""

    agree = forms.ChoiceField(
        label="结果",
        choices=[("yes", "同意"), ("no", "不同意")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择同意或不同意。"},
    )
    answer = forms.CharField(
        label="答复",
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 4}),
    )
    wide: ClassVar = {"answer"}

    def __init__(self, *args: Any, more: str = "") -> None:
        super().__init__(*args)
        said = ("用站内消息、邮件和短信告诉专家", more)
        self.fields["answer"].help_text = "；".join(filter(None, said)) + "。"

    @property
    def is_agreed(self) -> bool:
        return bool(self.cleaned_data["agree"] == "yes")
