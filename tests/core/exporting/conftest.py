"""An export over titles of the directory, with a guarded column and one that never leaves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from expertpool.core.exporting import EXPORTS, ExportColumn, Exporter
from expertpool.core.text import mask_middle
from expertpool.core.visibility import GUARDED_FIELDS, GuardedField
from expertpool.directory.models import Title

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai


def phone(title: Title) -> str:
    return f"1380013{title.level:04d}"


class TitleExport(Exporter):
    code = "tests.titles"
    item = "tests.titles"
    title = "职称"
    permission = "directory.view"
    columns = (
        ExportColumn("name", "职称", lambda title: title.name, width=24),
        ExportColumn("level", "级别", lambda title: title.level, optional=True),
        ExportColumn("phone", "手机号", phone, guard="tests.phone"),
        ExportColumn("secret", "口令", lambda title: "绝密", guard="tests.secret"),
        ExportColumn("day", "日期", lambda title: date(2026, 11, 24)),
        ExportColumn("at", "时间", lambda title: NOW, optional=True),
        ExportColumn("high", "高级", lambda title: title.level >= 3),
        ExportColumn("none", "空", lambda title: None),
    )

    def rows(self, user: Any, params: Any) -> Any:
        rows = Title.objects.order_by("name")
        return rows.filter(name__contains=params["q"]) if params.get("q") else rows


@pytest.fixture(autouse=True)
def exporter(settings: Any, tmp_path: Path) -> Iterator[TitleExport]:
    settings.MEDIA_ROOT = tmp_path
    guards = (
        GuardedField("tests.phone", "手机号", lambda value: mask_middle(value, head=3, tail=4)),
        GuardedField("tests.secret", "口令", lambda value: "*", exportable=False),
    )
    one = TitleExport()
    with GUARDED_FIELDS.holding(*guards), EXPORTS.holding(one):
        yield one


def give_level(user: Any, field: str, level: str) -> Any:
    """Let the first role of ``user`` see ``field`` so; return a fresh user."""
    user.roles.first().fields.update_or_create(field=field, defaults={"level": level})
    return type(user).objects.get(pk=user.pk)
