from __future__ import annotations

from typing import Any

from django import forms

from expertpool.accounts.queries import active_departments
from expertpool.experts.enums import SharingMode

CHOICES = [
    ("", "按上级部门的规则（都没有设置的，共享给全部部门）"),
    (SharingMode.ALL.value, "全部部门"),
    (SharingMode.CHOSEN.value, "指定部门（含下级）"),
    (SharingMode.NONE.value, "不共享，只有本部门及上下级可以抽取"),
]


class DepartmentsField(forms.ModelMultipleChoiceField):
    """Departments, as their tree is read."""

    def label_from_instance(self, obj: Any) -> str:
        # Full-width blanks are all by which an option of a select can show a tree.
        return "　" * (obj.path.count("/") - 1) + str(obj)


class SharingForm(forms.Form):
    """Whose projects may draw the experts of a department."""

    mode = forms.ChoiceField(
        label="哪些部门的项目可以抽取",
        choices=CHOICES,
        required=False,
        widget=forms.RadioSelect,
    )
    borrowers = DepartmentsField(
        active_departments(),
        label="指定部门",
        required=False,
        help_text="选“指定部门”时填写，下级部门一并可以抽取；改选其他的，名单留着，不起作用。",
    )
    contacts = forms.BooleanField(
        label="其他部门可见联系方式",
        required=False,
        help_text="不勾选时，其他部门抽到本部门的专家后，只看到姓名、单位等，联系方式脱敏；需要通知的，由系统发送。",
    )
    wide = {"mode", "borrowers", "contacts"}
