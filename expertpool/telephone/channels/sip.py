"""A SIP trunk by baresip (docs/decisions/0277): one stack for each process, its events gathered in one place.

The package hands out events of a call only once ``dial`` has returned: of what comes sooner nothing would be known, and an answer
at once would look like none. So all events are taken from its start on, and kept by call.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expertpool.core.configuration import Reader
from expertpool.notifications.channels.voice.settings import (
    LINES,
    LOGIN,
    OVER,
    PASSWORD,
    REGISTERS,
    SERVER,
    USER,
)
from expertpool.telephone.channels.line import Kind, LineDown, Sign

if TYPE_CHECKING:
    from baresip import Runtime, UserAgent

logger = logging.getLogger(__name__)

MISSING = "没有安装电话组件（pip install expertpool[voice]）。"
AT_ONCE = 16_000  # bytes read in one go: a second
# After the last call: an answer that crossed our hanging up is still hung up.
LINGERS = 1.0
EARLY_KEPT = 200
PACKET = 0.02  # seconds of sound
HUSHED = 0.5  # seconds at most until nothing is said any more


@dataclass(frozen=True)
class Trunk:
    """By what a line is opened; ``address`` is the interface or address of this machine, where it has several."""

    server: str
    user: str
    login: str
    password: str
    registers: bool
    over: str
    lines: int
    address: str = ""

    @classmethod
    def of(cls, read: Reader, *, address: str = "") -> Trunk:
        return cls(
            read(SERVER),
            read(USER),
            read(LOGIN),
            read(PASSWORD),
            read(REGISTERS),
            read(OVER),
            read(LINES),
            address,
        )


class SipLeg:
    """A call of the stack."""

    def __init__(self, call: Any) -> None:
        self.signs: asyncio.Queue[Sign] = asyncio.Queue()
        self._call, self._is_over = call, False

    def take(self, sign: Sign) -> None:
        self._is_over = self._is_over or sign.kind is Kind.ENDED
        self.signs.put_nowait(sign)

    def say(self, sound: bytes, /) -> int:
        return self._tried(lambda: int(self._call.audio.write(sound)), 0)

    async def hush(self) -> None:
        self._tried(self._call.audio.flush_tx, None)
        # It empties its buffer when it sends the next packet, with whatever was given to it meanwhile.
        until = time.monotonic() + HUSHED
        while time.monotonic() < until:
            await asyncio.sleep(2 * PACKET)
            if not self._tried(lambda: int(self._call.audio.stats().tx_buffered), 0):
                return

    def heard(self) -> bytes:
        return self._tried(lambda: bytes(self._call.audio.read(AT_ONCE)), b"")

    async def hang_up(self) -> None:
        from baresip import BaresipError  # noqa: PLC0415 - there is a call, so there is the package

        if self._is_over:
            return
        try:
            await self._call.hangup()
        except BaresipError:
            logger.debug("a call was over already")

    def _tried(self, do: Any, otherwise: Any) -> Any:
        from baresip import BaresipError  # noqa: PLC0415 - as above

        try:
            return do()
        except BaresipError:  # not begun, over, or begun anew
            return otherwise


class SipLine:
    """The calls over one trunk."""

    def __init__(self, trunk: Trunk) -> None:
        self.lost = asyncio.Event()
        self._trunk = trunk
        self._runtime: Runtime | None = None
        self._agent: UserAgent | None = None
        self._legs: dict[int, SipLeg] = {}
        self._early: dict[int, list[Sign]] = {}

    async def open(self) -> None:
        """Start the stack, and register where the trunk wants it. Raises LineDown."""
        try:
            from baresip import (  # noqa: PLC0415 - an extra: whoever calls nobody has it not
                Account,
                BaresipError,
                Config,
                Runtime,
                UserAgent,
            )
        except ImportError as error:
            raise LineDown(MISSING) from error
        trunk = self._trunk
        config = Config(
            net_interface=trunk.address or None,
            native_log_level="error",
            # Each call that ends makes room before the next begins; one more does no harm.
            max_concurrent_calls=trunk.lines + 4,
            # Whoever listens may send nothing while he is silent: how long a call may last is said elsewhere.
            rtp_timeout=0,
        )
        account = Account(
            user=trunk.user,
            domain=trunk.server,
            password=trunk.password,
            auth_user=trunk.login or None,
            reg_interval=600 if trunk.registers else 0,
            transport="tcp" if trunk.over == "tcp" else "udp",
            audio_codecs=("pcma", "pcmu"),
        )
        runtime = Runtime()
        runtime.on_dead = self.lost.set
        try:
            await runtime.start(config)
            self._runtime = runtime
            runtime.subscribe(self._hear)
            self._agent = await UserAgent.create(runtime, account, transfer_policy="reject")
            if trunk.registers:
                await self._agent.register()
        except BaresipError as error:
            await self.close()
            raise LineDown(f"线路不能使用：{error}"[:100]) from error

    async def dial(self, number: str) -> SipLeg:
        from baresip import BaresipError  # noqa: PLC0415 - it is open, so there is the package

        if self._agent is None:
            raise LineDown("线路没有打开")
        uri = f"sip:{number}@{self._trunk.server};transport={self._trunk.over}"
        try:
            call = await self._agent.dial(uri)
        except (BaresipError, ValueError) as error:
            # Its words may hold the number.
            raise LineDown(f"没有拨出（{type(error).__name__}）") from error
        leg = SipLeg(call)
        self._legs[call.handle] = leg
        for sign in self._early.pop(call.handle, []):
            leg.take(sign)
        return leg

    async def close(self) -> None:
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            await asyncio.sleep(LINGERS)
            await runtime.close()

    def _hear(self, event: Any) -> None:
        sign = _sign_of(event)
        if sign is None:
            return
        if leg := self._legs.get(event.call):
            leg.take(sign)
        else:
            self._early.setdefault(event.call, []).append(sign)
            while len(self._early) > EARLY_KEPT:  # of calls that were over before they began
                self._early.pop(next(iter(self._early)))
        if sign.kind is Kind.ENDED:
            self._legs.pop(event.call, None)


def _sign_of(event: Any) -> Sign | None:
    from baresip import Event  # noqa: PLC0415 - as above

    text = event.text or ""
    match event.event:
        case Event.CALL_RINGING | Event.CALL_PROGRESS:
            return Sign(Kind.RINGING)
        # Only now: what a carrier says before is no person.
        case Event.CALL_ESTABLISHED:
            return Sign(Kind.ANSWERED)
        case Event.CALL_DTMF_START:
            return Sign(Kind.KEY, text[:1])
        case Event.CALL_CLOSED:
            return Sign(Kind.ENDED, text)
    return None
