"""What users fill in around batches, and the filter of their list."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.lookups import within_days
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.listing import FilterForm
from expertpool.projects.enums import DrawState, ProjectStatus
from expertpool.projects.models import Project, ProjectBatch
from expertpool.projects.queries.batches import (
    batches_editable_by,
    batches_matching,
    projects_to_group,
)


class BatchForm(forms.ModelForm):
    """Name and note of a batch."""

    wide: ClassVar = {"name"}

    class Meta:
        model = ProjectBatch
        fields = ("name", "note")
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"data-autofocus": True}),
            "note": forms.Textarea(attrs={"rows": 3, "data-count": 1000}),
        }
        error_messages: ClassVar = {"name": {"required": "请填写批次名称。"}}


class GroupForm(BatchForm):
    """The ticked projects into a new batch, or into one that is there."""

    batch = forms.ModelChoiceField(
        label="批次",
        queryset=ProjectBatch.objects.none(),
        empty_label="新建批次",
        required=False,
        help_text="也可以加入尚未抽取的已有批次。",
    )
    field_order = ("batch", "name", "note")
    wide: ClassVar = {"batch", "name"}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A batch that refuses new members is not offered.
        fixed = Project.objects.filter(
            ~Q(draw_state=DrawState.NOT_DRAWN) | Q(status=ProjectStatus.ARCHIVED),
            batch=OuterRef("pk"),
        )
        batch: Any = self.fields["batch"]
        batch.queryset = batches_editable_by(user).exclude(Exists(fixed))
        # Needed for a new batch alone, which only `clean` can tell.
        self.fields["name"].required = False
        self.fields["name"].help_text = "新建批次时填写，例如「2026 年第四季度设备采购」。"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        # A name that was refused has its own error already.
        if not data.get("batch") and not data.get("name") and "name" not in self.errors:
            self.add_error("name", "请填写批次名称，或选择要加入的批次。")
        return data


class AddProjectsForm(forms.Form):
    """More projects into a batch."""

    projects = forms.ModelMultipleChoiceField(
        label="项目",
        queryset=Project.objects.none(),
        widget=forms.SelectMultiple(attrs={"data-enhance": "select"}),
        help_text="列出同一制度、不在其他批次、尚未抽取的项目。",
        error_messages={"required": "请选择要加入批次的项目。"},
    )
    wide: ClassVar = {"projects"}

    def __init__(self, *args: Any, user: User, regime: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects: Any = self.fields["projects"]
        projects.queryset = projects_to_group(user).filter(regime=regime).order_by("opening_at")
        projects.label_from_instance = lambda project: f"{project.number} {project.name}"


class BatchFilter(FilterForm):
    """The filters of the list of batches."""

    q = forms.CharField(
        label="关键字",
        widget=forms.TextInput(attrs={"placeholder": "批次或项目的名称、编号"}),
    )
    created = DateRangeField(label="创建时间")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = batches_matching(rows, text)
        if days := self.value("created"):
            rows = rows.filter(within_days("created_at", days))
        return rows
