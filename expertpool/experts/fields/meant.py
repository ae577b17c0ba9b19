"""Which entries of ours a word of a list may mean: by rule, not by the letters that they share.

凉山州 shares two letters with 凉州区, which is in another province, and 高级技师 holds 技师, which is another title.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from expertpool.directory.models import Division

# A region named by its people: 凉山彝族自治州. Not all names have 族: 伊犁哈萨克自治州.
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇"
    "|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|普米|塔吉克|怒|鄂温克|保安|裕固|独龙|各"
)
# How the name of a division ends, and which peoples stand before 自治. Both are read from the end, where there is one
# way to read them: from the front each letter may be the last of the place.
_END = re.compile(
    r"(?:(?P<own>[区州县旗])治自|区政行别特|区地|区林|[省市区县旗盟州])(?=.{2})", re.DOTALL
)
_PEOPLE = re.compile(rf"族?(?:{_PEOPLES[::-1]})(?=.{{2}})", re.DOTALL)
_PREFECTURE = "自治州"
_PROVINCE = re.compile(
    "^(?:北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆"
    "|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆)(?:省|市|(?:壮族|回族|维吾尔)?自治区)?"
)
_REMARK = re.compile(r"[(（]([^()（）]*)[)）]")
_RANK = re.compile(r"[级高副正]|教授|研究员|助理")
# The grade of a post, of which there are thirteen: 教授（二级）, 高级工程师五级岗, 专技三级.
GRADE = "(?:(?:专业)?技术岗?位?|专技岗?)?(?P<grade>十[一二三]?|[一二三四五六七八九]|1[0-3]|[1-9])级(?:岗位?)?"
_IS_GRADE, _GRADE_BEHIND = re.compile(GRADE), re.compile(rf"(?<=.{{2}}){GRADE}$")
_BETWEEN_TITLES = re.compile(r"[\s、，,;；/／|+＋&＆（()）和及兼]+")
# One rank by three names.
_FULL = re.compile(r"(?<=级)高工$")  # 研究员级高工
_SENIOR = re.compile(r"^(?:教授级|研究员级)(?:高级)?|^正高(?!级)")


def division_meanings() -> Mapping[str, str]:
    """Return the short ways to write a division that can only mean one, alone or after what it belongs to:
    广西, 凉山州, 湖北恩施州, but not 吉林, which is a province and its city, nor 巴州, by which a prefecture goes beside
    a district of that name."""
    found: dict[str, set[str]] = defaultdict(set)
    after: set[str] = set()  # words that begin with what a division belongs to
    names = dict(Division.objects.values_list("code", "name"))
    prefectures = [name for name in names.values() if name.endswith(_PREFECTURE)]
    for code, name in names.items():
        above = _above(code, names)
        for short in _short(name):
            # Of a word with two meanings one is told apart by no rule.
            doubt = (
                short.endswith("州")
                and not name.endswith(_PREFECTURE)
                and any(one.startswith(short[:-1]) for one in prefectures)
            )
            for before in ("", *above[:1]):
                for way in ways_to_write(before):
                    found[way + short].add("" if doubt else code)
                    if before:
                        after.add(way + short)
        for before in above:
            for way in ways_to_write(before):
                found[way + name].add(code)
                if len(above) > 1 and before is not above[0]:
                    for first in ways_to_write(above[0]):
                        found[first + way + name].add(code)
    meant = {word: _one_of(codes, names, is_after=word in after) for word, codes in found.items()}
    return {word: names[code] for word, code in meant.items() if code}


def _one_of(codes: set[str], names: Mapping[str, str], *, is_after: bool) -> str:
    """Return which of the divisions of a word is meant; empty: nobody can tell. After its province a city goes
    before the county of its name that belongs to it: 湖南长沙."""
    if len(codes) == 1:
        return next(iter(codes))
    if "" in codes or not is_after:
        return ""
    city, *counties = sorted(codes)
    # Not of a prefecture: who writes 湖北恩施 may mean its city.
    is_city = city.endswith("00") and names[city].endswith("市")
    within = all(one[:4] == city[:4] and names[one].endswith("县") for one in counties)
    return city if is_city and within else ""


def _above(code: str, names: Mapping[str, str]) -> list[str]:
    """Return the province of a division, and its city."""
    codes = dict.fromkeys((f"{code[:2]}0000", f"{code[:4]}00"))
    return [names[one] for one in codes if one != code and one in names]


def ways_to_write(name: str) -> list[str]:
    """Return a name and its short ways."""
    return [name, *_short(name)]


def _short(name: str) -> Iterator[str]:
    place, own = _place_of(name)
    if place != name:
        yield place
        if own:
            yield place + own


def may_be_division(word: str) -> Callable[[str], bool]:
    """Return what tells whether ``word`` may be a short or old way to write the name of a division: of one place; 州
    is a prefecture, if there is one. What the word says is read once, not for each of thousands of divisions."""
    rest = _PROVINCE.sub("", word)
    ways = [_may_be(one) for one in dict.fromkeys((word, rest)) if one == word or len(one) > 1]
    return lambda name: any(may_be(name) for may_be in ways)


def _may_be(word: str) -> Callable[[str], bool]:
    if word.endswith("州"):
        return lambda name: (
            name.startswith(word) or (name.endswith(_PREFECTURE) and name.startswith(word[:-1]))
        )
    place, _ = _place_of(word)
    return lambda name: (
        # Asked first, since few do: a place is the beginning of its name.
        name.startswith(place) and ("自治" in name or _place_of(name)[0] == place)
    )


def _place_of(name: str) -> tuple[str, str]:
    """Return the place of which a division is named, at least two letters, and of an autonomous one of what kind it is:
    大理 and 州 of 大理白族自治州. A name that does not end like one is the place itself."""
    back = name[::-1]
    if not (found := _END.match(back)):
        return name, ""
    end = found.end()
    while found["own"] and (people := _PEOPLE.match(back, end)):
        end = people.end()
    return name[:-end], found["own"] or ""


def may_be_title(word: str) -> Callable[[str], bool]:
    """Return what tells whether ``word`` may be a way to write a title: of the same rank and profession, or
    its beginning, or one of several that it names (高级工程师、注册造价师). A remark in brackets is let go, unless it
    speaks of the rank."""
    parts = set(_BETWEEN_TITLES.split(word)) - {word}
    remarks = (one for one in _REMARK.findall(word) if not _IS_GRADE.fullmatch(one))
    if any(map(_RANK.search, remarks)):
        return lambda title: False
    alone = _GRADE_BEHIND.sub("", _REMARK.sub("", word))
    bare = _SENIOR.sub("正高级", _FULL.sub("高级工程师", alone))
    return lambda title: (
        title in parts or (len(bare) > 1 and _SENIOR.sub("正高级", title).startswith(bare))
    )
