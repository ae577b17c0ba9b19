"""Keeping a search under a name, and forgetting it."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.core.models import SavedSearch
from expertpool.core.responses import refused, saved
from expertpool.core.saved_searches import (
    SAVED_PAGES,
    SearchRefused,
    delete_search,
    query_of,
    save_search,
    usable_by,
)
from expertpool.core.views.drawers import drawer_form


class SavedSearchForm(forms.ModelForm):
    class Meta:
        model = SavedSearch
        fields = ("name", "shared")
        help_texts = {
            "shared": "能打开这个页面的人都可以使用，看到的是他自己权限范围内的内容；只有您和站点管理员可以删除。"
        }


def save(request: HttpRequest, page: str) -> HttpResponse:
    """Keep what the address of ``page`` asks (drawer)."""
    _check(request, page)
    search = SavedSearch(page=page, query=query_of(request.GET))
    form = SavedSearchForm(request.POST if request.method == "POST" else None, instance=search)

    def write() -> object:
        return save_search(search=form.instance, actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        refusals=SearchRefused,
        title="保存常用查询",
        refresh="page",
        back=reverse(SAVED_PAGES[page].url),
    )


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a kept search."""
    search = get_object_or_404(usable_by(request.user), pk=pk)
    _check(request, search.page)
    try:
        delete_search(search=search, actor=request.user, now=timezone.now())
    except SearchRefused as refusal:
        return refused(str(refusal))
    return saved("已删除常用查询", refresh="page")


def _check(request: HttpRequest, code: str) -> None:
    """Refuse whoever may not open the page."""
    page, user = SAVED_PAGES.get(code), cast("Any", request.user)
    if page is None:
        raise Http404
    if not user.has_permission(page.permission):
        raise PermissionDenied
