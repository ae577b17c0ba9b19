"""`make bench-calls`: many calls at once over SIP, each a minute of speech, to telephones of SIPp. Prints one line of JSON:
how the calls ended, whether one of them was heard as it was said, and what it took of processor and memory."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

LISTENS = "10"  # as its number ends: what it is told is listened to
PROMPT = 55.0  # seconds; with ringing and the goodbye a minute


def main() -> None:
    parser = ArgumentParser(prog="make bench-calls", description="同时很多路电话，各一分钟。")
    parser.add_argument("--calls", type=int, default=120, help="同时多少路")
    parser.add_argument("--seconds", type=float, default=PROMPT, help="每路说多少秒")
    parser.add_argument(
        "--apart", type=float, default=0.0, help="相隔多少秒拨下一路；默认同一刻全拨"
    )
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    found = measure(given.calls, given.seconds, given.apart)
    sys.stdout.write(f"{json.dumps(found, ensure_ascii=False)}\n")


def measure(calls: int, seconds: float, apart: float) -> dict[str, Any]:
    from expertpool.telephone.channels.sip import SipLine, Trunk
    from expertpool.telephone.services.agent import Agent
    from tests.telephone.phones import phones
    from tests.telephone.sound import ears, free_port, lost, noise, voices
    from tests.telephone.test_sip import Asked, Noise

    class Long(Noise):
        prompt = noise(seconds, 1)

    port = free_port()
    trunk = Trunk(f"127.0.0.1:{port}", "02788886666", "", "", False, "udp", calls, "127.0.0.1")
    numbers = [f"138001380{LISTENS}"] + ["13800138032"] * (calls - 1)
    at_once = 0

    async def work() -> list[tuple[Any, str]]:
        nonlocal at_once
        line = SipLine(trunk)
        agent = Agent(line, Long(), name="a", ask=_Told(Asked()))  # type: ignore[arg-type]
        await line.open()
        try:
            asks = [_one(agent, at, number, at * apart) for at, number in enumerate(numbers)]
            together = asyncio.gather(*asks)
            while not together.done():
                legs = (one.leg for one in agent._running.values())
                at_once = max(at_once, sum(leg is not None for leg in legs))
                await asyncio.sleep(0.5)
            return await together
        finally:
            await line.close()

    own = psutil.Process()
    with TemporaryDirectory() as folder, ears([LISTENS]) as (ports, came):
        patience = int(seconds) + 60
        with phones(Path(folder), port=port, capture=ports, calls=calls, seconds=patience):
            time.sleep(0.5)
            began, before = time.monotonic(), own.cpu_times()
            ends = asyncio.run(work())
            took, after = time.monotonic() - began, own.cpu_times()
    processor = (after.user - before.user) + (after.system - before.system)
    (voice,) = voices(came[LISTENS])
    gaps = sorted(b - a for (a, _), (b, _) in pairwise(voice))
    return {
        "calls": calls,
        "at_once": at_once,
        "ended": dict(Counter(f"{outcome} {words}".strip() for outcome, words in ends)),
        "seconds": round(took, 1),
        "processor_seconds": round(processor, 1),
        "processors": os.cpu_count(),
        "share_of_one": round(processor / took, 2),
        "memory_mb": own.memory_info().rss // 1024**2,
        "heard_seconds": round(len(voice) / 50, 1),
        "packets_lost": sum(lost(voice)),
        "gap_ms_p99": round(1000 * gaps[int(len(gaps) * 0.99)], 1) if gaps else None,
        "gap_ms_most": round(1000 * gaps[-1], 1) if gaps else None,
    }


class _Told:
    """Stands for the database; rings as long as the many need to be taken."""

    def __init__(self, asked: Any) -> None:
        self._asked = asked

    async def __call__(self, function: Any, /, *values: Any, **given: Any) -> Any:
        found = await self._asked(function, *values, **given)
        return 30 if isinstance(found, int) else found


async def _one(agent: Any, at: int, number: str, after: float) -> tuple[Any, str]:
    from expertpool.telephone.channels.tape import Tape
    from expertpool.telephone.services.agent import Running
    from expertpool.telephone.services.calls import Taken

    await asyncio.sleep(after)
    agent._running[at] = Running(asyncio.current_task())
    return await agent._talk(Taken(at, number, "", is_asking=False), Tape())


if __name__ == "__main__":
    main()
