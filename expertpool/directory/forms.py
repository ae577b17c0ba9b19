"""Forms of the basic data."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.db.models import Q
from django.urls import reverse

from expertpool.core.bounds import ORDER
from expertpool.core.criteria.uses import mentions_of, told
from expertpool.core.text import clean_code, is_key
from expertpool.core.views.asking import AsksOnce
from expertpool.core.views.listing import FilterForm
from expertpool.directory.enums import RelationKind
from expertpool.directory.models import (
    DictionaryItem,
    Division,
    Specialty,
    SpecialtyScheme,
    Title,
    Unit,
    UnitRelation,
)
from expertpool.directory.queries import UNIT_SEARCH, near_sentence, search_units
from expertpool.directory.queries.lists import kept_word


class WordForm(AsksOnce, forms.ModelForm):
    """A row of a list; before conditions do not know its word any more, those are named."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        row = self.instance
        # It holds what was typed only after this.
        before = None if row._state.adding else kept_word(row)
        after = copy(row)
        for name, value in data.items():
            setattr(after, name, value)
        if before and kept_word(after) != before and (named := mentions_of(before, self.viewer)):
            is_out = data.get("active") is False
            field, done = ("active", "停用") if is_out else ("name", "改名")
            sentence = f"用到“{row}”、{done}后须修改的：{told(named)}。确定{done}的，请再保存一次。"
            self.ask_once(field, f"{done} {before.value} {data.get('name')}", sentence)
        return data


class TitleForm(WordForm):
    class Meta:
        model = Title
        fields = ["name", "level"]


class DictionaryItemForm(WordForm):
    order = ORDER.number(label="次序", help_text="小的在前。")

    class Meta:
        model = DictionaryItem
        fields = ["dictionary", "name", "order", "active"]
        help_texts = {"active": "停用后不再出现在选项里，已有记录不受影响。"}


class SchemeForm(forms.ModelForm):
    order = ORDER.number(label="次序")

    class Meta:
        model = SpecialtyScheme
        fields = ["name", "code", "order", "active"]
        help_texts = {
            "code": "字母、数字和短横，例如 local-2026。",
            "active": "启用后，其专业可用于专家资料、查询和抽取。",
        }


