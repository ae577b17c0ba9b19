"""One standing line to an SMPP gateway: messages go out over it, receipts and replies come back.

It lives in a thread with a loop of its own. The library answers the gateway for what comes in; that is kept here
until it was taken.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

import smpp34
from django.utils import timezone

from expertpool.notifications.channels.base import (
    DeliveryReport,
    Inbound,
    SendResult,
    SendStatus,
)
from expertpool.notifications.channels.sms.posting import LOST
from expertpool.notifications.channels.sms.smpp_text import (
    IS_RECEIPT,
    OF_KIND,
    UCS2,
    WITH_HEADER,
    PartReceipt,
    receipt_of,
    text_of,
)
from expertpool.notifications.enums import DeliveryEventKind

logger = logging.getLogger(__name__)
T = TypeVar("T")
Told = DeliveryReport | Inbound
Take = Callable[[Sequence[Told]], object]

# Seconds: for a line to stand, for the answer to a part, for a whole message, until what was not taken is given again.
BIND, ANSWER, WHOLE, AGAIN = 8, 10, 60, 5.0
SLOWER = (0.5, 1, 2, 4)  # seconds before a part that the gateway had no room for goes again
MOST_UNANSWERED = 2  # in a row: the other end of the line may be gone without a word
AT_ONCE = 200
MOST_PENDING = 20_000
TRIES = 3  # of what fails while others are taken
FULL = (0x14, 0x58)  # the queue of the gateway, its limit for the account
BUSY = (0x08, 0x45)  # trouble of its own
WRONG_ACCOUNT = (0x0D, 0x0E, 0x0F, 0x66)

NOT_BOUND = "连接短信网关失败，请核对地址、端口、账号、密码和网络。"
NO_ROOM = "短信网关限速，暂未收下。"


@dataclass(frozen=True)
class Account:
    """Where a line leads, and as whom."""

    host: str
    port: int
    is_secure: bool
    system_id: str
    password: str = field(repr=False)
    system_type: str = ""


@dataclass(frozen=True)
class Going:
    """One message in its parts, from our number to another."""

    source: str
    target: str
    parts: Sequence[bytes]


class NotBound(Exception):
    """No line to the gateway could be had."""


class _Group:
    """The parts of one message of which no receipt has come yet; ``number`` is that of the last part."""

    def __init__(self, numbers: Sequence[str]) -> None:
        self.number = numbers[-1]
        self.waits_for = set(numbers)
        self.is_lost = False


@dataclass
class _Early:
    """A receipt of a number that was given to nothing yet: it may be of any message that was on its way when it came, and
    waits for these alone. Behind all that is ever under way it would wait as long as the office sends."""

    receipt: PartReceipt
    may_be_of: set[int]


class Line:
    """A line to ``account``, bound when it is first used and again whenever it broke. ``take`` gets what the gateway
    tells, in a thread of its own; what it raises for is given to it again (`_give`)."""

    def __init__(self, account: Account, take: Take) -> None:
        self.account = account
        self._take = take
        self._smsc: smpp34.Smsc | None = None
        self._client: smpp34.Client | None = None
        self._groups: dict[str, _Group] = {}
        self._given: dict[str, None] = {}  # numbers of messages of one part, the newest last
        self._early: list[_Early] = []
        self._going: set[int] = set()  # messages on their way
        self._next = count()
        self._unanswered = 0  # messages in a row
        self._waiting: list[Told] = []  # until it was taken
        self._failures: Counter[Told] = Counter()
        self._giver: asyncio.Task[None] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._taker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="smpp-take")
        self._loop = asyncio.new_event_loop()
        self._binding = asyncio.Lock()
        self._thread = threading.Thread(target=self._loop.run_forever, name="smpp", daemon=True)
        self._thread.start()

    @property
    def is_bound(self) -> bool:
        return self._smsc is not None

    def bind(self) -> bool:
        """See to it that the line stands; True if it does."""
        try:
            self._run(self._bound(), BIND + 4)
        except (NotBound, Late):
            return False
        return True

    def send(self, going: Going) -> SendResult:
        """Hand in all parts; return how that ended."""
        try:
            return self._run(self._send(going), WHOLE)
        except Late:
            return SendResult(SendStatus.UNKNOWN, detail=LOST)

    def close(self) -> None:
        """Take leave of the gateway."""
        try:
            self._run(self._unbind(), BIND)
        except Late:
            logger.warning("the SMPP gateway did not let go in time")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(BIND)
        if not self._thread.is_alive():
            self._loop.close()
        self._taker.shutdown(wait=True)

    def _run(self, work: Coroutine[Any, Any, T], within: float) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(within)
        except Late:
            future.cancel()
            raise

    async def _bound(self) -> smpp34.Smsc:
        async with self._binding:
            if self._smsc is None:
                self._client, self._smsc = await self._connect()
                self._listener = self._loop.create_task(self._listen(self._smsc))
            return self._smsc

    async def _connect(self) -> tuple[smpp34.Client, smpp34.Smsc]:
        here = self.account
        client = smpp34.Client(
            here.host,
            here.port,
            here.system_id,
            here.password,
            bind_type="TRX",
            system_type=here.system_type,
            tls=here.is_secure,
            connect_timeout_ms=(BIND - 2) * 1000,
        )
        try:
            # A wrong password gets no answer from the library.
            return client, await asyncio.wait_for(client.connect(), BIND)
        except (smpp34.SmppError, OSError, TimeoutError) as error:
            logger.warning("no line to the SMPP gateway: %s", error)
            with suppress(
                smpp34.SmppError, OSError, TimeoutError
            ):  # nothing went out, however it ends
                await asyncio.wait_for(client.stop(), BIND)
            raise NotBound from error

    async def _drop(self) -> None:
        """Let a line go at which nobody answers: the next message is given to another."""
        client, self._client, self._smsc = self._client, None, None
        self._unanswered = 0
        logger.warning("the SMPP gateway does not answer: the line is made anew")
        if client is not None:
            with suppress(smpp34.SmppError, OSError, TimeoutError):
                await asyncio.wait_for(client.stop(), BIND)

    async def _unbind(self) -> None:
        if self._smsc is not None:
            await self._smsc.unbind()
        if self._client is not None:
            await self._client.stop()
        self._smsc = self._client = None
        tasks = [task for task in (self._listener, self._giver) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, going: Going) -> SendResult:
        try:
            smsc = await self._bound()
        except NotBound:
            return SendResult(SendStatus.DOWN, detail=NOT_BOUND)
        this = next(self._next)
        self._going.add(this)
        numbers: list[str] = []
        try:
            for part in going.parts:
                answer = await self._hand_in(smsc, going, part)
                if isinstance(answer, SendResult):
                    return answer
                numbers.append(answer)
        except (smpp34.SmppError, OSError, TimeoutError):
            self._unanswered += 1
            if self._unanswered >= MOST_UNANSWERED and self._smsc is smsc:
                await self._drop()
            return SendResult(SendStatus.UNKNOWN, detail=LOST)
        finally:
            self._going.discard(this)
            self._know(numbers)
            self._tell_early(this, numbers)
        return SendResult(SendStatus.ACCEPTED, provider_id=numbers[-1] if numbers else "")

    def _know(self, numbers: Sequence[str]) -> None:
        """Keep which numbers the gateway gave to the parts of a message."""
        if len(numbers) > 1 and len(self._groups) < MOST_PENDING:
            self._groups |= dict.fromkeys(numbers, _Group(numbers))
        elif len(numbers) == 1:
            self._given[numbers[0]] = None
            if len(self._given) > MOST_PENDING:
                del self._given[next(iter(self._given))]

    def _tell_early(self, this: int, numbers: Sequence[str]) -> None:
        """Tell what came before ``this`` message was handed in and is of it, or of none that is on its way any more."""
        kept: list[_Early] = []
        found: list[_Early] = []
        for early in self._early:
            early.may_be_of.discard(this)
            is_known = early.receipt.number in numbers or not early.may_be_of
            (found if is_known else kept).append(early)
        self._early = kept
        self._told([one for early in found for one in self._report(early.receipt)])

    async def _hand_in(self, smsc: smpp34.Smsc, going: Going, part: bytes) -> str | SendResult:
        """Return the gateway's number of ``part``, or how the message ends without it."""
        for wait in (*SLOWER, 0):
            answer = await asyncio.wait_for(
                smsc.submit_sm(
                    going.target,
                    part,
                    source_addr=going.source,
                    dest_addr_ton=1,
                    dest_addr_npi=1,
                    esm_class=WITH_HEADER if len(going.parts) > 1 else 0,
                    data_coding=UCS2,
                    registered_delivery=1,
                ),
                ANSWER,
            )
            if answer.command_status not in FULL or not wait:
                break
            await asyncio.sleep(wait)
        self._unanswered = 0
        if answer.is_success:
            return (answer.message_id or "").rstrip("\0")[:100]
        return _refusal(answer.command_status)

    async def _listen(self, smsc: smpp34.Smsc) -> None:
        """Take what comes in over ``smsc`` until it breaks."""
        while not isinstance(event := await smsc.next(), smpp34.Disconnected):
            try:
                self._told(self._read(event))
            except Exception:
                logger.exception("what an SMPP gateway sent cannot be read")
        if self._smsc is smsc:
            self._smsc = None

    def _read(self, event: smpp34.DeliverSmEvent) -> list[Told]:
        text = text_of(event.short_message, event.esm_class, event.data_coding, event.tlvs)
        if event.esm_class & OF_KIND & IS_RECEIPT:
            receipt = receipt_of(text, event.tlvs)
            if receipt is None:
                logger.warning("a receipt of the SMPP gateway names no message")
                return []
            if self._may_be_early(receipt.number):
                self._early.append(_Early(receipt, set(self._going)))
                return []
            return self._report(receipt)
        reply = Inbound(event.source_addr, text, event.destination_addr, at=timezone.now())
        return [reply]

    def _may_be_early(self, number: str) -> bool:
        is_known = number in self._groups or number in self._given
        return bool(self._going) and not is_known and len(self._early) < MOST_PENDING

    def _report(self, receipt: PartReceipt) -> list[Told]:
        """Return what is to be told of a part: that all have arrived, or that one has not."""
        number, kind = receipt.number, receipt.kind
        if kind is None:
            return []
        if group := self._groups.pop(number, None):
            group.waits_for.discard(number)
            is_lost = kind is DeliveryEventKind.UNDELIVERED
            if group.is_lost or (group.waits_for and not is_lost):
                return []
            group.is_lost, number = is_lost, group.number
        return [DeliveryReport(kind, provider_id=number, code=receipt.code)]

    def _told(self, found: Sequence[Told]) -> None:
        room = MOST_PENDING - len(self._waiting)
        if len(found) > room:
            logger.error("what an SMPP gateway told is lost: too much waits to be taken")
        self._waiting += found[:room]
        if self._waiting and (self._giver is None or self._giver.done()):
            self._giver = self._loop.create_task(self._give())

    async def _give(self) -> None:
        """Let what came in be taken, many at once, in its order. What fails while others are taken goes behind all that
        came meanwhile, and is put aside after some tries; where nothing is taken at all it keeps its place."""
        while found := self._waiting[:AT_ONCE]:
            if await self._is_taken(found):
                del self._waiting[: len(found)]
                continue
            await asyncio.sleep(AGAIN)
            failed = [one for one in found if not await self._is_taken([one])]
            if len(failed) < len(found):
                del self._waiting[: len(found)]
                self._waiting += [one for one in failed if self._may_go_again(one)]

    async def _is_taken(self, found: Sequence[Told]) -> bool:
        try:
            await self._loop.run_in_executor(self._taker, self._take, found)
        except Exception:
            logger.exception("what an SMPP gateway told was not taken")
            return False
        for one in found:
            self._failures.pop(one, None)
        return True

    def _may_go_again(self, one: Told) -> bool:
        self._failures[one] += 1
        if self._failures[one] < TRIES:
            return True
        del self._failures[one]
        logger.error("what an SMPP gateway told is put aside: a %s", type(one).__name__)
        return False


def first_reference() -> int:
    """Return where the numbers of long messages begin: two processes do not begin with the same."""
    return random.randrange(256)  # noqa: S311 - no secret


def _refusal(status: int) -> SendResult:
    if status in FULL:
        return SendResult(SendStatus.RETRY, detail=NO_ROOM)
    if status in BUSY:
        return SendResult(SendStatus.RETRY, detail=f"短信网关暂不服务（0x{status:02X}）。")
    if status in WRONG_ACCOUNT:
        return SendResult(SendStatus.DOWN, detail=NOT_BOUND)
    return SendResult(SendStatus.REJECTED, detail=f"短信网关没有收下（0x{status:02X}）。")
