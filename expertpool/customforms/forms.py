from __future__ import annotations

from typing import Any

from django import forms

from expertpool.core.subjects import SUBJECTS
from expertpool.customforms.models import CustomField


class CustomFieldForm(forms.ModelForm):
    """A field; what cannot change any more is not typed again."""

    options = forms.CharField(
        label="选项",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="单选和多选用，每行一个。",
    )

    class Meta:
        model = CustomField
        fields = ("subject", "label", "kind", "options", "required", "help", "order", "active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        self.initial["options"] = "\n".join(self.instance.options)
        if self.instance.pk:
            # Records hold values of the kind, under the subject's code.
            del fields["subject"], fields["kind"]
            fields["active"].help_text = "停用后不再填写，已有的内容仍保留；停用后不能再启用。"
        else:
            del fields["active"]
            fields["subject"] = forms.ChoiceField(
                label="对象", choices=[(one.code, one.label) for one in SUBJECTS]
            )

    def clean_options(self) -> list[str]:
        return str(self.cleaned_data["options"]).splitlines()
