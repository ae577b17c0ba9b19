"""One attempt to deliver an event. At least once: a receiver drops copies by their ``id``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.db import transaction

from expertpool.core.fields import is_vouched
from expertpool.core.jobs import defer
from expertpool.core.reachable import AddressRefused
from expertpool.webhooks.enums import DeliveryState
from expertpool.webhooks.models import Delivery
from expertpool.webhooks.services.posting import post
from expertpool.webhooks.services.signing import HEADER, sign

# Before the second, third … attempt: two days in all, as long as a weekend without an operator.
BACKOFF = tuple(
    timedelta(seconds=seconds) for seconds in (30, 120, 600, 3600, 4 * 3600, 16 * 3600, 24 * 3600)
)
MAX_ATTEMPTS = len(BACKOFF) + 1


@dataclass(frozen=True)
class _Result:
    status_code: int | None
    detail: str

    @property
    def is_success(self) -> bool:
        return self.status_code is not None and 200 <= self.status_code < 300


def deliver(*, delivery_id: int, now: datetime) -> None:
    """Make one attempt for a delivery that waits; otherwise do nothing. Gives up what a disabled subscription was to be
    told, and what this system did not write so.

    Never inside a transaction. Anything but an answer 2xx is tried again later, at last given up.
    """
    waiting = Delivery.objects.select_related("subscription").filter(state=DeliveryState.WAITING)
    delivery = waiting.filter(pk=delivery_id).first()
    if delivery is None:
        return
    if why := _why_not(delivery):
        waiting.filter(pk=delivery_id).update(state=DeliveryState.FAILED, detail=why)
    else:
        _settle(delivery, _attempt(delivery, now), now)


def _why_not(delivery: Delivery) -> str:
    """Return why nothing is sent; whoever writes rows neither leads an event elsewhere nor makes one."""
    if not delivery.subscription.stands:
        return "推送的地址、事件或状态在系统之外被改动过，请管理员核对并重新保存后重发"
    if not is_vouched(delivery):
        return "这条推送不是本系统产生的，没有发出"
    return "" if delivery.subscription.active else "推送已停用"


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
        status = post(delivery.subscription.url, body, headers).status
    except AddressRefused as error:
        return _Result(None, str(error))
    except (TimeoutError, httpx.TimeoutException):
        return _Result(None, "对方没有在规定时间内答复")
    except httpx.HTTPError as error:
        return _Result(None, f"连接失败：{error}")
    if 300 <= status < 400:
        return _Result(status, "对方要求跳转：请把推送地址改为最终的地址")
    return _Result(status, f"对方答复 {status}")


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
