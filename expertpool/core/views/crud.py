"""Pages of a dictionary-like table by one declaration: list, drawer to add and edit, delete.

    titles = Crud(
        app="directory",
        name="title",
        title="职称",
        rows=lambda _user: Title.objects.all(),
        form=TitleForm,
        columns=(CrudColumn("职称", "name", sort="name", kind="main"), …),
        search=("name",),
        view_permission="directory.view",
        edit_permission="directory.edit",
        save=save_row,
        delete=delete_row,
        edits=Edits,
    )
    urlpatterns = [*titles.urls("titles/")]

gives ``directory:title_list``, ``_create``, ``_edit`` and ``_delete``. What a row means is the
services' business: ``save`` and ``delete`` check, write and record; ``edits`` are those of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.core.criteria import KeptWord
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.asking import AsksOnce
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Edited, Editing
from expertpool.core.views.listing import FilterForm, ListTab, listing, render_list
from expertpool.core.views.named_first import named_first


class SaveRow(Protocol):
    """Writes a row; raises ValidationError, which the form shows."""

    def __call__(self, *, row: Any, actor: Any, now: Any) -> object: ...


class DeleteRow(Protocol):
    """Deletes a row; raises ValidationError when it is in use."""

    def __call__(self, *, row: Any, actor: Any, now: Any) -> object: ...


class EditsOf(Protocol):
    """Makes the edits of a row out of its model and its key."""

    def __call__(self, record: tuple[type[Model], list[Any]], /) -> Edited: ...


@dataclass(frozen=True)
class CrudColumn:
    """One column. ``value`` is an attribute or a function of the row; a bool shows as 启用/停用
    when ``kind`` is ``state``. Kinds: main, state, num, desk, side, wide (build-a-page, 1)."""

    header: str
    value: str | Callable[[Any], Any]
    sort: str = ""
    kind: str = ""

    def of(self, row: Any) -> Any:
        value = self.value(row) if callable(self.value) else getattr(row, self.value)
        return value() if callable(value) else value


@dataclass(frozen=True, kw_only=True)
class Crud:
    """The declaration; see the module."""

    app: str
    name: str
    title: str
    rows: Callable[[Any], QuerySet[Any]]  # for a user
    form: type[forms.ModelForm]
    columns: Sequence[CrudColumn]
    view_permission: str
    edit_permission: str
    save: SaveRow
    edits: EditsOf
    delete: DeleteRow | None = None
    word: Callable[[Any], KeptWord | None] | None = None  # what conditions name a row by
    subtitle: str = ""
    search: Sequence[str] = ()
    search_hint: str = "按名称查找"
    noun: str = ""  # one row; the title when it says so
    tabs: Sequence[ListTab] = ()
    tab_field: str = ""  # what a tab chooses; a row that is added from a tab belongs to it
    default_sort: str = ""

    def urls(self, prefix: str) -> list[URLPattern]:
        """Return the URL patterns under ``prefix`` (``titles/``)."""
        view, edit = requires(self.view_permission), requires(self.edit_permission)
        name = self.name
        patterns = [
            path(prefix, require_safe(view(self._list)), name=f"{name}_list"),
            path(f"{prefix}new/", edit(self._create), name=f"{name}_create"),
            path(f"{prefix}<str:pk>/", edit(self._edit), name=f"{name}_edit"),
        ]
        if self.delete:
            remove = require_POST(edit(self._delete))
            extra = {"delete": self.delete}
            patterns.append(path(f"{prefix}<str:pk>/delete/", remove, extra, name=f"{name}_delete"))
        return patterns

    # --- views --------------------------------------------------------------------------------

    def _list(self, request: HttpRequest) -> HttpResponse:
        sorts = {column.sort: column.sort for column in self.columns if column.sort}
        default = self.default_sort or next(iter(sorts))
        result = listing(
            request,
            self.rows(request.user),
            # The default need not be a column that is shown.
            sorts=sorts | {default.removeprefix("-"): default.removeprefix("-")},
            default_sort=default,
            form=self._filter_form(request),
            tabs=self.tabs,
        )
        user: Any = request.user
        context = result.context | {
            "crud": self,
            "noun": self.noun or self.title,
            "create_url": self._create_url(request),
            "may_edit": user.has_permission(self.edit_permission),
            "table": [self._line(row) for row in result.page],
        }
        return render_list(request, "core/crud_list.html", context)

    def _create(self, request: HttpRequest) -> HttpResponse:
        return self._form(request, None)

    def _edit(self, request: HttpRequest, pk: str) -> HttpResponse:
        row = self._get(request, pk)
        editing = Editing(request, self.edits((type(row), [row.pk])))
        # Read again: what is shown is at least as new as what it says to have read.
        return self._form(request, self._get(request, pk), editing)

    def _delete(self, request: HttpRequest, pk: str, delete: DeleteRow) -> HttpResponse:
        row = self._get(request, pk)
        label = str(row)
        if self.word and (asked := named_first(request, label, self.word(row))):
            return asked
        try:
            delete(row=row, actor=request.user, now=timezone.now())
        except ValidationError as error:
            return refused("".join(error.messages))
        return saved(f"已删除“{label}”")

    def _form(
        self, request: HttpRequest, row: Model | None, editing: Editing | None = None
    ) -> HttpResponse:
        # A drawer that adds may be opened with values in the address (``?dictionary=…``).
        initial = {} if row else request.GET.dict()
        form = self.form(request.POST or None, instance=row, initial=initial)
        if isinstance(form, AsksOnce):
            form.viewer = request.user

        def write() -> None:
            self.save(row=form.instance, actor=request.user, now=timezone.now())

        title = f"{'编辑' if row else '新增'}{self.noun or self.title}"
        back = self._url("list")
        return drawer_form(request, form, write, title=title, editing=editing, back=back)

    # --- parts --------------------------------------------------------------------------------

    def _get(self, request: HttpRequest, pk: str) -> Model:
        rows = self.rows(request.user)
        try:
            row: Model = get_object_or_404(rows, pk=pk)
        except (ValueError, ValidationError):
            # What cannot be a key is answered as one that is not there.
            row = get_object_or_404(rows.none())
        return row

    def _url(self, action: str, *args: Any) -> str:
        return reverse(f"{self.app}:{self.name}_{action}", args=args)

    def _create_url(self, request: HttpRequest) -> str:
        tab = request.GET.get("tab") or (self.tabs[0].code if self.tabs else "")
        query = f"?{urlencode({self.tab_field: tab})}" if self.tab_field and tab else ""
        return self._url("create") + query

    def _line(self, row: Any) -> dict[str, Any]:
        return {
            "cells": [(column, column.of(row)) for column in self.columns],
            "label": str(row),
            "edit_url": self._url("edit", row.pk),
            "delete_url": self._url("delete", row.pk) if self.delete else "",
        }

    def _filter_form(self, request: HttpRequest) -> FilterForm | None:
        if not self.search:
            return None
        return _SearchForm(request.GET, columns=self.search, hint=self.search_hint)


class _SearchForm(FilterForm):
    q = forms.CharField(label="关键词", max_length=100)

    def __init__(self, data: Any, *, columns: Sequence[str], hint: str) -> None:
        super().__init__(data)
        self.columns = columns
        self.fields["q"].widget.attrs["placeholder"] = hint

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for word in (self.value("q") or "").split():
            hits = (Q(**{f"{column}__icontains": word}) for column in self.columns)
            rows = rows.filter(Q(*hits, _connector=Q.OR))
        return rows
