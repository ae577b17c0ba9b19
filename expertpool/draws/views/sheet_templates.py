"""Customers' templates of sheets: the list, uploading, a preview, putting in and out of use."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.documents.filling import TemplateRefused, sample_of
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.draws.enums import SheetKind, TemplateForm, TemplateState
from expertpool.draws.exceptions import DrawError
from expertpool.draws.forms.sheet_template import SheetTemplateForm
from expertpool.draws.models import SheetTemplate
from expertpool.draws.queries.sheet_templates import content_of, file_of, sheet_templates
from expertpool.draws.services.sheet_starters import mark, starter
from expertpool.draws.services.sheet_templates import (
    delete_template,
    disable_template,
    enable_template,
    upload_template,
)
from expertpool.draws.services.sheet_values import CATALOGUES
from expertpool.draws.views.sheets import TYPES
from expertpool.files.exceptions import FileRefused

TABS = (
    ListTab("", "使用中", Q(state=TemplateState.ACTIVE)),
    ListTab("disabled", "已停用", Q(state=TemplateState.DISABLED)),
    ListTab("removed", "已删除", Q(state=TemplateState.REMOVED)),
)
SORTS: dict[str, str | tuple[str, ...]] = {
    "sheet": ("sheet", "project_kind"),
    "uploaded": "uploaded_at",
}


@require_safe
@requires("draws.templates")
def template_list(request: UserRequest) -> HttpResponse:
    found = listing(request, sheet_templates(), sorts=SORTS, default_sort="sheet", tabs=TABS)
    context = found.context | {"sheets": SheetKind, "rows": [_row(row) for row in found.page]}
    return render_list(request, "draws/sheet_template_list.html", context)


def _row(template: SheetTemplate) -> SheetTemplate:
    values = urlencode({"sheet": template.sheet, "project_kind": template.project_kind})
    template.replace_url = f"{reverse('draws:sheet_template_upload')}?{values}"  # type: ignore[attr-defined]
    return template


@requires("draws.templates")
def upload(request: UserRequest) -> HttpResponse:
    """The drawer; what is wrong with a template stands at its field, all at once."""
    initial = {} if request.method == "POST" else request.GET.dict()
    form = SheetTemplateForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            template = upload_template(
                sheet=SheetKind(form.cleaned_data["sheet"]),
                project_kind=form.cleaned_data["project_kind"],
                uploaded_file=form.cleaned_data["file"],
                actor=request.user,
                now=timezone.now(),
            )
        except TemplateRefused as error:
            form.add_error("file", list(error.problems))
        except FileRefused as error:
            form.add_error("file", str(error))
        else:
            return saved(
                f"模板已启用，{template.kind_label}项目的{template.get_sheet_display()}从现在起使用它。"
            )
    context = {"form": form, "catalogues": _catalogues()}
    status = 422 if request.method == "POST" else 200
    return render(request, "draws/sheet_template_form.html", context, status=status)


@require_safe
@requires("draws.templates")
def starter_file(request: UserRequest, sheet: str) -> HttpResponse:
    """The built-in form as a template to start from."""
    if sheet not in SheetKind.values:
        raise Http404
    kind = SheetKind(sheet)
    return _download(starter(kind), TemplateForm.XLSX, f"{kind.label}模板示例")


@require_safe
@requires("draws.templates")
def preview(request: UserRequest, pk: int) -> HttpResponse:
    """The template filled with sample data."""
    template = get_object_or_404(SheetTemplate, pk=pk)
    content = sample_of(content_of(template), CATALOGUES[SheetKind(template.sheet)])
    return _download(content, template.form, f"预览 {template.name.rpartition('.')[0]}")


@require_safe
@requires("draws.templates")
def original(request: UserRequest, pk: int) -> HttpResponse:
    return redirect("files:download", file_of(get_object_or_404(SheetTemplate, pk=pk)).pk)


@require_POST
@requires("draws.templates")
def enable(request: UserRequest, pk: int) -> HttpResponse:
    return _change(request, pk, enable_template, "模板已启用。")


@require_POST
@requires("draws.templates")
def disable(request: UserRequest, pk: int) -> HttpResponse:
    return _change(request, pk, disable_template, "模板已停用。")


@require_POST
@requires("draws.templates")
def delete(request: UserRequest, pk: int) -> HttpResponse:
    return _change(request, pk, delete_template, "模板已删除。")


def _change(request: UserRequest, pk: int, service: Any, message: str) -> HttpResponse:
    template = get_object_or_404(SheetTemplate, pk=pk)
    try:
        service(template=template, actor=request.user, now=timezone.now())
    except (DrawError, TemplateRefused) as error:
        return refused(str(error))
    return saved(message)


def _download(content: bytes, form: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[form])
    header = content_disposition_header(True, f"{name}.{form}")
    response["Content-Disposition"] = header or "attachment"
    return response


def _catalogues() -> list[dict[str, Any]]:
    """What can be copied into a template of each sheet."""
    return [
        {
            "sheet": kind,
            "groups": [
                (title, note, [(one.name, mark(one.name), one.sample) for one in placeholders])
                for title, note, placeholders in (
                    ("整张表的变量", "", catalogue.fields),
                    ("每位专家的变量", "写在表格的一行里，这一行按人数自动重复", catalogue.columns),
                )
            ],
        }
        for kind, catalogue in CATALOGUES.items()
    ]
