"""Trying a way out before its settings are saved: within the time that somebody waits before a page."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import connections

from expertpool.core import posting
from expertpool.core.configuration import TrialFailed
from expertpool.notifications.channels.base import Outbound, SendResult, SendStatus

ALTOGETHER = 20  # seconds: a server that drips would hold the page for ever
MORE = 1.0  # seconds, in which an attempt that ran out of its time has ended, too

_one_at_a_time = threading.Lock()  # in this process: what hangs, hangs once


def sent_in_time(send: Callable[[Outbound], SendResult], outbound: Outbound, *, mend: str) -> None:
    """Send ``outbound`` in a thread of its own, which alone waits on when the time is over.

    Raises TrialFailed with what the other side, or the network, has against it; with ``mend``, what to
    look at, where no answer comes; and while another trial has not come to its end.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise TrialFailed("上一次测试还没有结束，请稍后再试。")
    results: list[SendResult] = []

    def run() -> None:
        try:
            results.append(send(outbound))
        finally:
            _one_at_a_time.release()
            connections.close_all()  # of this thread: a letter reads how the office is called

    # A trial that hangs must not keep the process from ending.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(ALTOGETHER)
    if not results:
        raise TrialFailed(f"{ALTOGETHER} 秒内没有发完，服务器答复太慢，请核对{mend}。")
    if results[0].status is not SendStatus.ACCEPTED:
        raise TrialFailed(results[0].detail)


def sent_evenly(
    send: Callable[[Outbound], SendResult],
    outbound: Outbound,
    *,
    is_unanswered: Callable[[SendResult], bool],
    words: str,
) -> SendResult:
    """Send ``outbound``. Where nobody answers, words and time are the same whatever stands there: who may set the
    address would learn which machines of the house, and which of their ports, are there."""
    began = time.monotonic()
    result = send(outbound)
    if not is_unanswered(result):
        return result
    time.sleep(max(0, posting.LONGEST + MORE - (time.monotonic() - began)))
    return SendResult(SendStatus.DOWN, detail=words)
