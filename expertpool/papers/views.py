"""Customers' templates of papers: the list, uploading, a preview, putting in and out of use."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.filling import TemplateRefused, sample_of
from expertpool.core.permissions import requires
from expertpool.core.placeholders import mark
from expertpool.core.responses import file_answer, refused, saved
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.files.exceptions import FileRefused
from expertpool.papers.enums import TemplateState
from expertpool.papers.exceptions import TemplateGone
from expertpool.papers.forms import TemplateUploadForm
from expertpool.papers.models import PaperTemplate
from expertpool.papers.queries import all_templates, content_of, file_of
from expertpool.papers.registry import PAPERS
from expertpool.papers.services import (
    delete_template,
    disable_template,
    enable_template,
    upload_template,
)

TABS = (
    ListTab("", "使用中", Q(state=TemplateState.ACTIVE)),
    ListTab("disabled", "已停用", Q(state=TemplateState.DISABLED)),
    ListTab("removed", "已删除", Q(state=TemplateState.REMOVED)),
)
SORTS: dict[str, str | tuple[str, ...]] = {
    "paper": ("paper", "project_kind"),
    "uploaded": "uploaded_at",
}


@require_safe
@requires("papers.templates")
def template_list(request: UserRequest) -> HttpResponse:
    found = listing(request, all_templates(), sorts=SORTS, default_sort="paper", tabs=TABS)
    context = found.context | {"papers": PAPERS, "rows": [_row(row) for row in found.page]}
    return render_list(request, "papers/template_list.html", context)


def _row(template: PaperTemplate) -> PaperTemplate:
    values = urlencode({"paper": template.paper, "project_kind": template.project_kind})
    template.replace_url = f"{reverse('papers:upload')}?{values}"  # type: ignore[attr-defined]
    return template


@requires("papers.templates")
def upload(request: UserRequest) -> HttpResponse:
    """The drawer; what is wrong with a template stands at its field, all at once."""
    # From the list: the drawer opens with what is to be replaced.
    initial = {} if request.method == "POST" else request.GET.dict()
    form = TemplateUploadForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            template = upload_template(
                paper=PAPERS[form.cleaned_data["paper"]],
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
                f"模板已启用，{template.kind_label}项目的{template.paper_label}从现在起使用它。"
            )
    context = {"form": form, "catalogues": _catalogues()}
    status = 422 if request.method == "POST" else 200
    return render(request, "papers/template_form.html", context, status=status)


@require_safe
@requires("papers.templates")
def starter(request: UserRequest, code: str) -> HttpResponseBase:
    """The built-in form as a template to start from."""
    paper = PAPERS.get(code)
    if paper is None:
        raise Http404
    return file_answer(paper.starter(), name=f"{paper.label}模板示例.xlsx")


@require_safe
@requires("papers.templates")
def preview(request: UserRequest, pk: int) -> HttpResponseBase:
    """The template filled with sample data."""
    template = get_object_or_404(PaperTemplate, pk=pk)
    content = sample_of(content_of(template), PAPERS[template.paper].vocabulary)
    return file_answer(content, name=f"预览 {template.name.rpartition('.')[0]}.{template.form}")


@require_safe
@requires("papers.templates")
def original(request: UserRequest, pk: int) -> HttpResponse:
    return redirect("files:download", file_of(get_object_or_404(PaperTemplate, pk=pk)).pk)


@require_POST
@requires("papers.templates")
def enable(request: UserRequest, pk: int) -> HttpResponse:
    return _change(request, pk, enable_template, "模板已启用。")


@require_POST
@requires("papers.templates")
def disable(request: UserRequest, pk: int) -> HttpResponse:
    return _change(request, pk, disable_template, "模板已停用。")


@require_POST
@requires("papers.templates")
def delete(request: UserRequest, pk: int) -> HttpResponse:
    return _change(request, pk, delete_template, "模板已删除。")


def _change(request: UserRequest, pk: int, service: Any, message: str) -> HttpResponse:
    template = get_object_or_404(PaperTemplate, pk=pk)
    try:
        service(template=template, actor=request.user, now=timezone.now())
    except (TemplateGone, TemplateRefused) as error:
        return refused(str(error))
    return saved(message)


def _catalogues() -> list[dict[str, Any]]:
    """What can be copied into a template of each paper."""
    return [
        {
            "paper": paper,
            "groups": [
                (title, note, [(one.name, mark(one.name), one.sample) for one in placeholders])
                for title, note, placeholders in (
                    ("整张表的变量", "", paper.vocabulary.fields),
                    (
                        "每一行的变量",
                        "写在表格的一行里，这一行按人数自动重复",
                        paper.vocabulary.columns,
                    ),
                )
                if placeholders
            ],
        }
        for paper in PAPERS
    ]
