"""What the page of an import makes of a word that no list has: chosen already only where it can mean one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.models import ImportMemory
from expertpool.experts.models import Expert
from tests.core.importing.test_import_pages import HEAD, post, standing, upload, word_field
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

CERTAIN = {
    "所在地区": {
        "凉山州": "凉山彝族自治州",
        "凉山": "凉山彝族自治州",
        "恩施州": "恩施土家族苗族自治州",
        "大理州": "大理白族自治州",
        "临夏州": "临夏回族自治州",
        "红河州": "红河哈尼族彝族自治州",
        "阿坝州": "阿坝藏族羌族自治州",
        "海南州": "海南藏族自治州",
        "伊犁州": "伊犁哈萨克自治州",
        "广西": "广西壮族自治区",
        "宁夏": "宁夏回族自治区",
        "新疆": "新疆维吾尔自治区",
        "西藏": "西藏自治区",
        "内蒙古": "内蒙古自治区",
        "湖北": "湖北省",
        "湖北恩施州": "恩施土家族苗族自治州",
        "湖北省恩施州": "恩施土家族苗族自治州",
        "湖北恩施州利川市": "利川市",
        "恩施州利川市": "利川市",
        "新疆伊犁州": "伊犁哈萨克自治州",
        "四川凉山": "凉山彝族自治州",
        "广西南宁": "南宁市",
    },
    "职称": {"高工": "高级工程师", "教授级高工": "教授级高级工程师", "中级工程师": "工程师"},
    "学历": {"大学": "本科"},
}
OFFERED = {
    "所在地区": {
        "恩施": ["恩施市", "恩施土家族苗族自治州"],
        "湖北恩施": ["恩施市", "恩施土家族苗族自治州"],
        "吉林": ["吉林省", "吉林市"],
        "巴州": ["巴州区", "巴音郭楞蒙古自治州"],
    },
    "职称": {
        "研究员级高级工程师": ["教授级高级工程师", "正高级工程师"],
        "高级工程师（水利）": ["高级工程师"],
        "高级工程师（正高级）": [],
        "高级技师": [],
        "一级建造师": [],
        "一级造价工程师": [],
        "正高级讲师": [],
        "注册造价工程师": [],
        "高级": [],
    },
    "学历": {"研究生": ["硕士研究生", "博士研究生"]},
    "评审专业": {"城市规划": ["城市规划（设计）", "规划"]},
}


@pytest.fixture
def client(admin: User) -> Client:
    return login(Client(), admin)


@pytest.mark.shows("EXP-08")
def test_only_what_can_mean_one_is_chosen_already(client: Client, tmp_path: Path) -> None:
    rows: list[list[Any]] = [[*HEAD, *(columns := list(CERTAIN | OFFERED))]]
    asked = {
        (column, word): means
        for told in (CERTAIN, OFFERED)
        for column, words in told.items()
        for word, means in words.items()
    }
    for at, (column, word) in enumerate(asked):
        cells = [word if one == column else "" for one in columns]
        rows.append([f"甲{at}", f"139111{at:05}", *cells])
    page = upload(client, tmp_path, rows)
    lines = {(one["column"], one["word"]): one for one in page.context["form"].word_lines()}
    assert {key: line["suggestion"] or line["proposals"] for key, line in lines.items()} == asked
    for key, line in lines.items():
        # Of a level alone (高级) it is asked, with the titles of that level.
        held = line["field"].value() or ""
        assert held == (asked[key] if isinstance(asked[key], str) else "")
    assert "高级工程师" in lines["职称", "高级"]["question"]["meanings"]


@pytest.mark.shows("EXP-08")
def test_what_nobody_chose_is_not_put_in_and_not_remembered(client: Client, tmp_path: Path) -> None:
    rows = [
        [*HEAD, "职称", "所在地区"],
        ["甲", "13911110001", "研究员级高级工程师", "恩施"],
        ["乙", "13911110002", "工程师", "恩施州"],
    ]
    page = upload(client, tmp_path, rows)
    text = page.content.decode()
    assert "请选择（不选就按原样保存）" in text
    assert "可能是：教授级高级工程师、正高级工程师" in text
    assert "可能是：恩施市、恩施土家族苗族自治州" in text
    for _ in range(2):
        page = post(client, "confirm", page.context["run"], standing(page))
    first, second = Expert.objects.order_by("pk")
    assert (first.title, first.title_level, first.division) == ("研究员级高级工程师", 0, None)
    assert str(second.division) == "恩施土家族苗族自治州"
    assert [one.said for one in ImportMemory.objects.all()] == ["恩施州"]


@pytest.mark.shows("EXP-08")
def test_one_of_what_is_offered_is_chosen(client: Client, tmp_path: Path) -> None:
    page = upload(client, tmp_path, [[*HEAD, "所在地区"], ["甲", "13911110001", "恩施"]])
    typed = {word_field(page, "恩施"): "恩施市"}
    page = post(client, "answers", page.context["run"], standing(page, **typed))
    assert "可能是" not in page.content.decode()
    post(client, "confirm", page.context["run"], standing(page))
    assert str(Expert.objects.get().division) == "恩施市"
