"""The pages of an import: upload, headers, preview, progress, result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from expertpool.core.importing.answers import Answers
from expertpool.core.importing.finding import Why, missing
from expertpool.core.importing.findings import read_answers, read_findings
from expertpool.core.importing.forms import (
    AnswersForm,
    MappingForm,
    TableForm,
    UploadForm,
    beside,
    is_sideways,
    unused_columns,
)
from expertpool.core.importing.importer import OVER, Importer
from expertpool.core.importing.memory import HEADER, memories
from expertpool.core.importing.reading import UnreadableFile
from expertpool.core.importing.registry import IMPORTS
from expertpool.core.importing.runs import (
    ColumnsGone,
    NothingChosen,
    NotSeen,
    RunRefused,
    answer_import,
    choose_mapping,
    choose_table,
    columns_gone,
    confirm_import,
    discard_import,
    jobs_before_run,
    list_refused,
    own_imports,
    resume_import,
    stands_still,
    start_again,
    start_import,
    started_imports,
)
from expertpool.core.importing.sheets import template_bytes
from expertpool.core.models import ImportMemory, ImportRun
from expertpool.core.models.imports import ImportState
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.core.views.listing import page_size
from expertpool.core.waiting import FileGone

STEPS = ("上传文件", "核对", "完成")
PAGES = (
    *("upload", "template", "run", "table", "mapping", "answers"),
    *("confirm", "resume", "discard", "refused", "forget"),
)
View = Callable[..., HttpResponseBase]


def import_urls(
    importer: type[Importer], prefix: str = "import/", *, name: str = ""
) -> list[URLPattern]:
    """Return the URL patterns of the pages of ``importer``: ``import``, ``import_run`` …; another
    ``prefix`` gives them other names (``update/``: ``update``, ``update_run``), or ``name`` does.

    They are guarded by its permission; a run is seen by the user who started it alone.
    """
    name = name or prefix.rstrip("/")
    pages = _Pages(importer, name)
    routes: tuple[tuple[str, View, str], ...] = (
        ("", pages.upload, name),
        ("template/", require_safe(pages.template), f"{name}_template"),
        ("memory/<int:pk>/forget/", require_POST(pages.forget), f"{name}_forget"),
        ("<int:pk>/", require_safe(pages.detail), f"{name}_run"),
        ("<int:pk>/table/", require_POST(pages.table), f"{name}_table"),
        ("<int:pk>/mapping/", pages.mapping, f"{name}_mapping"),
        ("<int:pk>/answers/", require_POST(pages.answers), f"{name}_answers"),
        ("<int:pk>/confirm/", require_POST(pages.confirm), f"{name}_confirm"),
        ("<int:pk>/resume/", require_POST(pages.resume), f"{name}_resume"),
        ("<int:pk>/discard/", require_POST(pages.discard), f"{name}_discard"),
        ("<int:pk>/refused/", require_safe(pages.refused), f"{name}_refused"),
    )
    if importer.updated_by:
        updating: Any = requires(IMPORTS[importer.updated_by[0]].permission)
        again = updating(require_POST(pages.update))
        routes += (("<int:pk>/update/", again, f"{name}_update"),)
    guard: Any = requires(importer.permission)
    return [path(f"{prefix}{route}", guard(view), name=name) for route, view, name in routes]


class _Pages:
    """The views of one importer; addresses stay within the app that mounted them."""

    def __init__(self, importer: type[Importer], name: str) -> None:
        self.importer = importer
        self.name = name

    def upload(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(
            *([request.POST, request.FILES] if request.method == "POST" else []),
            importer=self.importer,
            user=request.user,
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
                return self._to(request, "run" if run.is_previewed else "mapping", run.pk)
        started = started_imports(request.user, self.importer.code)
        recent = Paginator(started, page_size(request)).get_page(request.GET.get("page"))
        context = {"form": form, "recent": recent, "memories": self._memories(request)}
        status = 422 if form.is_bound else 200
        htmx: Any = getattr(request, "htmx", None)
        part = "#list" if htmx and htmx.target == "list" else ""
        response = self._page(request, f"core/import_upload.html{part}", context, status=status)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def template(self, request: HttpRequest) -> HttpResponseBase:
        name = f"{self.importer.label}导入模板.xlsx"
        return file_answer(template_bytes(self.importer, request.user), name=name)

    def detail(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._detail(request, self._run(request, pk))

    def _detail(
        self, request: HttpRequest, run: ImportRun, form: AnswersForm | None = None
    ) -> HttpResponse:
        """Show a run; ``form`` keeps what was typed and could not be applied."""
        if run.is_previewed and (refusal := columns_gone(run)):
            # What it was checked with is shown no more; the headers can be chosen again.
            messages.error(request, refusal)
            return self._to(request, "mapping", run.pk)
        # While it runs the page asks again and again, and shows nothing of the rows.
        found = {} if run.is_running else read_findings(run)
        answers = read_answers(run) if found else Answers()
        if form is None and found:  # after the import its cells are there to read
            form = AnswersForm(
                importer=self.importer, user=request.user, found=found, answers=answers
            )
        passed_over = form.passed_over() if form and form.is_bound else answers.passed_over
        template = "core/import_run.html"
        htmx: Any = getattr(request, "htmx", None)
        part = f"{template}#job" if htmx and run.is_running else template
        still = stands_still(run, now=timezone.now())
        context = {
            "run": run,
            "found": found,
            "form": form,
            "passed_over": passed_over,
            "moved": self._moved(run, found.get("outline", {})),
            "kept_link": self._kept(run),
            "unused": unused_columns(run, found.get("outline", {})),
            "beside": beside(found.get("outline", {})),
            "most_note": self._most_note(run),
            "notes_told": self._notes_told(run),
            "updates": self._updates(request, run, found),
            "still": still,
            "before": jobs_before_run(run, now=timezone.now()),
        }
        status = 422 if form and form.is_bound else 200
        response = self._page(request, part, context, status=status)
        # The page of the result is another one, and that of a run which stands still has buttons.
        if htmx and not (run.is_running and still == ("still" in request.GET)):
            response["HX-Refresh"] = "true"
        return response

    def _updates(self, request: HttpRequest, run: ImportRun, found: dict[str, Any]) -> str:
        """Return where people of a file who are in the pool already can be updated: with this very file as
        long as it is there; empty: nowhere, or nobody is."""
        if not found.get("known") or self.importer.updated_by is None or not self._updater(request):
            return ""
        if run.is_previewed:
            return reverse(self._name(request, "update"), args=[run.pk])
        namespace = request.resolver_match.namespace  # type: ignore[union-attr]
        return reverse(f"{namespace}:{self.importer.updated_by[1]}") if run.is_done else ""

    def _most_note(self, run: ImportRun) -> str:
        """Return that no more rows are taken at once, where that keeps rows out; else empty."""
        most = self.importer.most
        is_full = run.is_previewed and 0 < most <= run.accepted and OVER in run.reasons
        return f"一次最多 {most} 行，其余的请分批" if is_full else ""

    def _notes_told(self, run: ImportRun) -> str:
        """Return what is said above what was done to cells: before the import it can be typed anew."""
        does = "更新" if self.importer.is_update else "导入"
        listed = "每一种列出前几行，可能是同一人的在最前"
        if run.is_previewed:
            mend = "“请核对”的可以直接改"
            return f"这些行照常{does}，请看一眼，{mend}；{listed}；全部在确认后的未导入信息表中（第三张）。"
        return f"这些行已{does}，请看一眼；{listed}；全部在未导入信息表中（第三张）。"

    def _kept(self, run: ImportRun) -> str:
        """Return where stands what a run brought in; empty: nowhere."""
        if not (self.importer.listed and run.is_done and run.accepted):
            return ""
        return f"{reverse(self.importer.listed)}?run={run.pk}"

    def _moved(self, run: ImportRun, outline: dict[str, Any]) -> list[str]:
        """Return what is said of columns that were recognised by their content."""
        headers = {column.code: column.header for column in self.importer.get_columns(run.user)}
        return [
            f"“{header}”一列按内容当作{headers.get(code, '')}"
            for (header, code), why in zip(run.pairs(), outline.get("why", ()), strict=False)
            if why == Why.MOVED and code
        ]

    def table(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        form = TableForm(request.POST, run=run, outline=read_findings(run).get("outline", {}))
        if form.is_valid():
            sheet, row = form.chosen(run)
            try:
                choose_table(run=run, sheet=sheet, row=row)
            except (RunRefused, UnreadableFile) as error:
                kept = f"仍按原来的第 {run.header_row} 行是表头。" if run.headers else ""
                messages.error(request, f"{error}{kept}")
        else:
            told = f"没有这样的工作表或行号，仍按第 {run.header_row} 行是表头。"
            messages.error(request, told)
        return self._to(request, "mapping", pk)

    def mapping(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        if not run.headers:
            return self._to(request, "run", pk)  # which tells why there are none
        outline = read_findings(run).get("outline", {})
        posted = [request.POST] if request.method == "POST" else []
        form = MappingForm(*posted, run=run, importer=self.importer, outline=outline)
        if form.is_valid():
            try:
                choose_mapping(
                    run=run, codes=form.codes(), of_list=form.answers(), now=timezone.now()
                )
            except (RunRefused, UnreadableFile) as error:
                form.add_error(None, str(error))
                form.outline = outline = read_findings(run).get("outline", {})
                form.ask_of_list(run, self.importer)
            else:
                return self._to(request, "run", pk)
        table = TableForm(run=run, outline=outline)
        columns = self.importer.get_columns(request.user)
        absent = missing(columns, run.mapping)
        context = {"run": run, "form": form, "table": table, "outline": outline, "absent": absent}
        context["beside"] = beside(outline)
        context["sideways"] = is_sideways(columns, outline)
        status = 422 if form.is_bound else 200
        return self._page(request, "core/import_mapping.html", context, status=status)

    def answers(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        return self._apply(request, run, self._said(request, run), "已按您的改正重新检查。")

    def confirm(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import what the page shows; what was typed or chosen on it since is applied first, and shown:
        nobody confirms what he has not seen."""
        run = self._run(request, pk)
        form = self._said(request, run)
        if run.is_previewed and not (form.is_valid() and not form.is_news()):
            told = "页上改正和选择的内容刚刚用上，还没有导入。请看下面的结果，再按一次确认。"
            return self._apply(request, run, form, told)
        if (seen := request.POST.get("check", "")).isdecimal():
            run.checks = int(seen)
        try:
            passed_over = form.passed_over()
            confirm_import(run=run, now=timezone.now(), passed_over=passed_over)
        except (NotSeen, NothingChosen) as error:
            messages.error(request, str(error))
        except RunRefused:
            pass  # confirmed by another click, or columns are gone: the page tells of it
        return self._to(request, "run", pk)

    def _said(self, request: HttpRequest, run: ImportRun) -> AnswersForm:
        found, answers = read_findings(run), read_answers(run)
        return AnswersForm(
            request.POST, importer=self.importer, user=request.user, found=found, answers=answers
        )

    def _apply(
        self, request: HttpRequest, run: ImportRun, form: AnswersForm, told: str
    ) -> HttpResponse:
        """Check once more with what the page says; what cannot be applied stays typed."""
        if not form.is_valid():
            messages.error(request, "改正的内容太长，或有不认识的选择，请改好标红的地方。")
            return self._detail(request, run, form)
        try:
            answer_import(
                run=run,
                words=form.words(),
                cells=form.cells(),
                passed_over=form.passed_over(),
                now=timezone.now(),
            )
        except ColumnsGone:  # the page says so
            return self._to(request, "run", run.pk)
        except (RunRefused, UnreadableFile) as error:
            messages.error(request, str(error))
            run.refresh_from_db()
            if run.is_previewed:
                return self._detail(request, run, form)
            # Confirmed, or given up, in another window: there is nothing to mend any more.
            if run.state == ImportState.DISCARDED:
                return redirect(self._name(request, "upload"))
            return self._to(request, "run", run.pk)
        messages.success(request, told)
        return self._to(request, "run", run.pk)

    def update(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the same file by the importer that changes what is there already."""
        other = self._updater(request)
        if other is None or self.importer.updated_by is None:
            raise Http404
        run, page = self._run(request, pk), self.importer.updated_by[1]
        try:
            began = start_again(run=run, importer=other, actor=request.user, now=timezone.now())
        except (RunRefused, UnreadableFile) as error:
            messages.error(request, str(error))
            return self._to(request, "run", pk)
        step = "run" if began.is_previewed else "mapping"
        namespace = request.resolver_match.namespace  # type: ignore[union-attr]
        return redirect(f"{namespace}:{page}_{step}", pk=began.pk)

    def _updater(self, request: HttpRequest) -> type[Importer] | None:
        """Return the importer that changes what is there, if the user may use it."""
        if self.importer.updated_by is None:
            return None
        other = IMPORTS[self.importer.updated_by[0]]
        user: Any = request.user
        return other if user.has_permission(other.permission) else None

    def resume(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            resume_import(run=self._run(request, pk))
        except RunRefused as error:
            messages.info(request, str(error))
        else:
            messages.success(request, "已重新排队，马上继续导入。")
        return self._to(request, "run", pk)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        run = self._run(request, pk)
        try:
            discard_import(run=run)
        except RunRefused as error:
            messages.info(request, str(error))
            return self._to(request, "run", pk)
        return redirect(self._name(request, "upload"))

    def refused(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The table of what was not taken; of a checked file of what would not be."""
        run = self._run(request, pk)
        try:
            if run.is_previewed:
                list_refused(run=run, now=timezone.now())
            table = run.refused_table.read()
        except ColumnsGone:  # the page says so
            return self._to(request, "run", pk)
        except (RunRefused, UnreadableFile) as error:
            messages.error(request, str(error))
            return self._to(request, "run", pk)
        except FileGone:
            raise Http404 from None
        name = f"未导入信息表-{run.file_name.rpartition('.')[0]}.xlsx"
        return file_answer(table, name=name)

    def forget(self, request: HttpRequest, pk: int) -> HttpResponse:
        get_object_or_404(memories(request.user, self.importer.code), pk=pk).delete()
        messages.success(request, "已忘记，下次会再问。")
        return redirect(self._name(request, "upload"))

    def _memories(self, request: HttpRequest) -> list[dict[str, Any]]:
        columns = {column.code: column.header for column in self.importer.get_columns(request.user)}
        return [
            {"memory": one, "kind": self._kind_of(one, columns), "meant": self._meant(one, columns)}
            for one in memories(request.user, self.importer.code)
            # Of a column that he has no more, nothing is told, not even its code.
            if one.column == HEADER or one.column in columns
        ]

    @staticmethod
    def _kind_of(one: ImportMemory, columns: dict[str, str]) -> str:
        return "表头" if one.column == HEADER else columns[one.column]

    @staticmethod
    def _meant(one: ImportMemory, columns: dict[str, str]) -> str:
        if one.column == HEADER:
            return columns.get(one.meant, "不导入")
        return "按原样" if one.meant == one.said else one.meant or "留空"

    def _run(self, request: HttpRequest, pk: int) -> ImportRun:
        return get_object_or_404(own_imports(request.user, self.importer.code), pk=pk)

    def _name(self, request: HttpRequest, page: str) -> str:
        name = self.name if page == "upload" else f"{self.name}_{page}"
        return f"{request.resolver_match.namespace}:{name}"  # type: ignore[union-attr]

    def _to(self, request: HttpRequest, page: str, pk: int) -> HttpResponse:
        return redirect(self._name(request, page), pk=pk)

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        names = {f"{page}_url": self._name(request, page) for page in PAGES}
        common = {
            "importer": self.importer,
            "steps": STEPS,
            "counted": self.importer.counted_for(
                request.user, context["run"].mapping if "run" in context else None
            ),
        }
        return render(request, template, context | names | common, status=status)
