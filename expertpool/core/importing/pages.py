"""The pages of an import: upload, headers, preview, progress, result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.core.configuration import value_of
from expertpool.core.importing.importer import Importer
from expertpool.core.importing.reading import SUFFIXES, UnreadableFile
from expertpool.core.importing.runs import (
    RunRefused,
    choose_mapping,
    confirm_import,
    discard_import,
    own_imports,
    start_import,
)
from expertpool.core.importing.sheets import template_bytes
from expertpool.core.models import ImportRun
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.settings import IMPORT_SIZE
from expertpool.core.waiting import FileGone

RECENT = 5
STEPS = ("上传文件", "核对", "完成")
View = Callable[..., HttpResponseBase]


class UploadForm(forms.Form):
    """The file, and the options of the importer."""

    file = forms.FileField(
        label="文件",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
    )

    def __init__(self, *args: Any, importer: type[Importer]) -> None:
        super().__init__(*args)
        largest = value_of(IMPORT_SIZE)
        self.fields["file"].help_text = f".xlsx、.xls 或 .csv，最大 {largest} MB。"
        self.fields |= dict(importer.option_fields)

    def options(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


class MappingForm(forms.Form):
    """One choice for each header of the file; the columns are named ``column-0`` …"""

    def __init__(self, *args: Any, run: ImportRun, importer: type[Importer]) -> None:
        super().__init__(*args)
        choices = [("", "不导入"), *((one.code, _starred(one)) for one in importer.get_columns())]
        for at, (header, code) in enumerate(run.pairs()):
            self.fields[f"column-{at}"] = forms.ChoiceField(
                label=header or f"第 {at + 1} 列（无表头）",
                choices=choices,
                initial=code,
                required=False,
            )

    def codes(self) -> list[str]:
        return list(self.cleaned_data.values())


def _starred(column: Any) -> str:
    return f"{column.header}（必填）" if column.required else column.header


def import_urls(importer: type[Importer], prefix: str = "import/") -> list[URLPattern]:
    """Return the URL patterns of the pages of ``importer``: ``import``, ``import_run`` …

    They are guarded by its permission; a run is seen by the user who started it alone.
    """
    pages = _Pages(importer)
    routes: tuple[tuple[str, View, str], ...] = (
        ("", pages.upload, "import"),
        ("template/", require_safe(pages.template), "import_template"),
        ("<int:pk>/", require_safe(pages.detail), "import_run"),
        ("<int:pk>/mapping/", pages.mapping, "import_mapping"),
        ("<int:pk>/confirm/", require_POST(pages.confirm), "import_confirm"),
        ("<int:pk>/discard/", require_POST(pages.discard), "import_discard"),
        ("<int:pk>/refused/", require_safe(pages.refused), "import_refused"),
    )
    guard: Any = requires(importer.permission)
    return [path(f"{prefix}{route}", guard(view), name=name) for route, view, name in routes]


class _Pages:
    """The views of one importer; addresses stay within the app that mounted them."""

    def __init__(self, importer: type[Importer]) -> None:
        self.importer = importer

    def upload(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(
            *([request.POST, request.FILES] if request.method == "POST" else []),
            importer=self.importer,
        )
        if form.is_valid():
            try:
                run = start_import(
                    importer=self.importer,
                    upload=form.cleaned_data["file"],
                    options=form.options(),
                    actor=request.user,
                    now=timezone.now(),
                )
            except (RunRefused, UnreadableFile) as error:
                form.add_error("file", str(error))
            else:
                step = "import_run" if run.is_previewed else "import_mapping"
                return redirect(self._name(request, step), pk=run.pk)
        recent = own_imports(request.user, self.importer.code)[:RECENT]
        context = {"form": form, "recent": recent}
        status = 422 if form.is_bound else 200
        return self._page(request, "core/import_upload.html", context, status=status)

    def template(self, request: HttpRequest) -> HttpResponseBase:
        name = f"{self.importer.label}导入模板.xlsx"
        return file_answer(template_bytes(self.importer), name=name)

    def detail(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        template = "core/import_run.html"
        htmx: Any = getattr(request, "htmx", None)
        part = f"{template}#job" if htmx and run.is_running else template
        response = self._page(request, part, {"run": run})
        if htmx and not run.is_running:
            response["HX-Refresh"] = "true"  # the page of the result is another one
        return response

    def mapping(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        posted = [request.POST] if request.method == "POST" else []
        form = MappingForm(*posted, run=run, importer=self.importer)
        if form.is_valid():
            try:
                choose_mapping(run=run, codes=form.codes(), now=timezone.now())
            except (RunRefused, UnreadableFile) as error:
                form.add_error(None, str(error))
            else:
                return redirect(self._name(request, "import_run"), pk=pk)
        context = {"run": run, "form": form}
        status = 422 if form.is_bound else 200
        return self._page(request, "core/import_mapping.html", context, status=status)

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        try:
            confirm_import(run=run, now=timezone.now())
        except RunRefused:
            pass  # confirmed by another click: the page shows how it went
        return redirect(self._name(request, "import_run"), pk=pk)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        try:
            discard_import(run=run)
        except RunRefused:
            return redirect(self._name(request, "import_run"), pk=pk)
        return redirect(self._name(request, "import"))

    def refused(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        run = self._run(request, pk)
        try:
            table = run.refused_table.read()
        except FileGone:
            raise Http404 from None
        name = f"未导入信息表-{run.file_name.rpartition('.')[0]}.xlsx"
        return file_answer(table, name=name)

    def _run(self, request: HttpRequest, pk: int) -> ImportRun:
        return get_object_or_404(own_imports(request.user, self.importer.code), pk=pk)

    def _name(self, request: HttpRequest, name: str) -> str:
        return f"{request.resolver_match.namespace}:{name}"  # type: ignore[union-attr]

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        names = {
            f"{name}_url": self._name(request, f"import_{name}" if name != "upload" else "import")
            for name in ("upload", "template", "run", "mapping", "confirm", "discard", "refused")
        }
        return render(
            request,
            template,
            context
            | names
            | {
                "importer": self.importer,
                "steps": STEPS,
                "counted": self.importer.counted_for(request.user),
            },
            status=status,
        )
