"""What the examples pay, against tables worked out by hand from the published texts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expertpool.fees.enums import FeeOutcome
from expertpool.fees.rules.pay import Labour, Terms, fee_for
from expertpool.fees.rules.presets import PRESETS
from expertpool.fees.rules.stages import Stage, StageRefused, read_stages, stages_text
from tests.factories.fees import terms_of

# Minutes and yuan.
BY_HAND = {
    "beijing": [(1, 500), (240, 500), (241, 1000), (480, 1000), (481, 1500)],
    "tianjin": [(30, 300), (240, 300), (241, 450), (360, 450), (480, 600), (481, 700), (541, 800)],
    "shanxi": [
        *[(60, 300), (120, 300), (121, 400), (240, 500), (480, 800)],
        *[(481, 900), (541, 1000), (900, 1000)],
    ],
    "shanghai": [(200, 500), (240, 500), (241, 800), (480, 800), (510, 800), (660, 800)],
    "jiangsu": [(100, 500), (240, 500), (241, 600), (301, 700)],
    "zhejiang": [(180, 500), (181, 600), (480, 1000), (481, 1200), (541, 1400)],
    "fujian": [(180, 300), (181, 350), (209, 350), (210, 400), (240, 400), (269, 450)],
    # From the opening at 9:00 to the report, meals taken off: 12:00; 15:40 less 180; 16:00 less 150; 22:30 less 60.
    "weihai": [(180, 400), (220, 500), (270, 550), (750, 1000)],
    "shandong": [(90, 400), (180, 400), (210, 450), (211, 500), (540, 1000), (900, 1000)],
}
TIMES = [(code, minutes, sum_) for code, rows in BY_HAND.items() for minutes, sum_ in rows]


@pytest.mark.shows("PRJ-29")
def test_each_of_the_nine_examples_is_worked_out_by_hand_and_says_that_it_is_one() -> None:
    assert len(PRESETS) == 9
    assert {one.code for one in PRESETS} == BY_HAND.keys()
    assert all("（示例）" in one.name and "仅作示例" in one.source for one in PRESETS)
    assert all(len(one.source) <= 100 for one in PRESETS)  # the column of a rate


@pytest.mark.shows("PRJ-29")
@pytest.mark.parametrize(("code", "minutes", "expected"), TIMES)
def test_the_examples_pay_what_their_texts_say(code: str, minutes: int, expected: int) -> None:
    assert fee_for(terms_of(code), Labour(FeeOutcome.COMPLETED, minutes)).total == expected


@pytest.mark.parametrize(
    ("code", "labour", "expected"),
    [
        ("shanxi", Labour(FeeOutcome.COMPLETED, 120, is_holiday=True), 600),
        ("shanxi", Labour(FeeOutcome.ABORTED, 120), 300),
        ("shanxi", Labour(FeeOutcome.ABORTED, 300), 400),
        # (五) of the notice doubles what stands above it, the 300 and 400 of what came to nothing among it.
        ("shanxi", Labour(FeeOutcome.ABORTED, 120, is_holiday=True), 600),
        ("shanxi", Labour(FeeOutcome.ABORTED, 300, is_holiday=True), 800),
        ("shanxi", Labour(FeeOutcome.NOT_REVIEWED), 100),
        ("shandong", Labour(FeeOutcome.RECUSED), 200),
        ("shandong", Labour(FeeOutcome.UNFINISHED, 300), 0),
        ("tianjin", Labour(FeeOutcome.NOT_REVIEWED, other=Decimal(100)), 200),
    ],
)
def test_what_is_no_whole_review_is_paid_as_they_say(
    code: str, labour: Labour, expected: int
) -> None:
    fee = fee_for(terms_of(code), labour)
    assert fee.total == expected
    assert sum(step.amount for step in fee.steps) == expected


def test_the_leader_gets_more_only_for_a_whole_review() -> None:
    terms = Terms(read_stages("4小时内300元"), leader=Decimal(50))
    assert fee_for(terms, Labour(FeeOutcome.COMPLETED, 60, is_leader=True)).total == 350
    assert fee_for(terms, Labour(FeeOutcome.ABORTED, 60, is_leader=True)).total == 300
    assert fee_for(terms, Labour(FeeOutcome.COMPLETED, 60)).total == 300


STAGES = st.lists(
    st.tuples(st.integers(1, 300), st.integers(1, 120), st.integers(0, 500), st.integers(0, 60)),
    min_size=1,
    max_size=4,
)


def built(drawn: list[tuple[int, int, int, int]]) -> tuple[Stage, ...]:
    """Stages that follow each other; the last goes on."""
    made, until = [], 0
    for at, (length, step, amount, short) in enumerate(drawn):
        until += length
        rest = min(short, step - 1)
        last = at == len(drawn) - 1
        extra = Decimal(amount) / 2 if rest else Decimal(0)
        made.append(Stage(None if last else until, step, Decimal(amount), rest, extra))
    return tuple(made)


@given(STAGES, st.integers(0, 2000))
def test_it_is_what_counting_minute_by_minute_gives(
    drawn: list[tuple[int, int, int, int]], minutes: int
) -> None:
    stages = built(drawn)
    expected, begins = Decimal(0), 0
    for stage in stages:
        inside = [one for one in range(begins, minutes) if stage.until is None or one < stage.until]
        steps = {(one - begins) // stage.step for one in inside}
        for step in steps:
            length = sum((one - begins) // stage.step == step for one in inside)
            short = length < stage.step and length <= stage.short
            expected += stage.short_amount if short else stage.amount
        begins = stage.until or minutes
    assert fee_for(Terms(stages), Labour(FeeOutcome.COMPLETED, minutes)).total == expected


@given(STAGES)
def test_what_is_written_is_read_again(drawn: list[tuple[int, int, int, int]]) -> None:
    stages = built(drawn)
    assert read_stages(stages_text(stages)) == stages


@pytest.mark.parametrize(
    "text",
    [
        "",
        "每小时很多元",
        "以后 每1小时 100元\n4小时内 300元",
        "4小时内 300元\n3小时内 100元",
        "4小时内 300元\n以后 100元",
        "0小时内 300元",
        "4小时内 9999999元",
        "以后 每30分钟 100元 不超过30分钟50元",
        "以后 每0分钟 100元",
        "\n".join(f"{at}小时内 1元" for at in range(1, 11)),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(text: str) -> None:
    with pytest.raises(StageRefused, match=r"[一-鿿]"):
        read_stages(text)


def test_a_clerk_writes_it_as_he_finds_it() -> None:
    text = "３小时以内，４００元；\n以后：每小时100元，不足30分钟50元，封顶1000元。"
    assert read_stages(text.translate(str.maketrans("３４０", "340"))) == (
        Stage(180, 180, Decimal(400)),
        Stage(None, 60, Decimal(100), 29, Decimal(50), Decimal(1000)),
    )
