from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from expertpool.core.bounds import ORDER
from expertpool.core.subjects import SUBJECTS
from expertpool.core.views.asking import AsksOnce
from expertpool.customforms.models import CustomField

RETIRE = "停用后不能再启用：表单、导入、筛选和抽取条件中不再有它，已有的内容仍保留。确定停用的，请再保存一次。"


class CustomFieldForm(AsksOnce, forms.ModelForm):
    """A field; what cannot change any more is not typed again, and a retired one is read. That it will be for
    ever is asked before one is retired."""

    options = forms.CharField(
        label="选项",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="单选和多选用，每行一个。",
    )

    order = ORDER.number(label="次序")

    is_read = False  # nothing is saved by it

    class Meta:
        model = CustomField
        fields = (
            *("subject", "label", "kind", "options", "required", "help"),
            *("in_application", "order", "active"),
        )
        help_texts: ClassVar = {"in_application": "只对专家：申请入库的人也填写这一项。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        self.initial["options"] = "\n".join(self.instance.options)
        if self.instance.pk:
            # Records hold values of the kind, under the subject's code.
            del fields["subject"], fields["kind"]
            fields["active"].help_text = "停用后不再填写，已有的内容仍保留；停用后不能再启用。"
            if not self.instance.active:
                self.is_read = True
                fields["active"].help_text = "已停用，只能查看；需要时请新增一个字段。"
                for one in fields.values():
                    one.disabled = True
        else:
            del fields["active"]
            fields["subject"] = forms.ChoiceField(
                label="对象", choices=[(one.code, one.label) for one in SUBJECTS]
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.is_read:
            raise ValidationError("字段已停用，不能再修改；需要时请新增一个字段。")
        if self.instance.pk and self.initial["active"] and data.get("active") is False:
            self.ask_once("active", "retire", RETIRE)
        return data

    def clean_options(self) -> list[str]:
        return str(self.cleaned_data["options"]).splitlines()
