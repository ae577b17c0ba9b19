"""The fields that administrators add: a list to arrange, with a drawer; preview and history."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import Role, UserRequest
from expertpool.audit.queries import timeline_of
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.subjects import SUBJECTS, Subject, let_wait
from expertpool.core.text import is_key
from expertpool.core.views.crud import Crud
from expertpool.core.views.listing import render_list
from expertpool.customforms.forms import CustomFieldForm
from expertpool.customforms.models import CustomField
from expertpool.customforms.queries.declared import declare
from expertpool.customforms.services.arranging import arrange_fields
from expertpool.customforms.services.fields import NAMING, restore_field, save_field

MANAGE = "customforms.manage"
MOST_LOG = 50
MOST_FIELDS = 1000  # of one subject, whom nobody could arrange
SUBTITLE = "新增的字段立即出现在表单、列表、导入、导出、筛选条件和{}中。"


class FieldPages(Crud):
    """The drawers of any list; the list itself is arranged by hand, one subject at a time."""

    def _list(self, request: HttpRequest) -> HttpResponse:
        subject = _subject(request)
        rows = list(CustomField.objects.filter(subject=subject.code))
        readers = dict(Role.objects.values_list("code", "name"))
        labels = {one.code: one.label for one in subject.all_fields()}
        table: list[dict[str, Any]] = [
            {
                "row": row,
                "readers": "、".join(readers.get(code, code) for code in row.readers),
                "when": f"{labels.get(row.waits_for, '')}：{'、'.join(row.wait_words)}"
                if row.waits_for
                else "",
                "edit_url": self._url("edit", row.pk),
            }
            for row in rows
        ]
        context = {
            "subject": subject,
            # Of persons alone draws ask.
            "subtitle": SUBTITLE.format("抽取条件" if subject.is_somebodys else "事件规则的条件"),
            "tabs": [
                {
                    "label": one.label,
                    "url": f"{self._url('list')}?subject={one.code}",
                    "active": one is subject,
                    "count": None,
                }
                for one in SUBJECTS
            ],
            "used": [one for one in table if one["row"].active],
            "retired": [one for one in table if not one["row"].active],
            "create_url": f"{self._url('create')}?subject={subject.code}",
        }
        return render_list(request, "customforms/field_list.html", context)


fields = FieldPages(
    app="customforms",
    name="field",
    title="自定义字段",
    noun="字段",
    rows=lambda _user: CustomField.objects.all(),
    form=CustomFieldForm,
    columns=(),
    view_permission=MANAGE,
    edit_permission=MANAGE,
    save=save_field,
    edits=partial(Edits, lock=NAMING),
)


@require_POST
@requires(MANAGE)
def arrange(request: UserRequest) -> HttpResponse:
    """Put the fields of a subject into the order that was dragged: ``pk`` as often as there are fields."""
    keys = request.POST.getlist("pk")[:MOST_FIELDS]
    order = [int(key) for key in keys if is_key(key)]
    subject = _subject(request)
    arrange_fields(subject=subject.code, order=order, actor=request.user, now=timezone.now())
    return saved("次序已保存", refresh="")


@require_POST
@requires(MANAGE)
def restore(request: UserRequest, pk: int) -> HttpResponse:
    """Take a retired field into use again."""
    field = get_object_or_404(CustomField, pk=pk)
    try:
        restore_field(field=field, actor=request.user, now=timezone.now())
    except ValidationError as error:
        return refused("".join(error.messages))
    return saved(f"“{field}”已重新启用")


@require_safe
@requires(MANAGE)
def history(request: UserRequest, pk: int) -> HttpResponse:
    """What was changed about a field, by whom and when."""
    field = get_object_or_404(CustomField, pk=pk)
    context = {"title": f"变更记录 · {field}", "items": timeline_of(field, most=MOST_LOG)}
    return render(request, "customforms/history.html", context)


@require_safe
@requires(MANAGE)
def preview(request: UserRequest) -> HttpResponse:
    """The fields as whoever fills them in has them, conditions included; ``role`` looks with its eyes."""
    subject, role = _subject(request), request.GET.get("role", "")
    roles = list(Role.objects.order_by("pk"))
    rows = [
        row
        for row in CustomField.objects.filter(subject=subject.code, active=True)
        if not role or not row.readers or role in row.readers
    ]
    context = {
        "title": f"预览 · {subject.label}",
        "form": PreviewForm(subject, rows),
        "subject": subject,
        "roles": roles,
        "role": role,
    }
    return render(request, "customforms/preview.html", context)


class PreviewForm(forms.Form):
    """The custom fields of a subject, and those for whose words they wait. Nothing is sent."""

    def __init__(self, subject: Subject, rows: list[CustomField]) -> None:
        super().__init__()
        declared = {row.code: declare(row) for row in rows}
        known = {one.code: one for one in subject.fields()}
        for one in list(declared.values()):
            when = one.shown_when
            if when and when.code in known and not known[when.code].is_extra:
                declared.setdefault(when.code, known[when.code])
        variant = next(iter(subject.sections))
        for code, one in declared.items():
            self.fields[code] = one.input(variant)
        let_wait(self.fields, declared)
        groups: dict[str, list[str]] = {"取决于这些字段": []}
        for row in rows:
            groups.setdefault(row.group or "其他信息", []).append(row.code)
        groups["取决于这些字段"] = [code for code, one in declared.items() if not one.is_extra]
        self.sections = [(title, names) for title, names in groups.items() if names]


def _subject(request: HttpRequest) -> Subject:
    asked: Any = request.GET.get("subject", "")
    if not asked:
        return next(iter(SUBJECTS))
    found = SUBJECTS.get(asked)
    if found is None:
        raise Http404
    return found
