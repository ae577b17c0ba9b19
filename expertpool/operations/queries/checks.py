"""Checks of the queues."""

from __future__ import annotations

from datetime import datetime, timedelta

from expertpool.core.health import Check, Finding, Health
from expertpool.core.health.program import PROGRAM
from expertpool.core.health.words import length_text
from expertpool.core.jobs import DEADLINES, HEAVY
from expertpool.operations.queries.jobs import QueueState, failed_since, queue_states

NEWS = timedelta(days=7)
# How long the oldest job of a queue may wait until somebody should look, and until it is a fault.
USUAL = (timedelta(minutes=15), timedelta(hours=1))
WAITS = {
    DEADLINES: (timedelta(minutes=1), timedelta(minutes=5)),
    HEAVY: (timedelta(hours=1), timedelta(hours=6)),
}


def find_queues(now: datetime) -> Finding:
    states = queue_states(now=now)
    due = sum(state.due for state in states)
    figure = f"{due} 个等待，{sum(state.doing for state in states)} 个在做"
    worst = max(states, key=_lateness)
    health = (Health.OK, Health.WARNING, Health.FAILED)[_lateness(worst)]
    if not health.is_bad:
        return Finding(health, "没有积压。", figure)
    sentence = f"「{worst.label}」有任务已经等了 {length_text(worst.age)}。"
    mend = "请查看后台任务是否在运行；任务确实多的，等它做完，或增加 WORKER_CONCURRENCY。"
    return Finding(health, sentence, figure, mend)


def _lateness(state: QueueState) -> int:
    return sum(state.age > limit for limit in WAITS.get(state.code, USUAL))


def find_failed(now: datetime) -> Finding:
    """What failed long ago, and was left, is no news."""
    lately = failed_since(now - NEWS)
    if not lately:
        return Finding(Health.OK, "最近没有失败的任务。")
    mend = "请在「失败的任务」里看原因，排除后重做；不需要的选「不再处理」。"
    return Finding(Health.WARNING, "有任务试过多次仍没有成功。", f"{lately} 个", mend)


CHECKS = (
    Check("queues", "任务排队", PROGRAM, find_queues, order=50),
    Check("failed_jobs", "失败的任务", PROGRAM, find_failed, order=60, url_name="operations:jobs"),
)
