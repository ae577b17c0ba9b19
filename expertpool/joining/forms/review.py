"""What reviewers say, and what the office shows applicants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse_lazy

from expertpool.accounts.models import User
from expertpool.accounts.queries import active_departments
from expertpool.core.bounds import ORDER
from expertpool.core.lookups import Among
from expertpool.core.subjects.inputs import ManyRemote
from expertpool.core.views.listing import FilterForm
from expertpool.directory.models import Specialty
from expertpool.directory.queries import specialty_subtree
from expertpool.experts.enums import ExpertKind
from expertpool.experts.queries.names import named_like
from expertpool.joining.enums import Channel
from expertpool.joining.models import Application, FriendLink
from expertpool.joining.queries.applications import SOURCES
from expertpool.joining.queries.contents import step_labels
from expertpool.joining.queries.fields import reason_places

NOTE = {"rows": 3, "data-count": 500}


class ApproveForm(forms.Form):
    department = forms.ModelChoiceField(
        active_departments(),
        label="所属部门",
        required=False,
        help_text="入库后由哪个部门管理；最后一步同意时写入档案，可以不选。",
    )
    note = forms.CharField(
        label="审核意见", required=False, max_length=500, widget=forms.Textarea(attrs=NOTE)
    )
    wide: ClassVar = {"note"}


class RejectForm(forms.Form):
    note = forms.CharField(
        label="不通过的原因",
        max_length=500,
        widget=forms.Textarea(attrs=NOTE),
        help_text="申请人会收到；需要他改正后再报的，请用「退回补正」。",
        error_messages={"required": "请填写不通过的原因，申请人会收到。"},
    )
    wide: ClassVar = {"note"}

    def __init__(self, data: Any = None, *, before: str = "") -> None:
        super().__init__(data)
        if before:
            _say_to_the_step(self.fields["note"], before)


class ReturnForm(forms.Form):
    """Reasons by field; what is left empty is in order and stays as it is."""

    note = forms.CharField(
        label="总的意见",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=NOTE),
        help_text="下面写了原因的，申请人只能改那几项；只填这里、下面都不写的，除已验证的手机号（或邮箱）外都可以改。",
    )
    wide: ClassVar = {"note"}

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        said: Mapping[str, str],
        reader: User,
        before: str = "",
    ) -> None:
        """``said``: what stands in each, as far as this reviewer, the ``reader``, sees it; ``before``: the step to which it goes
        instead of to its applicant, who alone reads what is said of each."""
        super().__init__(data)
        self.sections = [("退回原因", ["note"])]
        if before:
            _say_to_the_step(self.fields["note"], before)
            return
        labels = step_labels(kind)
        places = list(reason_places(kind, reader))
        for _, name, label in places:
            self.fields[f"at_{name}"] = forms.CharField(
                label=label,
                required=False,
                max_length=300,
                help_text=f"填的是：{said[name]}" if said.get(name) else "",
                widget=forms.TextInput(
                    attrs={"placeholder": "要补正的，写明原因", "maxlength": 300}
                ),
            )
        for step in dict.fromkeys(step for step, _, _ in places):
            names = [f"at_{name}" for at, name, _ in places if at == step]
            self.sections.append((labels[step], names))

    @property
    def reasons(self) -> dict[str, str]:
        return {
            name.removeprefix("at_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("at_") and value
        }


def _say_to_the_step(note: forms.Field, before: str) -> None:
    note.label, note.required = "意见", True
    note.help_text = f"「{before}」的审批人据此重新审核，申请人看不到。"
    note.error_messages["required"] = f"请填写意见，「{before}」的审批人据此重新审核。"


class ApplicationFilter(FilterForm):
    q = forms.CharField(
        label="姓名、单位、编号",
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "姓名、单位或申请编号"}),
    )
    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), *ExpertKind.choices])
    source = forms.ChoiceField(label="来源", choices=[("", "全部"), *SOURCES])
    channel = forms.ChoiceField(label="渠道", choices=[("", "全部"), *Channel.choices])
    recommender = forms.CharField(label="推荐人", max_length=100)
    specialty = forms.ModelMultipleChoiceField(
        Specialty.objects.all(),
        label="专业",
        widget=ManyRemote(
            attrs={
                "data-enhance": "cascader",
                "data-src": reverse_lazy("directory:specialty_tree"),
                "data-noun": "专业",
            }
        ),
    )
    since = forms.DateField(label="提交日期从")
    until = forms.DateField(label="到")

    def narrow(self, rows: QuerySet[Application]) -> QuerySet[Application]:
        for condition in self._conditions():
            rows = rows.filter(condition)
        return rows

    def _conditions(self) -> Iterator[Q]:
        if text := self.value("q"):
            parts = ("name", "employer_name", "number")
            yield Q(*(Q(**{f"{part}__icontains": text}) for part in parts), _connector=Q.OR)
        for name in ("kind", "channel"):
            if value := self.value(name):
                yield Q(**{name: value})
        if source := self.value("source"):
            yield Q(recommendation__isnull=source == "application")
        if by := self.value("recommender"):
            called = named_like([by])[by]
            yield Q(Among("recommendation__recommender", called)) if called else Q(pk__in=[])
        if chosen := self.value("specialty"):
            below = specialty_subtree([str(one.pk) for one in chosen]).values("pk")
            held = Application.specialties.through.objects.filter(specialty__in=below)
            yield Q(pk__in=held.values("application"))
        if since := self.value("since"):
            yield Q(handed_in_at__date__gte=since)
        if until := self.value("until"):
            yield Q(handed_in_at__date__lte=until)


class FriendLinkForm(forms.ModelForm):
    order = ORDER.number(label="次序")

    class Meta:
        model = FriendLink
        fields = ("name", "url", "order", "active")
        help_texts: ClassVar = {"url": "完整网址，以 https:// 或 http:// 开头。"}


class ConsentForm(forms.Form):
    text = forms.CharField(
        label="告知书内容",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 16, "data-count": 5000}),
        help_text="保存后成为新的一版，以后的申请人同意的是新版；已提交的申请仍记着当时的版本。",
    )
    wide: ClassVar = {"text"}
