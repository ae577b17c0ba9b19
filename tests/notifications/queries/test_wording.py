"""Answers as people write them: read where they are plain, and not understood where they are not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expertpool.notifications.enums import Decision
from expertpool.notifications.queries.wording import WORDS, understood

YES = """
Y y Ｙ Y参加 y参加。 Y，参加 Y同意 YES 1 OK ok！ 是 是的 好 好的 行 行啊 可以 可以的 能 同意 我同意 我同意参加 同意参加
参加 我参加 确认 确认参加 可以参加 我可以参加 能参加 能去 我去 去 我来 准时参加 一定参加 按时到会 愿意参加 愿意 參加 同意參加 可以參加
確認 會參加 好的，参加 好的参加，谢谢！ 收到，参加 收到，我同意。 【同意】 参加～ 您好，我参加本次评审 接受邀请 回复Y参加 参加👍
“Y参加” Y参加、谢谢
"""
NO = """
N n Ｎ N不参加 n不参加。 N，不参加 NO 2 否 不 不去 不去了 去不了 去不成 不行 不行啊 不能 不可以 不同意 我不同意 不参加 不参加了 我不参加
不能参加 无法参加 没法参加 没空 没空去 没空去不了 没时间 没时间参加 没有时间 来不了 参加不了 不能去 不方便参加 不想去 不參加 我不參加 來不了
沒空 無法參加 不能參加 沒時間 拒绝 谢绝参加 婉拒 放弃 抱歉，不能参加 不好意思，去不了 对不起不参加 不好意思不参加了 收到，不能参加，谢谢
有事，去不了 有事去不了 出差，参加不了 没空，不去 不，不参加 确认不参加 实在去不了 来不及了 您好，不参加
"""
UNCLEAR = """
不同意/同意 同意/不同意 Y/N Y不参加 N参加 Y参加、N不参加 行不行? 行不行 行不行？ 参加? 参加？ 不参加？ 去不去 去吗 能参加吗 好不好 可不可以
能不能参加 可以不参加 可以不去吗 是否参加 不一定 不确定 不清楚 不是不参加 不得不参加 不能不去 不去不行 不去，不行 不参加，不可以 非去不可 无法拒绝
不拒绝 不会不参加 不放弃 不会缺席 不好意思 对不起 不好意思，参加 有事 出差 有事，参加 收到 收到，谢谢 好的，收到 确认收到 收到，OK 谢谢 没问题
没意见 参加不参加 同意，不去 不行，参加 好的，不去了 换人参加 下次参加 明天再说 我考虑一下 一定 会 不好 不对 也许参加 可能不参加 同意张三参加 12
3 NOT不OK 不OK YN ！ 👍 的 您参加吗
"""


def meant(text: str) -> Decision:
    return understood(text, "")[1]


@pytest.mark.parametrize(
    ("decision", "texts"),
    [(Decision.YES, YES), (Decision.NO, NO), (Decision.UNCLEAR, UNCLEAR)],
    ids=["yes", "no", "unclear"],
)
def test_what_people_write(decision: Decision, texts: str) -> None:
    """`Y参加`, copied from our own letter, 去不了 and 參加 were not understood."""
    wrong = {text: meant(text) for text in texts.split() if meant(text) != decision}
    assert not wrong


def test_a_code_may_stand_anywhere() -> None:
    for text in (
        "Y483100参加",
        "483100 同意",
        "参加483100",
        "不483100参加",
        "Y 483100 参加",
        "N４８３１００不参加",
    ):
        code, decision = understood(text, "")
        assert code == "483100"
        assert decision == (Decision.NO if "不" in text else Decision.YES)
    both = "回复 Y483100 参加、N483100 不参加，或点开链接"
    assert understood(both, "") == ("483100", Decision.UNCLEAR)
    assert understood("我 不 参 加\u200b", "1069483100") == ("483100", Decision.NO)
    assert meant("参\u3000加") == Decision.YES
    assert meant("Y\n参加") == meant("OK Y") == Decision.YES


PIECES = [word for words in WORDS.values() for word in words.split()]
PIECES += [
    *"不没无未否非别莫吗，。/、！ 了就再也都",
    "沒",
    "無",
    "不是",
    "是不是",
    "要是",
    "483100",
    "?",
    "張三",
]
NEGATIONS = "不没沒无無未否非别莫拒绝弃缺"


@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
@settings(max_examples=2000, deadline=None)
def test_nothing_with_a_negation_is_an_agreement(text: str) -> None:
    decision = meant(text)
    if any(sign in text for sign in f"{NEGATIONS}?吗"):
        assert decision != Decision.YES
    elif not any(word in text for word in ("N", "2", "走不开", "婉")):
        assert decision != Decision.NO


@pytest.mark.parametrize("other", ["猫", "改日", "也许", "换人", "再", "下次", "您", "张三"])
def test_beside_other_words_none_decides(other: str) -> None:
    for word in PIECES:
        assert meant(f"{other}{word}") == meant(f"{word}，{other}") == Decision.UNCLEAR


@pytest.mark.parametrize("sign", ["❌", "×", "✗", "👎", "👎🏻", "🙅‍♀️", "🚫"])
def test_a_sign_of_no_beside_a_yes_is_no_agreement(sign: str) -> None:
    """参加❌ seated whoever had declined by it."""
    for text in (f"参加{sign}", f"{sign}Y483100", f"同意 {sign}"):
        assert meant(text) == Decision.UNCLEAR
    assert meant(f"不参加{sign}") == Decision.NO
    assert meant("Y483100👍") == meant("参加✅") == Decision.YES


def test_what_is_long_is_read_in_no_time() -> None:
    assert meant("可以去" * 5000 + "猫") == Decision.UNCLEAR


@pytest.mark.parametrize(
    "text", ["TD", "td", "ＴＤ", "T", "退订", "退订TD", "TD退订。", "退 订", "退訂"]
)
def test_who_wants_to_be_left_alone_says_nothing_of_what_he_was_asked(text: str) -> None:
    assert understood(text, "10690483100")[1] == Decision.STOP
    assert understood(f"{text} 不参加", "")[1] != Decision.STOP
