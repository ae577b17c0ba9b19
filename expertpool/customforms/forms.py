from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from expertpool.accounts.models import Role
from expertpool.core.criteria.uses import mentions, told
from expertpool.core.subjects import SUBJECTS, Owner, choices_of
from expertpool.core.text import clean_text, plain_number
from expertpool.core.views.asking import AsksOnce
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import (
    check_removable,
    check_restorable,
    check_retirable,
    deciding_fields,
)

RETIRE = "停用后表单、导入、筛选{}中不再有它，已有的内容仍保留，以后可以重新启用。确定停用的，请再保存一次。"
# What draws ask are persons; their conditions are published.
NO_DRAW = "；抽取条件不能再用它，看得到的角色也不能"
NOT_DRAWN = "抽取方案和条件模板要改掉这个条件才能抽取；"
FEWER = "勾选后，{}其余的照旧，但勾选之外的角色不能再修改其中的这个条件、按它查找。确定的，请再保存一次。"
ALWAYS = "（始终显示）"


class CustomFieldForm(AsksOnce, forms.ModelForm):
    """A field; what cannot change any more is not typed again, and of a retired one only that it is so. What
    depends on it is told before it is retired."""

    options = forms.CharField(
        label="选项",
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="每行一个。",
    )
    wait_words = forms.CharField(
        label="为哪些值时显示",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一个，与那个字段的选项一字不差；是／否写“是”或“否”。",
    )
    readers = forms.MultipleChoiceField(
        label="谁能看到",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="都不勾选：所有能看这份档案的人。勾选后，其他角色在任何页面、导出、搜索和接口中都看不到它{}。看得到“文件”字段的人都能打开其中的文件。页面上能看、但不许导出的，在“站点设置—导出与导入”中选。",
    )

    class Meta:
        model = CustomField
        fields = (
            "subject",
            "label",
            "kind",
            "options",
            "least",
            "most",
            "group",
            "help",
            "required",
            "waits_for",
            "wait_words",
            "owner",
            "in_application",
            "readers",
            "active",
        )

    sections = (
        ("字段", ["subject", "label", "kind", "options", "least", "most", "active"]),
        ("填写", ["group", "help", "required", "owner", "in_application"]),
        ("什么时候显示", ["waits_for", "wait_words"]),
        ("谁能看到", ["readers"]),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        row = self.instance
        self.initial["options"] = "\n".join(row.options)
        self.initial["wait_words"] = "\n".join(row.wait_words)
        fields[
            "group"
        ].help_text = "同组的字段在表单和档案中放在一起；可以写表单里已有的组名，如“聘期与管理”。不填的放在“其他信息”。"
        for name in ("least", "most"):
            if isinstance(bound := self.initial.get(name), Decimal):
                self.initial[name] = plain_number(bound)
        fields[
            "least"
        ].help_text = "不填不限。改动后，档案里已有的数字仍可原样保存；新填或改动的才按新的范围。"
        fields["readers"].choices = list(Role.objects.order_by("pk").values_list("code", "name"))
        subject = row.subject or self._asked_subject()
        self._is_drawn = SUBJECTS[subject].is_somebodys
        fields["readers"].help_text = fields["readers"].help_text.format(
            NO_DRAW if self._is_drawn else ""
        )
        fields["waits_for"] = forms.ChoiceField(
            label="取决于",
            required=False,
            choices=[("", ALWAYS), *self._deciding(subject, row.code)],
            help_text="只有另一个字段为某些值时才显示、才填写；改成别的值后，这一项的内容随之清空。",
        )
        fields["wait_words"].shown_when = [
            "waits_for",
            [code for code, _ in fields["waits_for"].choices if code],
        ]
        if not self._is_drawn:
            del fields["owner"], fields["in_application"]
        else:
            fields["owner"].required = False
            fields["owner"].help_text = "专家在自己的资料里能否修改这一项。"
            fields[
                "in_application"
            ].help_text = "勾选后出现在入库申请里；又是必填的，正在审核、没有填它的申请要先退回补正。“文件”不能勾选：申请人的文件在申请的附件一步上传。"
        if row.pk:
            # Records hold values of the kind, under the subject's code.
            del fields["subject"], fields["kind"]
            if row.options:
                fields["options"].required = True
            else:
                del fields["options"]
            if row.kind != FieldKind.NUMBER:
                del fields["least"], fields["most"]
            fields["active"].help_text = "停用后不再填写，已有的内容仍保留。"
            if not row.active:
                fields["active"].help_text = "已停用。勾选并保存，即按原来的设置重新启用。"
                for name in fields.keys() - {"active", "asked"}:
                    fields[name].disabled = True
        else:
            del fields["active"]
            fields["options"].shown_when = ["kind", ["choice", "words"]]
            for name in ("least", "most"):
                fields[name].shown_when = ["kind", ["number"]]
            fields["subject"] = forms.ChoiceField(
                # What a field may wait for is that of one: chosen by the tab of the list.
                label="对象",
                choices=[(subject, SUBJECTS[subject].label)],
            )

    def _asked_subject(self) -> str:
        """The subject that is chosen in a new form, or the one of the list from which it was opened."""
        asked = self.data.get("subject") or self.initial.get("subject") or ""
        return asked if SUBJECTS.get(asked) else next(iter(SUBJECTS)).code

    @staticmethod
    def _deciding(subject: str, apart: str) -> list[tuple[str, str]]:
        return [
            (one.code, f"{one.label}（{'、'.join(choices_of(one.kind)[:6])}）")
            for one in deciding_fields(subject, apart=apart)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        row = self.instance
        if row.pk and not self.initial["active"] and not data.get("active"):
            raise ValidationError("字段已停用，不能修改；请先勾选“启用”，保存后再改。")
        if row.pk and not self.initial["active"]:
            check_restorable(row)
        if row.pk and self.initial["active"] and data.get("active") is False:
            # Before the question: whoever has agreed expects it to be done. The service asks again, under its lock.
            check_retirable(row, viewer=self.viewer)
            named = mentions(row.subject, row.code, viewer=self.viewer)
            more = f"用到它、停用后须修改的：{told(named)}。" if named else ""
            about = RETIRE.format("和抽取条件" if self._is_drawn else "和规则的条件")
            self.ask_once("active", "retire", about + more)
        elif row.pk and self.initial["active"]:
            # All at once: each is answered by the same second time.
            self.ask_all(one for one in (self._of_options(data), self._of_readers(data)) if one)
        return data

    def _of_options(self, data: dict[str, Any]) -> tuple[str, str, str] | None:
        """What needs the options that go, as a question; refuses (FieldInUse) what cannot do without."""
        row, gone = self.instance, self._gone_options(data)
        if not gone:
            return None
        words = "、".join(gone)
        check_removable(row, gone, viewer=self.viewer)
        named = mentions(row.subject, row.code, gone, viewer=self.viewer)
        asked = f"用到选项“{words}”、删除后须修改的：{told(named)}。确定删除的，请再保存一次。"
        return ("options", f"gone {words}", asked) if named else None

    def _of_readers(self, data: dict[str, Any]) -> tuple[str, str, str] | None:
        """What asks a field that fewer are to see, as a question: no draw asks such a one."""
        row, after = self.instance, set(data.get("readers") or ())
        before = set(self.initial["readers"])
        if not after or (before and before <= after):
            return None
        named = mentions(row.subject, row.code, viewer=self.viewer)
        asked = f"用到它的：{told(named)}。{FEWER.format(NOT_DRAWN if self._is_drawn else '')}"
        return ("readers", f"readers {' '.join(sorted(after))}", asked) if named else None

    def _gone_options(self, data: dict[str, Any]) -> list[str]:
        # Written anew is no other word than it was: the service cleans them alike.
        kept = {clean_text(word) for word in data.get("options") or ()}
        before = str(self.initial["options"]).splitlines()
        return [word for word in before if word not in kept] if "options" in data else []

    def clean_owner(self) -> str:
        return self.cleaned_data["owner"] or Owner.OFFICE

    def clean_options(self) -> list[str]:
        return str(self.cleaned_data["options"]).splitlines()

    def clean_wait_words(self) -> list[str]:
        words = (word.strip() for word in str(self.cleaned_data["wait_words"]).splitlines())
        return list(dict.fromkeys(filter(None, words)))
