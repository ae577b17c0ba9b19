"""Who is told of events, and each telling."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from expertpool.core.fields import EncryptedTextField, ProofField, is_vouched
from expertpool.webhooks.enums import STATE_TONES, DeliveryState, EventCode, event_label


class Subscription(models.Model):
    """An address of another platform and the events it is told of. ``secret`` signs them; it is
    shown once, when the subscription is made. ``proof`` says where to and of what this system set it to tell, the
    ``proof_n``-th time, which only grows (docs/decisions/0198)."""

    never = ("DELETE",)

    name = models.CharField("名称", max_length=40)
    url = models.CharField("推送地址", max_length=500)
    # Bound into the ciphertext, since the row has no key of its own before it is stored.
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    secret = EncryptedTextField("签名密钥", bound_to=("uid",))
    events = models.JSONField("事件", default=list)  # EventCode values
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("创建时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="创建人", on_delete=models.PROTECT, related_name="+"
    )

    proof_n = models.PositiveIntegerField("凭证序号", default=0, editable=False)
    proof = ProofField(
        "凭证", null=False, default=b"", says=("uid.hex", "proof_n", "url", "events", "active")
    )

    class Meta:
        verbose_name = verbose_name_plural = "事件推送"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def stands(self) -> bool:
        """Whether this system set it so."""
        return is_vouched(self)

    @property
    def event_labels(self) -> list[str]:
        return [EventCode(code).label for code in self.events]


class Delivery(models.Model):
    """One event on its way to one subscription. ``body`` is what is posted, the same at each
    attempt, as ``proof`` says; ``uid`` is its ``id`` for the receiver. Changed by `services.delivery` only."""

    subscription = models.ForeignKey(
        Subscription, verbose_name="推送", on_delete=models.CASCADE, related_name="deliveries"
    )
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    event = models.CharField("事件", max_length=40)
    # Of what could be told twice: which fact it is.
    key = models.CharField("事件标识", max_length=100, blank=True)
    # Text rather than JSON: what is signed are these very characters.
    body = models.TextField("内容")
    state = models.CharField(
        "状态", max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    due_at = models.DateTimeField("应推送时间")
    status_code = models.PositiveSmallIntegerField("对方状态码", null=True, blank=True)
    detail = models.CharField("结果说明", max_length=300, blank=True)
    created_at = models.DateTimeField("事件时间")
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    proof = ProofField(
        "凭证", null=False, default=b"", says=("uid.hex", "subscription.uid.hex", "event", "body")
    )

    class Meta:
        verbose_name = verbose_name_plural = "推送记录"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=DeliveryState.values), name="webhooks_state_known"
            ),
            models.UniqueConstraint(
                fields=["subscription", "key"],
                condition=~models.Q(key=""),
                name="webhooks_fact_once",
            ),
        ]
        indexes = [
            # For the two ways in which the list is narrowed, the latest first.
            models.Index(fields=["subscription", "-id"], name="webhooks_delivery_of"),
            models.Index(fields=["state", "-id"], name="webhooks_delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.uid}"

    @property
    def event_label(self) -> str:
        return event_label(self.event)

    @property
    def tone(self) -> str:
        """Colour of the state on a page."""
        return STATE_TONES[DeliveryState(self.state)]
