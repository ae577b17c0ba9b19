"""What lists say of somebody's standing: the words for whoever has left the pool, or may not be drawn.

One place for all that is asked: headings, titles and sheets, columns, remarks, brackets behind a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from expertpool.core.importing import NO as SAID_NO
from expertpool.core.importing import YES, is_of_a_thing, normalise_header

LONGEST = 20  # letters of a word that says no more than that

_LATE = "去世|过世|离世|病故|病逝|逝世|已故|亡故|身故"
_DEAD = f"{_LATE}|死亡"
_RETIRED = "退休|离休"
_OUT = (
    "退出|退库|出库|离库|注销|取消|吊销|撤销|离职|辞职|辞聘|辞退|离任|卸任|调离|调出|清退|开除|除名|停用|禁用|停聘|解聘"
    "|冻结|暂停|失效|终止|届满|到期|黑名单|不良[记纪]录|不再(?:参加|参与|担任|聘任|聘用|续聘)"
)
# Too much else is called so where more stands beside it: 清理, 处罚, 无效.
_ALONE = (
    "取消资格|清理|清出|剔除|移除|移出|淘汰|中止|无效|作废|期满|处罚|判刑|拉黑|不良行为|不合格|驳回|退回"
    "|[不未]通过(?:审[核查批]|[初复]审)?|不予入库"
    "|删除|停止(?:使用|抽取|参评|聘任)|不可(?:用|抽取|参评)|(?:不予?|未|拒绝|不愿|放弃)续聘|(?:已?不|非)在(?:库|册|聘|岗|职|任)"
)
_BEFORE = (
    r"(?:已经?|现已?|被|拟|待|建议|申请|要求|自愿|主动|本人|因[^,，。;；]{1,4}?|(?:19|20)?\d{2}年(?:\d{1,2}月)?|专家|人员"
    r"|审[核查批]|[初复]审|资格|强制|临时|暂时|长期|永久|列入|移入|纳入|进入|办理|受到?|遭|曾|到龄|自动|状态)"
)
# Of those in `_OUT` and `_ALONE` the words that are said of persons only.
_OF_PERSONS = (
    "退出|退库|出库|离库|离职|辞职|辞聘|辞退|离任|卸任|调离|调出|清退|开除|除名|停聘|解聘|黑名单|不良[记纪]录|拉黑|判刑|不良行为"
    "|不再(?:参加|参与|担任|聘任|聘用|续聘)|(?:不予?|未|拒绝|不愿|放弃)续聘|(?:已?不|非)在(?:库|册|聘|岗|职|任)"
)
_AFTER = (
    r"(?:人员|专家|评委|状态|使用|资格|库|名单|参评|参加|评[标审]|抽取|聘[用任]|处[理分]|了|者|类|中|的"
    r"|(?:\d{1,2}|[一二三半])(?:年|个月))"
)
_IS_GONE, _IS_OUT, _HE_IS = (
    re.compile(rf"{_BEFORE}{{0,4}}(?:{words}){_AFTER}{{0,3}}")
    for words in (
        *(f"{_DEAD}|{_RETIRED}|{_OUT}|{_ALONE}", f"{_DEAD}|{_OUT}|{_ALONE}"),
        f"{_DEAD}|{_RETIRED}|{_OF_PERSONS}",
    )
)
# What a part of a list, its title or its sheet says of people who have left, or may not be drawn.
_LEFT = re.compile(rf"(?<![未无非不])(?<!没有)(?<!不含)(?<!除)(?:{_DEAD}|{_RETIRED}|{_OUT})")
_OF_PART = r"(?:人员|专家|名单|名册|部分|情况|同志|教师|职工|干部|者|类|组)"
# A heading that speaks of a part of the people, and is no sentence: 已取消资格人员, 在职专家名单.
_LEFT_PART = re.compile(rf"[^,，。;；:：]{{0,30}}?(?:{_OF_PART}(?:名单|名册)?|{_LEFT.pattern})的?")
_AT_WORK = "在职|在岗|在库|在聘|在任|现职|现任|返聘|续聘|继续聘[用任]"
_OTHER_PART = re.compile(
    rf"(?:{_AT_WORK}|外聘|特聘|正式|有效|新增|其他|其余){_OF_PART}(?:名单|名册)?"
)
_STANDS = re.compile(rf"(?:退休)?(?:{_AT_WORK}|启用)(?:人员|专家)?")
# Of a remark, which says other things, too; who is retired may well be drawn.
_IN_REMARK = re.compile(
    rf"(?<![未无非])(?<!没有)(?<!未[被曾])(?<!不在)(?<!未列入)"
    rf"(?:{_LATE}|已死亡|调离|调出|调走|(?<!协)调[往至到]|黑名单|不良[记纪]录|不良行为|取消资格|清退|开除|除名|停用|停职"
    r"|已经?(?:离职|辞职|退出|退库|注销|解聘)|不再(?:参加|参与|担任|从事|聘任|聘用|续聘)|(?:拒绝|不予?|不愿)续聘"
    # Whom nobody can ask any more, or who does not want to be asked.
    r"|失联|联系不[上到]|无法联系|已?不在(?:人世|了)|人已不在|已换人|由.{1,8}接替|转[出至到](?:省|市|外|其他)?.{0,6}库"
    r"|移民|定居(?:国|海)外|(?:已|长期|现)出国|(?:不能|无法|不愿意?|不想|不便)(?:再|继续)?(?:参加|参与|参评|担任|评[审标]|继续)"
    r"|不干了|病重|长期病[假休]|(?<!未受)(?<!受过)处分|(?<![未无没])受到?(?:行政|刑事)处罚|双规|留置|被查|立案|(?:被|已)(?:逮?捕|拘留|判刑)|服刑|失信)"
)
# And not: 未退休, 退休返聘.
_RETIRED_NOW = re.compile(
    r"(?<![未无非不将待拟])(?<!没有|即将|预计)(?<!未办理)(?:已经?|办理)?[退离]休(?!后?返聘|前|年龄)"
)
_BRACKETS = re.compile(r"[（(\[【]([^（()）]{0,100})[）)\]】]")
# Headers of columns that say by yes or no whether somebody is in the pool, or out of it.
_ASKS_IF_IN = re.compile(
    r"是否(?:仍|还|现|已|为)?(?:在库|在册|有效|正常|可用|启用|在用|在聘|合格|续聘|继续聘[用任]|参评|可?抽取)(?:专家|状态)?"
    r"|(?:有效|启用|在库|可用)(?:标[志识记]|与否|否|性|状态|情况)?|(?:is_?)?(?:valid|active|enabled?)(?:_?flag)?"
)
_ASKS_IF_OUT = re.compile(
    r"(?:是否)?(?:已|被)?(?:逻辑)?(?:删除|作废|注销|停用|禁用|冻结|失效|锁定|屏蔽|退出|退库|出库)(?:标[志识记]|与否|否|状态)?"
    r"|(?:is_?)?(?:del(?:eted?)?|disabled?|locked|frozen)(?:_?flag)?"
)
# Headers that say no more than of whose standing they are: 专家库状态, 年度考核结果, 去向.
_OF_STANDING = re.compile(
    "(?:专家|人员|评委|评审|评标|个人|本人|用户|账号|账户|帐号|(?:专家)?库|在库|入库|在册|在职|在岗|在聘|在任|任职|履职|聘任|聘用|续聘"
    "|使用|启用|有效|抽取|参评|资格|资质|审核|审查|审批|复审|初审|核查|年审|年度|本年|考核|考评|评价|健康|身体|退休|离退休|退出|退库"
    "|注销|停用|冻结|变动|变更|变化|异动|清理|清退|管理|处理|(?:数据)?操作|动作|信用|诚信|目前|当前|现|最终|备|注|其他|是否|可否|能否|的|与否?"
    r"|状态|情况|状况|现状|状|标[志识记]|类[别型]|分类|性质|身份|结果|结论|意见|说明|备注|等[级次]|去向|去留|动向|动态|原因|方式|[\d一二三四])++"
    r"|(?:(?:is|user|expert|use|audit|account|pool|record|data|job|work)_?)*(?:status|state|flag|remarks?|notes?)"
)
IN_POOL_HEADERS = (
    *("是否在库", "是否有效", "是否正常", "是否可用", "是否启用", "是否在聘", "是否合格"),
    *("有效标志", "有效标识", "启用标志", "启用标识", "是否续聘", "有效性"),
    *("DEL_FLAG", "IS_DELETED", "DELETED", "删除标志", "删除标识", "删除标记", "是否删除"),
    *("IS_VALID", "VALID", "IS_ACTIVE", "ACTIVE", "ENABLED", "IS_ENABLED"),
)
NO = frozenset(
    (
        *SAID_NO,
        *("不", "不是", "没有", "未", "未列入", "非", "非黑名单", "正常", "0", "F"),
    )
)
_NOT_IN = NO - {"正常"}
_YES = YES | {"1", "T", "有"}


def is_gone(word: str) -> bool:
    """Tell whether a word says of somebody that he has left, or may not be drawn, and nothing else: 已注销, 因病退出."""
    return len(word) <= LONGEST and _IS_GONE.fullmatch(word) is not None


def is_standing(word: str) -> bool:
    """Tell whether a word says no more than whether somebody is in the pool, or at work."""
    return is_gone(word) or (len(word) <= LONGEST and _STANDS.fullmatch(word) is not None)


def speaks_of_standing(header: str) -> bool:
    """Tell whether a header speaks of somebody's standing, and of nothing that he has or takes part in."""
    name = normalise_header(header).lower()
    return len(name) <= LONGEST and any(
        one.fullmatch(name) for one in (_OF_STANDING, _ASKS_IF_IN, _ASKS_IF_OUT)
    )


