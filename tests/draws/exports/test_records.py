"""The records of draws in their set columns."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.http import QueryDict
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.exporting.workbook import Stamp, write_xlsx
from expertpool.directory.enums import TitleLevel
from expertpool.draws.exports.records import DrawExport
from expertpool.draws.services.plan import GroupInput
from expertpool.projects.models import Project
from tests.factories.draws import make_draw
from tests.factories.experts import make_expert, make_unit

pytestmark = pytest.mark.django_db
SET_FORM = [
    "抽取编号",
    "项目名称",
    "项目编号",
    "项目类型",
    "适用制度",
    "采购单位",
    "所属部门",
    "负责人",
    "评审地点",
    "评审时间",
    "抽取时间",
    "抽取人",
    "方式",
    "抽取条件",
    "应抽人数",
    "候选人数",
    "已邀请人数",
    "同意人数",
    "是否补抽",
    "状态",
    "结束时间",
    "封存值",
    "补充的抽取",
]
SENIOR: dict[str, Any] = {
    "field": "title_level",
    "op": "gte",
    "value": str(TitleLevel.SENIOR.value),
}
ANYBODY: dict[str, Any] = {"all": []}


@pytest.mark.shows("DRAW-37")
def test_the_file_has_the_set_columns_and_tells_each_draw(
    operator: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        make_expert()
    groups = [GroupInput("技术", 1, [SENIOR, ANYBODY]), GroupInput("经济", 1, [ANYBODY])]
    draw = make_draw(now=timezone.now(), operator=operator, groups=groups)
    unit = make_unit("=市第一医院")
    Project.objects.filter(pk=draw.project_id).update(kind="货物", purchaser=unit)
    stream = io.BytesIO()
    with django_assert_max_num_queries(12):
        write_xlsx(
            DrawExport(),
            user=operator,
            params=QueryDict(""),
            stamp=Stamp("经办人", timezone.now(), ""),
            stream=stream,
        )
    sheet = openpyxl.load_workbook(stream).active
    assert sheet is not None
    rows = [list(row) for row in sheet.values]
    assert rows[0] == SET_FORM
    row = dict(zip(SET_FORM, rows[1], strict=True))
    assert (row["抽取编号"], row["项目类型"], row["采购单位"]) == (
        draw.number,
        "货物",
        "=市第一医院",
    )
    assert (row["适用制度"], row["方式"]) == ("招标投标", "随机抽取")
    assert row["抽取条件"] == "技术 1 人：职称级别 不低于 正高，否则 不限；经济 1 人：不限"
    # How many candidates there were comes with the names.
    assert (row["应抽人数"], row["候选人数"], row["已邀请人数"]) == (2, None, 2)
    assert row["封存值"] == draw.seal
