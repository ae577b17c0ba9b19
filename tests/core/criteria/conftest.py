"""A small subject: conditions over exports, with a table that has empty values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Q

from expertpool.core.criteria import (
    Boolean,
    Choice,
    Context,
    Date,
    Number,
    Reference,
    Text,
    Tree,
    register_criteria,
)
from expertpool.core.criteria.registry import criteria_of
from expertpool.core.models.exports import ExportState
from expertpool.core.visibility import GUARDED_FIELDS, GuardedField

SUBJECT = "tests.export"
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai
CONTEXT = Context(now=NOW)
CODES = {"A": "工程", "A01": "规划", "B": "货物"}


def _labels(values: Sequence[str]) -> dict[str, str]:
    return {value: CODES[value] for value in values if value in CODES}


def _code_q(op: str, values: Sequence[str], context: Context) -> Q:
    starts = [Q(exporter__startswith=value) for value in values]
    return Q(*starts, _connector=Q.AND if op == "all" else Q.OR)


def _recent_q(op: str, value: bool, context: Context) -> Q:
    recent = Q(created_at__gt=context.now - timedelta(days=7))
    return recent if value else ~recent


FIELDS = (
    Text(code="title", label="名称"),
    Text(code="dear", label="逐行计算", path="title", is_dear=True),
    Text(code="error", label="失败原因", nullable=True),
    Choice(code="state", label="状态", choices=ExportState.choices),
    Choice(
        code="size",
        label="大小",
        path="total",
        choices=[(1, "小"), (2, "中"), (3, "大")],
        ordered=True,
    ),
    Number(code="rows", label="行数", suffix="行", maximum=1000),
    Date(code="finished", label="完成日期", path="finished_at", moments=True, nullable=True),
    Boolean(code="recent", label="近一周", match=_recent_q),
    Tree(code="code", label="专业", match=_code_q, labels=_labels, src="/tree.json"),
    Reference(code="exporter", label="导出项", labels=_labels, src=lambda: "/search.json"),
    Text(code="address", label="IP 地址", guard="tests.address"),
)


@pytest.fixture(autouse=True)
def subject() -> Iterator[str]:
    address = GuardedField("tests.address", "IP 地址", lambda value: "***")
    with GUARDED_FIELDS.holding(address), criteria_of(SUBJECT).holding():
        register_criteria(SUBJECT, *FIELDS)
        yield SUBJECT
