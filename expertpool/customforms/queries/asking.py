"""Which custom fields no draw may ask now, in a sentence that says how to mend it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from expertpool.customforms.models import CustomField


def fields_among(subject: str, codes: Collection[str]) -> QuerySet[CustomField]:
    """Return the custom fields of ``subject`` among ``codes``."""
    # In one order: two seals that hold the same fields would wait for each other.
    return CustomField.objects.filter(subject=subject, code__in=codes).order_by("pk")


def unasked_fields(rows: QuerySet[CustomField]) -> dict[str, str]:
    """Return why no draw asks those of ``rows`` that are retired or that only some see, by their codes."""
    return {
        row.code: f"条件中的字段“{row.label}”{why}，请修改抽取方案后再抽取。"
        for row in rows
        if (why := "已停用" if not row.active else "只对部分角色可见" if row.readers else "")
    }
