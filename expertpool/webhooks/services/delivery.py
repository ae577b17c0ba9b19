"""One attempt to deliver an event. At least once: a receiver drops copies by their ``id``."""

from __future__ import annotations

import asyncio
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import httpx
from django.db import transaction

from expertpool.core.jobs import defer
from expertpool.webhooks.enums import DeliveryState
from expertpool.webhooks.exceptions import AddressRefused
from expertpool.webhooks.models import Delivery
from expertpool.webhooks.services.addresses import Target, resolve_target
from expertpool.webhooks.services.signing import HEADER, sign

# Before the second, third … attempt: two days in all, as long as a weekend without an operator.
BACKOFF = tuple(
    timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 4 * 3600, 16 * 3600, 24 * 3600)
)
MAX_ATTEMPTS = len(BACKOFF) + 1
# Seconds for a whole attempt: a receiver that sends a letter now and then is never idle.
LONGEST = 10.0


@dataclass(frozen=True)
class _Result:
    status_code: int | None
    detail: str

    @property
    def is_success(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def deliver(*, delivery_id: int, now: datetime) -> None:
    """Make one attempt for a delivery that waits; otherwise do nothing.

    Never inside a transaction. Anything but an answer 2xx is tried again later, at last given up.
    """
    waiting = Delivery.objects.select_related("subscription").filter(state=DeliveryState.WAITING)
    delivery = waiting.filter(pk=delivery_id).first()
    if delivery is None:
        return
    if delivery.subscription.active:
        _settle(delivery, _attempt(delivery, now), now)
    else:
        waiting.filter(pk=delivery_id).update(state=DeliveryState.FAILED, detail="推送已停用")


def _attempt(delivery: Delivery, now: datetime) -> _Result:
    body = delivery.body.encode()
    secret = delivery.subscription.secret
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "expertpool-webhooks/1",
        "X-Expertpool-Event": delivery.event,
        "X-Expertpool-Delivery": str(delivery.uid),
        # Signed anew at each attempt: a receiver refuses old times.
        HEADER: sign(body, secret=secret, at=int(now.timestamp())),
    }
    try:
        status = _post(delivery.subscription.url, body, headers)
    except AddressRefused as error:
        return _Result(None, str(error))
    except (TimeoutError, httpx.TimeoutException):
        return _Result(None, "对方没有在规定时间内答复")
    except httpx.HTTPError as error:
        return _Result(None, f"连接失败：{error}")
    if 300 <= status < 400:
        return _Result(status, "对方要求跳转：请把推送地址改为最终的地址")
    return _Result(status, f"对方答复 {status}")


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """Return the status of the answer; its body is not read. TimeoutError after `LONGEST`."""
    return asyncio.run(_post_in_time(url, body, headers))


async def _post_in_time(url: str, body: bytes, headers: dict[str, str]) -> int:
    async with asyncio.timeout(LONGEST):
        return await _post_to(await _resolve(url), body, headers)


async def _resolve(url: str) -> Target:
    """Do `resolve_target` where it can be left waiting: nothing ends a look-up of a name."""
    # Of its own: the loop would wait for one of its threads before it ends.
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        return await asyncio.get_running_loop().run_in_executor(thread, resolve_target, url)
    finally:
        thread.shutdown(wait=False)


async def _post_to(target: Target, body: bytes, headers: dict[str, str]) -> int:
    # No redirects and no proxies: either would lead past the check (docs/decisions/0009).
    async with (
        httpx.AsyncClient(
            verify=_certificates(), timeout=LONGEST, follow_redirects=False, trust_env=False
        ) as client,
        # The other side chooses how long its answer is, and nothing of it is of use.
        client.stream(
            "POST",
            target.url,
            content=body,
            headers=headers | {"Host": target.host},
            extensions={"sni_hostname": target.server_name},
        ) as response,
    ):
        return response.status_code


@cache
def _certificates() -> ssl.SSLContext:
    """Trust the public authorities, and those that the operator added to the machine."""
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()
    return context


@transaction.atomic
def _settle(delivery: Delivery, result: _Result, now: datetime) -> None:
    """Record the result of this attempt, unless another one was recorded meanwhile."""
    attempts = delivery.attempts + 1
    changes: dict[str, Any] = {
        "attempts": attempts,
        "status_code": result.status_code,
        "detail": result.detail[:300],
    }
    retry_at = None
    if result.is_success:
        changes |= {"state": DeliveryState.DELIVERED, "delivered_at": now}
    elif attempts < MAX_ATTEMPTS:
        retry_at = now + BACKOFF[attempts - 1]
        changes |= {"due_at": retry_at}
    else:
        changes |= {"state": DeliveryState.FAILED}
    same = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.WAITING, attempts=delivery.attempts
    )
    if same.update(**changes) and retry_at is not None:
        lock = f"webhook-{delivery.pk}"
        defer("webhooks.deliver", at=retry_at, lock=lock, delivery_id=delivery.pk)