class DivisionForm(forms.ModelForm):
    """The level follows from the code: a city's last two digits are noughts, a province's four."""

    class Meta:
        model = Division
        fields = ["code", "name"]
        help_texts = {"code": "6 位数字，须先有上级：省 410000，市 410100，县 410105。"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The code is the key by which experts refer to a division.
        self.fields["code"].disabled = not self.instance._state.adding

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            raise forms.ValidationError("行政区划代码是 6 位数字。")
        return code

    def clean(self) -> dict[str, Any]:
        code = self.cleaned_data.get("code", "")
        if code and self.instance._state.adding:
            self.instance.level = 1 if code[2:] == "0000" else 2 if code[4:] == "00" else 3
            self.instance.parent = self._parent(code)
            if self.instance.level > 1 and not self.instance.parent:
                self.add_error("code", "没有它的上级，请先新增上级，或核对代码。")
        return self.cleaned_data

    def _parent(self, code: str) -> Division | None:
        above = {1: [], 2: [f"{code[:2]}0000"], 3: [f"{code[:4]}00", f"{code[:2]}0000"]}
        codes = above[self.instance.level]
        # The nearest that there is: some counties belong to their province directly.
        return Division.objects.filter(code__in=codes).order_by("-level").first()


class UnitForm(AsksOnce, forms.ModelForm):
    aliases = forms.CharField(
        label="别名",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="曾用名、简称，一行一个。按名称回避时，别名与单位名称同样有效。",
    )

    class Meta:
        model = Unit
        fields = ["name", "uscc", "active"]
        help_texts = {"uscc": "18 位。填写后以它判断是不是同一家单位。"}

    wide = {"name"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields[
                "name"
            ].help_text = "改名后，原来的名称自动留作别名；不要的，再编辑一次删去。"
            names = self.instance.aliases.order_by("name").values_list("name", flat=True)
            self.initial["aliases"] = "\n".join(names)

    def clean_uscc(self) -> str:
        return clean_code(self.cleaned_data["uscc"]).upper()

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if self.instance._state.adding and "name" in data and "uscc" in data:
            near = near_sentence(data["name"], data["uscc"], mend="不必新增")
            self.ask_once("name", data["name"], near)
        return data

    def clean_aliases(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["aliases"].splitlines() if line.strip()]


class MergeForm(forms.Form):
    """Into which unit another one goes."""

    into = forms.ModelChoiceField(
        label="并入",
        queryset=Unit.objects.none(),
        empty_label="请选择",
        help_text="单位关系和别名也改到它名下，本单位的名称成为它的别名；不能撤销。"
        "封存中的抽取仍按封存时的单位；因此须回避的候选人轮到时，抽取暂停并告知监督人。",
    )
    wide = {"into"}

    def __init__(
        self, data: Any = None, *, unit: Unit, into: str, references: Mapping[str, int]
    ) -> None:
        super().__init__(data, initial={"into": into})
        field: Any = self.fields["into"]
        told = "、".join(f"{name} {count} 条" for name, count in references.items())
        told = told or "没有记录用到它"
        field.help_text = f"保留的单位。全部随之改动：{told}；{field.help_text}"
        field.widget.attrs |= UNIT_SEARCH
        chosen = str(self["into"].value() or "")
        if is_key(chosen):
            field.queryset = Unit.objects.filter(pk=chosen).exclude(pk=unit.pk)


class RelationForm(forms.ModelForm):
    """A relation of a unit that the page knows; the other one is searched."""

    other = forms.ModelChoiceField(
        label="单位",
        queryset=Unit.objects.none(),
        empty_label="请选择",
        help_text="输入名称的一部分查找。",
    )

    class Meta:
        model = UnitRelation
        fields = ["kind", "share", "from_date", "to_date", "source"]
        help_texts = {
            "share": "只有股东填写；达到 50% 为控股。",
            "to_date": "关系结束后不再推及；不知道开始日期可以不填。",
            "source": "例如：国家企业信用信息公示系统，2026-11-20 查询。",
        }

    wide = {"other", "source"}

    def __init__(self, *args: Any, unit: Unit, other_is_owner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit, self.other_is_owner = unit, other_is_owner
        kind: Any = self.fields["kind"]
        kind.choices = [("", "请选择"), *RelationKind.choices]
        field = self.fields["other"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.label = "上级或股东" if other_is_owner else "下级或被投资单位"
        known = self.instance.owner_id if other_is_owner else self.instance.owned_id
        self.initial.setdefault("other", known)
        # The other unit first: it is what the form asks for.
        self.fields = {"other": field} | self.fields
        field.widget.attrs |= UNIT_SEARCH
        # The page carries only the option that is chosen; the others are searched.
        chosen = str(self["other"].value() or "")
        if is_key(chosen):
            field.queryset = Unit.objects.filter(pk=chosen)

    def clean(self) -> dict[str, Any]:
        other = self.cleaned_data.get("other")
        if other is not None:
            pair = (other, self.unit) if self.other_is_owner else (self.unit, other)
            self.instance.owner, self.instance.owned = pair
        return self.cleaned_data

    def validate_constraints(self) -> None:
        """The service does."""


class UnitFilter(FilterForm):
    q = forms.CharField(
        label="单位",
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "名称、别名或统一社会信用代码"}),
    )
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("active", "启用"), ("inactive", "停用")]
    )

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            rows = rows.filter(pk__in=search_units(text, active_only=False).values("pk"))
        if state := self.value("state"):
            rows = rows.filter(active=state == "active")
        return rows


class PairFilter(FilterForm):
    q = forms.CharField(
        label="单位",
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "名称、别名或统一社会信用代码"}),
    )

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            found = search_units(text, active_only=False).values("pk")
            rows = rows.filter(Q(first__in=found) | Q(second__in=found))
        return rows


class SpecialtyFilter(FilterForm):
    q = forms.CharField(
        label="专业",
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "名称，或代码的前几位"}),
    )


class SpecialtyForm(forms.Form):
    """A new node below one that the page knows."""

    code = forms.CharField(
        label="代码", max_length=20, help_text="在本体系内不能重复，建立后不能修改。"
    )
    name = forms.CharField(label="名称", max_length=200)


class SpecialtyEditForm(forms.Form):
    name = forms.CharField(label="名称", max_length=200)
    active = forms.BooleanField(
        label="启用",
        required=False,
        help_text="停用后，它和它的下级不能再被选择；已有专家仍保留该专业。",
    )


class SpecialtyMoveForm(forms.Form):
    parent = forms.ModelChoiceField(
        label="移到",
        queryset=Specialty.objects.none(),
        required=False,
        empty_label="顶层",
        help_text="下级随之移动；专家已有的专业不变。",
    )

    def __init__(self, *args: Any, scheme: SpecialtyScheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parent"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        url = reverse("directory:specialty_search", args=[scheme.code])
        field.widget.attrs |= {"data-enhance": "select", "data-url": url}
        # The page carries only the option that is chosen; the others are searched.
        chosen = str(self["parent"].value() or "")
        if is_key(chosen):
            field.queryset = scheme.specialties.filter(pk=chosen)
