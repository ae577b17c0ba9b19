"""Whether anybody makes the calls: each agent with an open line notes so, whether there are calls or none.

Without one nothing fails: what is due waits, and no attempt is made that could say why (docs/decisions/0653).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from expertpool.core.duties import write_run
from expertpool.core.health import Check, Finding, Health
from expertpool.notifications.queries.health import GATEWAYS
from expertpool.telephone.channels.speech import unopened
from expertpool.telephone.queries import (
    LIVES,
    NOBODY_CALLS,
    broken_sentences,
    calls_by_a_line,
    nobody_calls,
)
from expertpool.telephone.rules import SENTENCES


def note_agent(*, now: datetime) -> None:
    """Note that a telephone program has its line ``now``."""
    write_run(LIVES, at=now)


def find_agent(now: datetime) -> Finding:
    if not calls_by_a_line():
        return Finding(Health.OFF, "没有选用 SIP 电话线路。")
    if not nobody_calls(now):
        if broken := [*broken_sentences(), *unopened(settings.VOICE_SENTENCES, SENTENCES)]:
            mend = (
                "请换成 16 位的 WAV 文件（不是 MP3 改名），在「站点设置」上传的重新上传，换好立即生效。"
                "现在这几句由语音合成程序念。"
            )
            return Finding(Health.WARNING, f"录音打不开：{'、'.join(broken)}。", mend=mend)
        return Finding(Health.OK, "在运行，已接上线路。")
    mend = (
        "到期的电话都没有拨出。请看 expertpool voice-agent 是否在运行、日志里是否连不上线路；由 expertpool run 启动、"
        "启动之后才选用线路的，请重新启动它。"
    )
    return Finding(Health.FAILED, NOBODY_CALLS, mend=mend)


AGENT = Check("voice_agent", "电话程序", GATEWAYS, find_agent, order=40)
