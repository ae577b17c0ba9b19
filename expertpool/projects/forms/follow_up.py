"""What users fill in around a project: progress and tasks."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from expertpool.accounts.models import User
from expertpool.accounts.queries import active_departments
from expertpool.core.views.uploads import FilesField
from expertpool.projects.models import Task
from expertpool.projects.queries.follow_up import possible_assignees
from expertpool.projects.services.tasks import TaskData


class ProgressForm(forms.Form):
    text = forms.CharField(
        label="进展",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "data-count": 2000, "data-autofocus": True}),
    )
    attachments = FilesField(
        label="附件",
        required=False,
        help_text="文档、表格、图片、压缩包、录音录像；按文件内容检查。",
    )


class TaskForm(forms.ModelForm):
    """A task; the service says who has to do it when nobody was chosen."""

    wide: ClassVar = {"title"}

    class Meta:
        model = Task
        fields = ("title", "assignee", "department", "due_date", "detail")
        widgets: ClassVar = {
            "title": forms.TextInput(attrs={"data-autofocus": True}),
            "assignee": forms.Select(attrs={"data-enhance": "select"}),
            "detail": forms.Textarea(attrs={"rows": 3, "data-count": 1000}),
        }
        help_texts: ClassVar = {
            "department": "不指定负责人时，部门内任何人都可以完成。",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assignee: Any = self.fields["assignee"]
        assignee.queryset = possible_assignees()
        assignee.label_from_instance = _with_department
        assignee.empty_label = "请选择"
        department: Any = self.fields["department"]
        department.queryset = active_departments()
        department.empty_label = "请选择"

    def validate_constraints(self) -> None:
        """The service says in words what is missing."""

    def data_for_service(self) -> TaskData:
        return TaskData(**self.cleaned_data)


def _with_department(user: User) -> str:
    return f"{user.name}（{user.department}）" if user.department else user.name


class CompletionForm(forms.Form):
    note = forms.CharField(
        label="完成情况",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": 500, "data-autofocus": True}),
    )
