"""Sample data of the style guide: people who do not exist, always the same ones."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings

from expertpool.core.timeline import TimelineEntry, TimelineFile
from expertpool.core.views.site import MARK

Row = dict[str, Any]

STATES = [
    ("formal", "在库", "green"),
    ("pending", "待审核", "amber"),
    ("frozen", "冻结", "blue"),
    ("expiring", "即将到期", "orange"),
    ("removed", "出库", "grey"),
    ("blacklisted", "黑名单", "red"),
]
TONE_LABELS = {
    "green": "在库",
    "orange": "即将到期",
    "amber": "待审核",
    "grey": "出库",
    "red": "黑名单",
    "blue": "冻结",
}
DIVISIONS = ["南湖市", "东江区", "高新区", "河西区", "临山县", "省直"]
TITLES = [("s", "正高级工程师"), ("a", "高级工程师"), ("p", "教授"), ("r", "研究员")]
EMPLOYERS = [
    "省建筑设计研究院",
    "市信息技术中心",
    "中正律师事务所",
    "省人民医院",
    "省农业大学",
    "市政工程集团有限公司",
    "华信会计师事务所",
]
_TREE: dict[str, dict[str, list[str]]] = {
    "工程类": {
        "勘察设计": ["岩土工程勘察", "建筑设计", "工程测量", "园林景观设计"],
        "施工": ["房屋建筑工程施工", "机电安装工程", "消防与应急"],
        "咨询": ["造价咨询", "工程监理"],
    },
    "货物类": {
        "通用设备": ["办公设备", "计算机及网络设备", "车辆"],
        "专用设备": ["医疗设备", "环保设备", "教学科研仪器"],
    },
    "服务类": {
        "信息技术": ["软件开发", "系统集成", "信息安全测评", "运维服务"],
        "商务服务": ["会计审计", "资产评估", "法律服务"],
        "科研与教育": ["课题评审", "培训服务"],
    },
}


def _nodes() -> dict[str, dict[str, str]]:
    nodes = {}
    for letter, (top, middles) in zip("ABC", _TREE.items(), strict=True):
        nodes[letter] = {"id": letter, "parent": "", "code": letter, "label": top}
        for i, (middle, leaves) in enumerate(middles.items(), 1):
            code = f"{letter}{i:02}"
            nodes[code] = {"id": code, "parent": letter, "code": code, "label": middle}
            for j, leaf in enumerate(leaves, 1):
                key = f"{code}{j:02}"
                nodes[key] = {"id": key, "parent": code, "code": key, "label": leaf}
    return nodes


NODES = _nodes()
LEAVES = [key for key in NODES if len(key) == 5]


def _experts() -> list[Row]:
    chance = Random(42)  # noqa: S311 - sample data
    rows = []
    for number in range(1, 487):
        state = chance.choices(STATES, weights=[70, 10, 6, 8, 4, 2])[0]
        specialties = chance.sample(LEAVES, chance.choice([1, 1, 2, 2, 3]))
        name = chance.choice("刘梁冯高罗郑张于陈杨林周王") + chance.choice(
            ["立新", "世杰", "子轩", "文华", "春梅", "丽娟", "学军", "浩然", "思涵", "永康", "明远"]
        )
        rows.append(
            {
                "pk": number,
                "name": name,
                "code": f"ZJ2020{70000 + number * 37}",
                "employer": chance.choice(EMPLOYERS),
                "title": chance.choice(TITLES)[1],
                "codes": specialties,
                "specialties": [NODES[key]["label"] for key in specialties],
                "division": chance.choice(DIVISIONS),
                "status": state[0],
                "state_label": state[1],
                "state_tone": state[2],
                "draws": chance.randint(0, 60),
                "score": round(chance.uniform(78, 99), 1),
                "term": date(2027, 1, 1) + timedelta(days=chance.randint(0, 700)),
            }
        )
    return rows


EXPERTS = _experts()
PEOPLE = [(str(row["pk"]), row["name"]) for row in EXPERTS]


def search(
    *,
    q: str = "",
    specialty: Sequence[str] = (),
    status: str = "",
    division: str = "",
    term: str = "",
) -> list[Row]:
    """The sample experts that fit the sample filters."""
    rows = [row for row in EXPERTS if q in f"{row['name']}{row['code']}{row['employer']}"]
    if specialty:
        rows = [r for r in rows if any(c.startswith(tuple(specialty)) for c in r["codes"])]
    if status:
        rows = [row for row in rows if row["status"] == status]
    if division:
        rows = [row for row in rows if row["division"] == division]
    if " 至 " in term:
        first, last = term.split(" 至 ")
        rows = [row for row in rows if first <= row["term"].isoformat() <= last]
    return rows


def tabs(rows: Sequence[Row], current: str, query: Any) -> list[Row]:
    """State tabs with their counts."""
    shown = []
    for code, label in [("", "全部"), *((code, label) for code, label, _ in STATES[:5])]:
        address = query.copy()
        address.pop("page", None)
        address["tab"] = code
        count = sum(not code or row["status"] == code for row in rows)
        url = f"?{address.urlencode()}"
        shown.append({"label": label, "url": url, "active": code == current, "count": count})
    return shown


def shell(path: str) -> Row:
    """Menu and top bar of somebody who may do everything."""

    def entry(label: str, icon: str, name: str = "", count: int = 0) -> Row:
        url = f"/styleguide/{name}/" if name else "/styleguide/"
        return {"label": label, "icon": icon, "url": url, "active": path == url, "count": count}

    mark = MARK.format(first="王建国 省公共资源交易中心", second="2026-11-24 09:30 10.12.8.31")
    return {
        "menu_groups": [
            {"label": "", "items": [entry("工作台", "layout-dashboard", "dashboard")]},
            {
                "label": "专家库管理",
                "items": [
                    entry("专家信息", "users", "list"),
                    entry("专家全景", "id-badge-2", "detail"),
                    entry("新增专家", "user-plus", "form"),
                    entry("入库审核", "user-check", "empty", 18),
                ],
            },
            {
                "label": "抽取管理",
                "items": [
                    entry("抽取大厅", "target-arrow", "room", 3),
                    entry("打印", "printer", "print"),
                    entry("对外页面", "world", "public"),
                ],
            },
            {"label": "系统管理", "items": [entry("组件", "components")]},
        ],
        "search_url": "/styleguide/search/",
        "messages_url": "/styleguide/empty/",
        "unread_count": 12,
        "help_url": "/styleguide/",
        "account_name": "王建国",
        "account_unit": "省公共资源交易中心",
        "account_items": [{"label": "个人设置", "url": "/styleguide/form/", "icon": "settings"}],
        "logout_url": "/styleguide/done/",
        "watermark_url": f"data:image/svg+xml;base64,{base64.b64encode(mark.encode()).decode()}",
    }


def timeline(now: datetime) -> list[TimelineEntry]:
    """Four things that happened."""
    return [
        TimelineEntry(
            now, "抽取表已打印", "王建国", "共 5 名专家，1 份。", tone="blue", icon="printer"
        ),
        TimelineEntry(
            now - timedelta(hours=1),
            "补抽 1 人",
            "王建国",
            "刘立新请假，同一次定序的下一位补入。",
            tone="amber",
            icon="arrows-shuffle",
        ),
        TimelineEntry(now - timedelta(hours=2), "拒绝参加", "刘立新", "原因：出差。", tone="red"),
        TimelineEntry(
            now - timedelta(days=1),
            "抽取方案已封存",
            "系统",
            "候选人 126 人。",
            tone="green",
            files=[TimelineFile("封存记录.pdf", "/styleguide/done/", "/styleguide/done/")],
        ),
    ]


def large_tree() -> list[Row]:
    """2,000 nodes in three levels."""
    rows: list[Row] = []
    for top in range(20):
        rows.append({"id": f"{top:02}", "parent": "", "code": f"{top:02}", "label": f"大类{top}"})
        for middle in range(9):
            code = f"{top:02}{middle:02}"
            rows.append(
                {"id": code, "parent": f"{top:02}", "code": code, "label": f"中类{top}-{middle}"}
            )
            rows += [
                {
                    "id": f"{code}{n:02}",
                    "parent": code,
                    "code": f"{code}{n:02}",
                    "label": f"专业{n}",
                }
                for n in range(10)
            ]
    return rows


def icon_names() -> list[str]:
    """What is in the sprite, where the checkout is at hand."""
    path = Path(settings.STATICFILES_DIRS[0]).parent / "frontend" / "icons.json"
    names: list[str] = json.loads(path.read_text()) if path.is_file() else []
    return names


def _choices(pairs: Sequence[tuple[str, str]]) -> list[Mapping[str, str]]:
    return [{"value": value, "label": label} for value, label in pairs]


def _operators(*pairs: tuple[str, str]) -> list[Mapping[str, str]]:
    return [{"code": code, "label": label} for code, label in pairs]


_LEVELS = [("associate", "副高"), ("full", "正高"), ("middle", "中级")]
SCHEMA: list[Row] = [
    {
        "code": "specialty",
        "label": "评审专业",
        "type": "tree",
        "src": "/styleguide/tree/",
        "operators": _operators(("in", "属于"), ("not_in", "不属于")),
    },
    {
        "code": "title_level",
        "label": "职称级别",
        "type": "choice",
        "choices": _choices(_LEVELS),
        "operators": _operators(("gte", "不低于"), ("eq", "是")),
    },
    {
        "code": "division",
        "label": "所在区域",
        "type": "multi",
        "choices": _choices([(name, name) for name in DIVISIONS]),
        "operators": _operators(("in", "是其中之一"), ("not_in", "不是其中任何一个")),
    },
    {
        "code": "draws",
        "label": "参评次数",
        "type": "number",
        "suffix": "次",
        "operators": _operators(("lte", "不多于"), ("gte", "不少于"), ("between", "介于")),
    },
    {
        "code": "term",
        "label": "聘期至",
        "type": "date",
        "operators": _operators(("after", "晚于"), ("between", "介于"), ("empty", "未填")),
    },
    {
        "code": "local",
        "label": "本地专家",
        "type": "boolean",
        "operators": _operators(("eq", "是否")),
    },
    {
        "code": "employer",
        "label": "工作单位",
        "type": "unit",
        "src": "/styleguide/people/",
        "operators": _operators(("in", "是"), ("not_in", "不是")),
    },
    {
        "code": "name",
        "label": "姓名",
        "type": "text",
        "operators": _operators(("contains", "包含")),
    },
]
CONDITIONS = json.dumps(
    {
        "all": [
            {"field": "specialty", "op": "in", "value": ["0001"]},
            {"field": "title_level", "op": "gte", "value": "associate"},
            {
                "any": [
                    {"field": "division", "op": "in", "value": ["南湖市", "省直"]},
                    {"not": {"any": [{"field": "draws", "op": "between", "value": [10, 60]}]}},
                ]
            },
        ]
    }
)
