"""Calls people: `expertpool voice-agent`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import uuid
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from expertpool.core.configuration import read_once, value_of
from expertpool.notifications.channels.voice.settings import SIP, TRUNK
from expertpool.telephone.channels.line import LineDown
from expertpool.telephone.channels.sip import SipLine, Trunk
from expertpool.telephone.channels.speech import Speaker
from expertpool.telephone.services.agent import Agent, in_thread

logger = logging.getLogger(__name__)

LOOK = 20.0  # seconds between two looks whether the line was changed
IDLE = "没有选用电话线路（站点设置 → 电话通知），等待设置……"
LOST = "电话线路中断，由 expertpool run 或 systemd 重新启动。"


class Command(BaseCommand):
    help = "拨打电话通知：站点设置中选用电话线路后才会拨打。"

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            lost = asyncio.run(_work())
        except LineDown as error:
            raise CommandError(str(error), returncode=os.EX_TEMPFAIL) from error
        if lost:
            raise CommandError(LOST, returncode=os.EX_TEMPFAIL)


async def _work() -> bool:
    """Call by the line of the settings until a signal comes; True if the line was lost."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    while not stop.is_set():
        trunk = await in_thread(_trunk)
        if trunk is None:
            logger.info(IDLE)
            await _until(stop, trunk)
            continue
        line = SipLine(trunk)
        await line.open()
        name = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
        speaker = Speaker(settings.VOICE_SPEECH, settings.VOICE_SENTENCES)
        agent = Agent(line, speaker, name=name)
        ends = asyncio.Event()
        watch = asyncio.create_task(_until(stop, trunk, ends))
        try:
            await agent.run(ends)
        finally:
            watch.cancel()
            await line.close()
        if line.lost.is_set():
            return True
    return False


def _trunk() -> Trunk | None:
    with read_once():
        if value_of(TRUNK) != SIP:
            return None
        return Trunk.of(value_of, address=settings.VOICE_ADDRESS)


async def _until(
    stop: asyncio.Event, trunk: Trunk | None, ends: asyncio.Event | None = None
) -> None:
    """Wait until ``stop`` is set or the settings say another line than ``trunk``; then set ``ends``."""
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), LOOK)
        except TimeoutError:
            if await in_thread(_trunk) != trunk:
                break
    if ends is not None:
        ends.set()
