"""What somebody means who answers in writing: that he agrees, that he does not, or what nobody can tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from expertpool.notifications.enums import Decision

CODE_DIGITS = 6
_CODE = re.compile(rf"(?<!\d)\d{{{CODE_DIGITS}}}(?!\d)")
_AT_THE_END = re.compile(rf"\d{{{CODE_DIGITS}}}$")

_COMING = "参加 参与 出席 到场 到会 参会 与会 前往 去 来 到"
_UNWILLING = (
    "不 不能 不能够 不会 不想 不愿 不愿意 不同意 不方便 不便 不可以 不打算 不准备 无法 没法 没办法"
)
# The one table of words. A clause is read where it consists of them alone, the longest first; so 不参加 is no
# 参加, and what stands here with nothing else (不, 好) decides nothing as a part of other words.
WORDS: dict[str, str] = {
    "coming": _COMING,
    "willing": "Y YES 1 同意 愿意 乐意 可以 可 行 能 接受 答应",
    "yes": "OK OKAY 是 是的 对 好 好的",
    "surely": "确认 确定",  # of what follows, be it a no
    "how": "会 能够 一定 肯定 准时 按时 届时",
    "no": "N NO 2 否 不 不了 不行 不成 不可以 不能 不同意 不愿 不愿意 不想 不方便 不便 无法 没法 没办法 "
    "不接受 不答应 来不及 赶不到 赶不上 拒绝 谢绝 婉拒 放弃 缺席 "
    + " ".join(f"{no}{verb}" for no in _UNWILLING.split() for verb in _COMING.split())
    + " "
    + " ".join(f"{verb}{no}" for verb in _COMING.split() for no in ("不了", "不成"))
    + " "
    + " ".join(f"{no}{verb}" for no in ("拒绝", "谢绝", "放弃") for verb in _COMING.split()),
    "busy": "没空 没有空 没时间 没有时间 无时间 走不开 抽不开身 脱不开身",
    "sorry": "抱歉 很抱歉 非常抱歉 对不起 不好意思 遗憾 很遗憾 有事 临时有事 因事 因病 有会 有课 出差 在外地 "
    "生病 住院 实在 真的 就",
    "noted": "收到 已收到 确认收到 收到确认 知道了 知悉 已阅 明白 了解",
    "polite": "我 我们 本人 这次 本次 此次 回复 您好 你好 老师好 谢谢 谢谢您 感谢 多谢 邀请 评审 评审会 会议 "
    "评审会议 活动 的 啊 呀 哦 噢 哈 啦",
    "done": "了",
}
_SIGNS = dict(zip(WORDS, "vwgchnbskpt", strict=True))
_KIND = {word: _SIGNS[kind] for kind, words in WORDS.items() for word in words.split()}
_WORD = re.compile("|".join(sorted(map(re.escape, _KIND), key=len, reverse=True)))
_YES = re.compile("[pk]*[vwgch]*[vwgc][pk]*")
_NO = re.compile("[pkscb]*(n|bv?)[pskt]*")
_BESIDE = re.compile("[pskt]*")

# 不去不行 says the contrary of 不去: after a no these are not one more.
_MAY_TURN = re.compile("不行|不成|不可以|不能")
_NEGATED = re.compile("[不没无未否非别勿莫拒绝弃缺免冇唔甭弗毋]")
_TRADITIONAL = str.maketrans(
    "參與會來沒無時間辦確認對謝請願準屆審評議絕棄復覆們動決選實開課適師夠樂應場體脫臨離別訊領說還後樣邊問題錯訂",
    "参与会来没无时间办确认对谢请愿准届审评议绝弃复复们动决选实开课适师够乐应场体脱临离别讯领说还后样边问题错订",
)
# What people write to whoever advertises; alone, it is no answer to anything else.
_STOP = re.compile("(?:TD|T|退订|取消订阅|退订短信)+")
# By which people say no without a word, beside a yes as well: 参加❌.
_CROSSED = re.compile("[×✕✖✗✘❌❎👎🙅🚫⛔]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
# Between two words of letters they are what tells these apart.
_BLANKS = re.compile(r"(?<![A-Z0-9])\s+|\s+(?![A-Z0-9])")
# Letters and digits stand for themselves, beside whatever follows: Y参加.
_PART = re.compile(r"[A-Z0-9]+|[^\W_A-Z0-9]+")


def understood(text: str, extension: str) -> tuple[str, Decision]:
    """Return the code and the decision of an answer: the code in its text, or at the end of the number to which
    it went; empty where there is none."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).upper()
    plain = plain.translate(_TRADITIONAL)
    found = _CODE.search(plain)
    tail = _AT_THE_END.search(extension)
    code = found[0] if found else tail[0] if tail else ""
    if found:
        plain = f"{plain[: found.start()]} {plain[found.end() :]}"
    return code, _meant(plain)


def _meant(plain: str) -> Decision:
    """Return what ``plain`` says. Whatever it holds beside the words of the table, a question, or a yes beside a no is
    not understood: whoever wrote it is told so, and answers once more."""
    parts = list(_parts(plain))
    if _STOP.fullmatch("".join(part for part, _ in parts)):
        return Decision.STOP
    if "?" in plain:
        return Decision.UNCLEAR
    readings = [_reading(signs) for _, signs in parts]
    said = {one for one in readings if one}
    if None in readings or len(said) != 1:
        return Decision.UNCLEAR
    if said == {Decision.NO}:
        later = [part for (part, _), one in zip(parts, readings, strict=True) if one][1:]
        turned = any(_MAY_TURN.fullmatch(part) for part in later)
        return Decision.UNCLEAR if turned else Decision.NO
    signs = "".join(signs for _, signs in parts)
    # 好的，收到 tells that he has read it.
    is_noted_alone = _SIGNS["noted"] in signs and not re.search("[vw]", signs)
    is_sorry = _SIGNS["sorry"] in signs or _NEGATED.search(plain) or _CROSSED.search(plain)
    return Decision.UNCLEAR if is_noted_alone or is_sorry else Decision.YES


def _parts(plain: str) -> Iterator[tuple[str, str]]:
    """Yield each clause, and the signs of its words; "?" where it holds any other."""
    for part in _PART.findall(_BLANKS.sub("", plain)):
        rest = _WORD.sub("", part)
        signs = "".join(_KIND[word] for word in _WORD.findall(part))
        yield part, "?" if rest else signs


def _reading(signs: str) -> Decision | str | None:
    """Return what a clause decides; empty where it decides nothing, None where it is not understood."""
    if _NO.fullmatch(signs):
        return Decision.NO
    if _YES.fullmatch(signs):
        return Decision.YES
    return "" if _BESIDE.fullmatch(signs) else None
