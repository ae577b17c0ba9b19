"""Lists come in pages."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Schema
from ninja.pagination import PaginationBase


class Pages(PaginationBase):
    """``?page=2&size=50``; a page after the last one is empty."""

    class Input(Schema):
        page: int = Field(1, ge=1, le=1_000_000, description="第几页，从 1 开始")
        size: int = Field(20, ge=1, le=100, description="每页几条")

    class Output(Schema):
        items: list[Any] = Field(description="本页内容")
        total: int = Field(description="总条数")
        page: int = Field(description="第几页")
        size: int = Field(description="每页几条")

    def paginate_queryset(
        self, queryset: QuerySet[Any], pagination: Any, request: HttpRequest, **params: Any
    ) -> dict[str, Any]:
        pages = Paginator(queryset, pagination.size)
        shown = pages.page(pagination.page) if pagination.page <= pages.num_pages else []
        return {
            "items": list(shown),
            "total": pages.count,
            "page": pagination.page,
            "size": pagination.size,
        }
