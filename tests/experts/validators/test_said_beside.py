"""What stands beside a name, a unit or in a remark is noticed."""

from __future__ import annotations

from datetime import date

import pytest

from expertpool.experts.validators.regions import Regions
from expertpool.experts.validators.values import oddities, unit_warning


@pytest.mark.parametrize(
    ("remark", "is_odd"),
    [
        ("已故", True),
        ("不再参加评审", True),
        ("列入不良记录", True),
        ("因违规被除名", True),
        ("2024年起停用", True),
        ("拒绝续聘", True),
        ("已去世", True),
        ("无不良记录", False),
        ("没有不良记录", False),
        ("已退休", True),
        ("退休返聘", False),
    ],
)
def test_remarks_of_who_has_left(remark: str, is_odd: bool) -> None:
    values = {"name": "张伟", "remark": remark}
    found = [*oddities(values, born=None, today=date(2026, 1, 1), regions=Regions(()))]
    assert bool(found) == is_odd


@pytest.mark.parametrize(
    ("name", "is_odd"),
    [
        ("本单位", True),
        ("同工作单位", True),
        ("原单位长沙市审计局", True),
        ("湖南大学及其下属单位", True),
        ("湖南大学(2023年前)", True),
        ("原平阳建设公司", True),
        ("湖南大学（武汉某学院）", True),
        ("配偶单位：湖南大学", True),
        ("子女:湖南大学", True),
        ("（配偶）湖南大学", True),
        ("爱人所在湖南大学", True),
        ("父子酒业有限公司", False),
        ("亲和源股份有限公司", False),
        ("湖南大学", False),
        ("原平市审计局", False),
        ("原阳县财政局", False),
        ("固原市原州区住建局", False),
        ("原州区住建局", False),
        ("中国地质大学（武汉）", False),
        ("中国石油大学(北京)", False),
        ("大华会计师事务所（特殊普通合伙）", False),
        ("湖南建工（集团）有限公司", False),
    ],
)
def test_units_to_be_avoided_that_may_be_none(name: str, is_odd: bool) -> None:
    assert bool(unit_warning(name)) == is_odd
