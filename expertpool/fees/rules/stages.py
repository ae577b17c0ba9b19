"""What an hour of review is paid: stages as the provinces publish them, written in their words.

    4小时内 300元
    8小时内 每2小时 150元
    以后 每1小时 100元 不超过30分钟50元 封顶1000元

A stage reaches up to a time, counted from the beginning; in it each step that has begun is paid whole, unless
what is left over is short. A cap holds for the sum so far.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from expertpool.core.text import plain_number

HOUR = 60  # minutes
MOST_STAGES = 8
MOST_MINUTES = 14 * 24 * HOUR
MOST = Decimal(100_000)  # yuan, of any one sum in a rule

_NUMBER = r"\d{1,6}(?:\.\d{1,2})?"
_TIME = rf"(?:{_NUMBER})(?:小时|分钟)"
_LINE = re.compile(
    rf"(?:(?P<until>{_TIME})(?:以?内)|以后)"
    rf"(?:每(?P<step>(?:{_NUMBER})?(?:小时|分钟)))?"
    rf"(?P<amount>{_NUMBER})元"
    rf"(?:(?P<how>不足|不超过)(?P<short>\d{{1,4}})分钟(?P<short_amount>{_NUMBER})元)?"
    rf"(?:封顶(?P<cap>{_NUMBER})元)?"
)
_SKIPPED = re.compile(r"[\s,，、;；。:：]")


class StageRefused(ValueError):
    """A line that is no stage, or stages that do not follow each other; the message says how to mend it."""


@dataclass(frozen=True)
class Stage:
    """A part of the time, in minutes, and what each step of it is paid, in yuan."""

    until: int | None  # from the beginning of the review; None: to its end
    step: int
    amount: Decimal
    short: int = 0  # what is left over up to so many minutes
    short_amount: Decimal = Decimal(0)  # is paid this instead of a whole step
    cap: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as stored: numbers as texts, since JSON keeps no decimals."""
        said = asdict(self)
        return {
            name: str(value) if isinstance(value, Decimal) else value
            for name, value in said.items()
        }

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Stage:
        cap = said["cap"]
        return cls(
            until=said["until"],
            step=said["step"],
            amount=Decimal(said["amount"]),
            short=said["short"],
            short_amount=Decimal(said["short_amount"]),
            cap=None if cap is None else Decimal(cap),
        )

    def words(self, begins: int) -> str:
        """Return the line that says it, where the stage before ended at ``begins``."""
        until = "以后" if self.until is None else f"{time_words(self.until)}内"
        whole = self.until is not None and self.step == self.until - begins
        parts = [
            until,
            "" if whole else f"每{time_words(self.step)}",
            f"{plain_number(self.amount)}元",
        ]
        if self.short:
            parts.append(f"不超过{self.short}分钟{plain_number(self.short_amount)}元")
        if self.cap is not None:
            parts.append(f"封顶{plain_number(self.cap)}元")
        return " ".join(filter(None, parts))


def time_words(minutes: int) -> str:
    """Return ``minutes`` as a clerk says them: 4小时, 90分钟."""
    return f"{minutes // HOUR}小时" if minutes % HOUR == 0 else f"{minutes}分钟"


def stages_text(stages: Sequence[Stage]) -> str:
    """Return the lines that say ``stages``."""
    begins = [0, *(one.until or 0 for one in stages)]
    return "\n".join(one.words(at) for one, at in zip(stages, begins, strict=False))


def read_stages(text: str) -> tuple[Stage, ...]:
    """Return what ``text`` says, one stage a line. Raises StageRefused."""
    stages: list[Stage] = []
    begins = 0
    for line in filter(None, (_SKIPPED.sub("", one) for one in text.splitlines())):
        if stages and stages[-1].until is None:
            raise StageRefused("“以后”的一段应写在最后一行。")
        stage = _read(line, begins)
        if stage.until is not None and not begins < stage.until <= MOST_MINUTES:
            raise StageRefused(f"“{line[:30]}”应写得比上一段更长：时间都从评审开始算起。")
        stages.append(stage)
        begins = stage.until or begins
    if not 1 <= len(stages) <= MOST_STAGES:
        raise StageRefused(f"请写 1 至 {MOST_STAGES} 段，一行一段。")
    return tuple(stages)


def _read(line: str, begins: int) -> Stage:
    match = _LINE.fullmatch(line)
    if match is None:
        raise StageRefused(
            f"“{line[:30]}”看不懂：请写成“4小时内 300元”“8小时内 每1小时 100元 封顶800元”"
            "或“以后 每1小时 100元 不超过30分钟50元”。"
        )
    until = _minutes(match["until"]) if match["until"] else None
    if match["step"] is None and until is None:
        raise StageRefused(f"“{line[:30]}”没有写每多久多少元，如“以后 每1小时 100元”。")
    step = _minutes(match["step"]) if match["step"] else (until or 0) - begins
    cap = Decimal(match["cap"]) if match["cap"] else None
    # 不足30分钟 leaves out the 30th minute, 不超过30分钟 does not.
    short = int(match["short"] or 0) - (match["how"] == "不足")
    stage = Stage(until, step, Decimal(match["amount"]), max(short, 0), _short(match), cap)
    sums = (stage.amount, stage.short_amount, stage.cap or Decimal(0))
    if not 1 <= stage.step <= MOST_MINUTES or stage.short >= stage.step or max(sums) > MOST:
        raise StageRefused(
            f"“{line[:30]}”的时间或金额不合理：金额最多 {MOST} 元，时间至少 1 分钟。"
        )
    return stage


def _short(match: re.Match[str]) -> Decimal:
    return Decimal(match["short_amount"] or 0)


def _minutes(text: str) -> int:
    number, unit = Decimal(text[:-2] or 1), text[-2:]
    minutes = number * HOUR if unit == "小时" else number
    if minutes != int(minutes):
        raise StageRefused(f"“{text}”不是整分钟。")
    return int(minutes)
