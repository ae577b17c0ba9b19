"""What else stands in a cell that should name one unit: another unit, a remark, a post."""

from __future__ import annotations

import re
from collections.abc import Iterator

from expertpool.core.text import one_line
from expertpool.directory.validators import core_of

MOST_PARTS = 5
# What ends like an organisation: a name that does is no person's, a line that does may be a whole name.
UNIT_LIKE = re.compile(
    r".{2,}(?:公司|集团|[学医设计研究]院|研究所|事务所"
    r"|(?:检[验测]|监督|监测|管理|设计|交易|计量|防治|保健|勘察|勘测|测绘|[试实]验|鉴定|统计)所|大学|中学|小学|学校|中心|[学协]会|委员会|银行|[局厂站])"
)
# What no unit has in its name.
NO_NAME = re.compile(r'[<>{}\\^="]')
# What belongs to the unit above it: 股份有限公司 / 长沙分公司.
_BRANCH = re.compile(r".*(?:[分支](?:公司|[院行局所部校社]|中心)|办事处|营业部|代表处)")
_HAN = re.compile(r"[\u3400-\u9fff]{2}")  # of other letters a comma tells nothing (Co., Ltd.)
_BRACKETED = re.compile(r"[（(\[【〔][^（()）]{0,100}[）)\]】〕]")
_APART = re.compile(r"[、，,；;/／|\n]+")
_REMARKS = "已?(?:退休|离休|离退休|内退|离职|离岗)|(?:退休)?返聘|在职|兼职|外聘|借调|挂职|特聘"
_RANKS = r"(?:原|前)?(?:[一二三四]级)?[副总]?(?:常务|执行|党委|党组|首席|主任|主管|主治|正?高级|助理)?[副总]?"
# What somebody holds in a unit, and in a part of it; and what he is by his training, wherever he works.
_HELD = (
    r"(?:[院校所处科股局厅部会站队馆厂行台组县镇乡区市]长|董事长|护士长|主任|书记|主席|巡视员|调研员"
    r"|(?:项目|技术|质量|安全|财务|工程|部门|业务|行政|市场|经营)?(?:经理|负责人|总监|总工|主管|顾问|骨干)"
    r"|(?:总经理|院长|校长|主任|行政)助理|[科职]员|(?:办事|技术|监理|造价|质监|监督|检验|教研)员"
    r"|党[组委]成员|党委委员|董事|监事|法人(?:代表)?|法定代表人|合伙人|副总|员工|专工|护士|会计|干部)"
)
_TRAINED = (
    r"(?:(?:注册|监理|造价|安全|结构|设计|电气)*工程师|经济师|会计师|审计师|统计师|农艺师|畜牧师|兽医师"
    r"|设计师|建筑师|规划师|技师|[药护]师|教授|讲师|教师|博导|硕导|研究员|医师|律师|高工)"
)
_POSTS = rf"{_RANKS}(?:{_HELD}|{_TRAINED})"
# 党组成员、副局长; 副院长兼总工
_SEVERAL_POSTS = rf"{_POSTS}(?:[、，,/／兼]{_POSTS}){{0,3}}"
_PART_OF_UNIT = r"[\u3400-\u9fff]{1,8}?[部科处室股系办组]"  # 外科主任, 工程部经理
_REMARK = re.compile(
    rf"[（(\[【〔](?:(?:{_REMARKS}|原).{{0,100}}?|{_POSTS})[）)\]】〕]|(?:{_REMARKS})$"
)
_POST = re.compile(rf"{_SEVERAL_POSTS}$")
_POST_WITHIN = re.compile(rf"(?=\s{{0,9}}(?:{_SEVERAL_POSTS}|{_PART_OF_UNIT}{_RANKS}{_HELD})$)")
_BETWEEN = " /／、，,—–|"  # 湖南大学／副院长
_HAS_POSTS = re.compile(rf"{UNIT_LIKE.pattern}|.{{2,}}(?:政府|[一二三四五六七八九十]中)")


def parts_of(name: str) -> list[str]:
    """Return what of ``name`` may be the unit where more stands in it than that: a list
    (黄石三院、武汉大学), a remark (黄石三院（退休）), a post (黄石三院副院长). Of a plain name nothing."""
    whole = name.strip()
    found = dict.fromkeys(filter(None, map(_bare, _pieces(whole))))
    found.pop(whole, None)
    return list(found)[:MOST_PARTS]


def unit_and_post(text: str) -> tuple[str, str]:
    """Return the unit and the post that stand in one text (湘潭市水文局总工程师, 湖南大学/副院长), where the one ends like
    a unit and the other is a post and no more; two empty texts: it is not so."""
    whole = text.strip()
    unit = post = ""
    # The longest name that leaves a post: 住建局质安站 of 住建局质安站站长.
    for found in _POST_WITHIN.finditer(whole):
        before = whole[: found.start()].strip(_BETWEEN)
        if _HAS_POSTS.fullmatch(before):
            unit, post = before, whole[found.start() :].strip()
    return unit, post


def lines_apart(cell: str) -> str:
    """Return ``cell`` with what was broken into lines joined; where each line is a unit's name by
    itself (but for a group, whose companies go by its name, and a branch below its company), with a mark between them: these are asked about."""
    lines = list(filter(None, map(str.strip, cell.splitlines())))
    are_units = all(
        UNIT_LIKE.fullmatch(line) and core_of(line) and not line.endswith("集团") for line in lines
    ) and not any(map(_BRANCH.fullmatch, lines[1:]))
    return "；".join(lines) if are_units else one_line(cell)


def _pieces(name: str) -> Iterator[str]:
    """Yield what stands between commas, but for those in brackets."""
    at = 0
    for cut in _APART.finditer(_BRACKETED.sub(lambda found: "·" * len(found[0]), name)):
        yield name[at : cut.start()]
        at = cut.end()
    yield name[at:]


def _bare(piece: str) -> str:
    """Return a piece without remark and post; empty where it is nothing else."""
    bare = _POST.sub("", _REMARK.sub("", piece.strip()).strip()).strip()
    return bare if _HAN.search(bare) else ""