def gone_below(header: str) -> Callable[[str], bool]:
    """Return what tells of a word below ``header`` whether it says that somebody has left: 否 does below 是否在库,
    and 1 below DEL_FLAG. Below another header only what is said of persons counts, as 去世 is and 已注销 is not, and
    nothing below one of a thing: 证书状态."""
    name = normalise_header(header).lower()
    if _ASKS_IF_IN.fullmatch(name):
        return lambda word: word in _NOT_IN or is_gone(word)
    if _ASKS_IF_OUT.fullmatch(name):
        return lambda word: word in _YES or is_gone(word)
    if speaks_of_standing(header):
        return is_gone
    if is_of_a_thing(header):
        return lambda _: False
    return lambda word: len(word) <= LONGEST and _HE_IS.fullmatch(word) is not None


def has_left(text: str) -> bool:
    """Tell whether a text says of people that they have left, or may not be drawn."""
    return _LEFT.search(text) is not None or is_gone(text)


def speaks_of_part(text: str) -> bool:
    """Tell whether a heading speaks of a part of the people by their standing: 退休人员, 在职专家."""
    bare = re.sub(r"[(（【\[].{0,20}?[)）】\]]$", "", text) or text[1:-1]
    is_left = is_gone(bare) or (has_left(bare) and _LEFT_PART.fullmatch(bare))
    return bool(is_left or _OTHER_PART.fullmatch(bare))


def says_gone(remark: str) -> str:
    """Return the word of a remark that says that somebody has left, or retired; empty: it says nothing of it."""
    bare = remark.strip()
    if is_gone(bare):
        return bare
    found = _IN_REMARK.search(remark) or _RETIRED_NOW.search(remark)
    return found[0] if found else ""


def status_beside(name: str) -> str:
    """Return what brackets behind a name say of whoever cannot be a member: 张三（已故）; empty: nothing."""
    found = _BRACKETS.search(name)
    said = found[1].strip() if found else ""
    return said if _IN_REMARK.search(said) or _IS_OUT.fullmatch(said[:LONGEST]) else ""
