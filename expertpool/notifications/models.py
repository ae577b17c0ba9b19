"""Templates, messages and their delivery. Addresses and texts are encrypted: a message names an
expert who may still be sealed."""

from __future__ import annotations

import json
import uuid
from dataclasses import astuple

from django.conf import settings
from django.db import models
from django.db.models import Q

from expertpool.core.bounds import MOMENTS, within
from expertpool.core.fields import BlindIndexField, EncryptedTextField, ProofField, readable
from expertpool.directory.models import ForProjectKind
from expertpool.files.models import Attachment
from expertpool.notifications.enums import (
    AttemptState,
    ChannelCode,
    Decision,
    DeliveryEventKind,
    DeliveryState,
    PutOff,
)
from expertpool.notifications.occasions import Registered, Text, listed_label

MOST_REASON = 200  # letters of why a text was deleted


class MessageTemplate(ForProjectKind):
    """An administrator's text with ``{{变量}}`` placeholders; the occasion declares which exist.

    No row, or an empty body: for one kind of project (`Occasion.by_kind`) the text of all, of these the default
    text of the occasion. The files of a template
    (`files.queries.attachments_of`) go along with every message, where the channel carries files.
    Written by `notifications.services.templates`.

    Until ``since``, where there is one, the text of before counts (``text_before``). ``proof`` says, by
    a key outside the database, that this system wrote the row; ``version`` never goes back (a trigger
    sees to that), so that no old row comes again (docs/decisions/0124).
    """

    never = ("DELETE",)  # else the office's text was gone unseen

    occasion = models.CharField("场合", max_length=64)
    channel = models.CharField("渠道", max_length=8, choices=ChannelCode.choices)
    project_kind = models.CharField(
        "适用项目类型", max_length=50, blank=True, default="", db_default=""
    )
    subject = models.CharField("标题", max_length=200, blank=True)
    body = models.TextField("正文", blank=True)
    registered = models.CharField("服务商模板编号", max_length=64, blank=True)
    values = models.TextField("服务商模板变量", max_length=2000, blank=True)
    active = models.BooleanField("启用", default=True)
    since = models.DateTimeField("开始使用时间", null=True, blank=True)
    subject_before = models.CharField("原标题", max_length=200, blank=True)
    body_before = models.TextField("原正文", blank=True)
    registered_before = models.CharField("原服务商模板编号", max_length=64, blank=True)
    values_before = models.TextField("原服务商模板变量", blank=True)
    version = models.PositiveIntegerField("版本", default=0)
    proof = BlindIndexField("凭证", null=False, default=b"")

    class Meta:
        verbose_name = verbose_name_plural = "通知模板"
        ordering = ["occasion", "channel", "project_kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["occasion", "channel", "project_kind"], name="notifications_template_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{listed_label(self.occasion)} {self.get_channel_display()} {self.project_kind}".strip()

    @property
    def text(self) -> Text:
        return Text(self.subject, self.body, self.registered, self.values)

    @property
    def text_before(self) -> Text:
        return Text(
            self.subject_before, self.body_before, self.registered_before, self.values_before
        )


def store_registered(registered: Registered | None) -> str:
    """Return ``registered`` as a message keeps it: empty for None."""
    return json.dumps(astuple(registered), ensure_ascii=False) if registered else ""


class Message(models.Model):
    """One text to one recipient over one channel, with the state of its delivery.

    ``key`` makes sending idempotent: the same key never makes a second message. ``recipient_key``
    is a blind index of the recipient of a site message (`queries.messages.recipient_key`), by which he
    finds it; its ``address`` is his user name, by which he is known again. ``documents`` are (kind, id) pairs that `services.attachments` renders when sending.
    ``registered`` is what a provider that keeps the text is given (`stored_registered`).
    ``due_at`` is when the next attempt is due, ``wait`` how long the first waits from when it could go out. States move through
    `notifications.services.delivery` only, along `enums.TRANSITIONS`. A deleted message stays as a
    row without recipient and text: that and when something was sent is not forgotten.
    """

    key = models.CharField("幂等键", max_length=100, unique=True)
    # Its address on pages and outside: of numbers the gaps count what nobody is told of
    # (docs/decisions/0185).
    uid = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    occasion = models.CharField("场合", max_length=64)
    channel = models.CharField("渠道", max_length=8, choices=ChannelCode.choices)
    recipient_key = BlindIndexField("收件人索引")
    recipient = EncryptedTextField("收件人", bound_to=("key",))
    address = EncryptedTextField("地址", bound_to=("key",), at_least=64)
    subject = EncryptedTextField("标题", bound_to=("key",), at_least=128)
    body = EncryptedTextField("正文", bound_to=("key",), at_least=1024)
    registered = EncryptedTextField("服务商模板", bound_to=("key",), at_least=1024)
    # By what its recipient answers in writing, and by what that is found: his telephone and this code.
    answer_code = EncryptedTextField("回复码", bound_to=("key",))
    answer_key = BlindIndexField("回复索引")
    attachments = models.ManyToManyField(
        Attachment, verbose_name="附件", blank=True, related_name="+"
    )
    documents = models.JSONField("随附文书", default=list, blank=True)
    about_type = models.CharField("相关对象类型", max_length=64, blank=True)
    about_id = models.CharField("相关对象编号", max_length=64, blank=True)
    state = models.CharField(
        "状态", max_length=12, choices=DeliveryState.choices, default=DeliveryState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    # For what the next one waits, besides its subject: "pace" has its turn at ``due_at``.
    put_off = models.CharField(
        "推迟原因", max_length=8, choices=PutOff.choices, blank=True, default="", db_default=""
    )
    # Of them, those that this message itself failed: a channel that is down uses up no message's.
    refusals = models.PositiveSmallIntegerField("暂未收下次数", default=0)
    detail = models.CharField("结果说明", max_length=300, blank=True)
    provider_id = models.CharField("渠道流水号", max_length=100, blank=True)
    created_at = models.DateTimeField("生成时间")
    due_at = models.DateTimeField("应发送时间")
    wait = models.DurationField("先等待", null=True, blank=True)
    sending_at = models.DateTimeField("开始发送时间", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    deleted_at = models.DateTimeField("删除时间", null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="删除人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    deletion_reason = models.CharField("删除原因", max_length=MOST_REASON, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="notifications_state_known"
            ),
            # `reap_stuck` goes by it.
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENDING) | Q(sending_at__isnull=False),
                name="notifications_sending_since",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "delivered", "read"]) | Q(sent_at__isnull=False),
                name="notifications_sent_at_known",
            ),
            # What is on its way would go out empty.
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True) | ~Q(state__in=["queued", "sending"]),
                name="notifications_deleted_when_over",
            ),
        ]
        indexes = [
            # The messages of a draw or a project, newest first.
            models.Index(fields=["about_type", "about_id", "-id"], name="notifications_about"),
            # The inbox, and the count beside the bell on every page.
            models.Index(
                fields=["recipient_key", "channel", "-id"], name="notifications_recipient"
            ),
            # Only what waits or runs is looked for by time; the rest is history.
            models.Index(
                fields=["state", "due_at"],
                name="notifications_open",
                condition=Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["-created_at"], name="notifications_created"),
            models.Index(
                fields=["answer_key"],
                name="notifications_answer",
                condition=Q(answer_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {listed_label(self.occasion)}"

    @property
    def stored_registered(self) -> Registered | None:
        """What its provider is given, where that keeps the text; late placeholders are not filled."""
        if not self.registered:
            return None
        code, values = json.loads(self.registered)
        return Registered(code, tuple((name, value) for name, value in values))

    @property
    def readable_subject(self) -> str:
        """The subject as a list shows it (`core.fields.readable`)."""
        return readable(self, "subject")


class Attempt(models.Model):
    """One attempt to send a message, written before anything leaves the machine: ``number`` is what
    `Message.attempts` was then. ``provider`` is who carried it (`Channel.provider`), ``provider_id`` his number
    of it, ``ask_at`` when he is asked next what became of it. Who may read the message may read it.
    Written by `notifications.services.delivery` and `outcomes`."""

    never = ("DELETE",)

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField("第几次")
    state = models.CharField(
        "结果", max_length=12, choices=AttemptState.choices, default=AttemptState.SENDING
    )
    provider = models.CharField("服务商", max_length=20)
    provider_id = models.CharField("渠道流水号", max_length=100, blank=True)
    detail = models.CharField("结果说明", max_length=300, blank=True)
    began_at = models.DateTimeField("开始时间")
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ask_at = models.DateTimeField("下次查询时间", null=True, blank=True)
    # Whoever carries it stops: nobody wants it any more.
    called_off = models.BooleanField("已撤回", default=False, db_default=False)

    class Meta:
        verbose_name = verbose_name_plural = "发送尝试"
        ordering = ["message", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "number"], name="notifications_attempt_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=AttemptState.values), name="notifications_attempt_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["provider", "provider_id"],
                name="notifications_provider_id",
                condition=~Q(provider_id=""),
            ),
            models.Index(
                fields=["ask_at"], name="notifications_to_ask", condition=Q(ask_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message} 第 {self.number} 次"


class DeliveryEvent(models.Model):
    """What a provider told of an attempt, by a push or when asked: once for each ``key``, and never altered
    but that it finds its ``attempt``. One that came before its attempt knew the provider's number waits
    without. Written by `notifications.services.reports`."""

    key = models.CharField("幂等键", max_length=200, unique=True)
    attempt = models.ForeignKey(
        Attempt, null=True, blank=True, on_delete=models.CASCADE, related_name="events"
    )
    provider = models.CharField("服务商", max_length=20)
    provider_id = models.CharField("渠道流水号", max_length=100, blank=True)
    kind = models.CharField("内容", max_length=12, choices=DeliveryEventKind.choices)
    code = models.CharField("服务商代码", max_length=64, blank=True)
    at = models.DateTimeField("发生时间")
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "发送回执"
        ordering = ["received_at", "id"]
        indexes = [
            models.Index(
                fields=["provider", "provider_id"],
                name="notifications_waiting_event",
                condition=Q(attempt__isnull=True),
            ),
        ]
        constraints = [within("notifications_event_bounds", at=MOMENTS)]

    def __str__(self) -> str:
        return f"{self.provider} {self.provider_id} {self.get_kind_display()}"


class Reply(models.Model):
    """That the recipient of ``message`` wrote back or pressed a key, once for each ``key``; or, without a message, that somebody did whom no
    letter asks, by which guesses are counted (``sender`` and ``source``: blind indexes of his telephone, and of his
    telephone with the network from which it was pushed). Not what he wrote. A job acts on it: it has a proof. Written by `notifications.services.replies`."""

    never = ("UPDATE",)

    key = models.CharField("幂等键", max_length=100, unique=True)
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="replies"
    )
    decision = models.CharField("回复", max_length=8, choices=Decision.choices)
    provider = models.CharField("服务商", max_length=20)
    sender = BlindIndexField("发件人索引")
    source = BlindIndexField("来源索引")
    received_at = models.DateTimeField("收到时间")
    proof = ProofField(
        "凭证", null=False, says=("key", "message.uid", "decision", "provider", "received_at")
    )

    class Meta:
        verbose_name = verbose_name_plural = "短信回复"
        ordering = ["received_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=Decision.values), name="notifications_reply_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sender", "received_at"],
                name="notifications_guesses",
                condition=Q(message__isnull=True),
            ),
            models.Index(fields=["received_at"], name="notifications_replies"),
        ]

    def __str__(self) -> str:
        return f"{self.message} {self.get_decision_display()}"


class ChannelHealth(models.Model):
    """How the last attempts over a channel went by its ``provider``: how many in a row failed by that itself, and when it
    is tried next (`services.breaker`), or how many messages in a row it did not take ``for_now``; since when, and why.
    No row, none in a row, or of another provider: it works. ``worked_at`` (to the hour) and ``failed_at``: when it last
    did, and did not. Written by `notifications.services.delivery`, read by `queries.channels.channel_state`."""

    channel = models.CharField("渠道", max_length=8, choices=ChannelCode.choices, unique=True)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    for_now = models.PositiveIntegerField("连续暂时不收条数", default=0, db_default=0)
    failing_since = models.DateTimeField("故障起始", null=True)
    detail = models.CharField("故障说明", max_length=300, blank=True)
    provider = models.CharField("服务商", max_length=20, blank=True, default="", db_default="")
    probe_at = models.DateTimeField("下次尝试", null=True)
    worked_at = models.DateTimeField("最近成功", null=True)
    failed_at = models.DateTimeField("最近失败", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "渠道状况"

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.failures}"


class ReturnMailbox(models.Model):
    """How far the mailbox of returned letters has been read: its letter ``uid`` of the numbering ``validity`` (RFC 3501), at
    ``read_at``; since when it cannot be read, and why. ``key`` tells one mailbox from another. Written by `notifications.services.bounces`."""

    key = models.CharField("邮箱", max_length=64, unique=True)
    validity = models.BigIntegerField("编号序列", default=0)
    uid = models.BigIntegerField("已读到", default=0)
    read_at = models.DateTimeField("最近读取", null=True)
    failing_since = models.DateTimeField("故障起始", null=True)
    detail = models.CharField("故障说明", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "退信邮箱"

    def __str__(self) -> str:
        return f"{self.uid}"


class Pace(models.Model):
    """Until when the turns of an account of a provider are given out. Written by `notifications.services.pacing`."""

    key = models.CharField("账号", max_length=40, unique=True)
    given_until = models.DateTimeField("已排到")

    class Meta:
        verbose_name = verbose_name_plural = "发送节奏"

    def __str__(self) -> str:
        return self.key


class WechatBinding(models.Model):
    """By which ``openid`` of the service account ``app`` a user is known in WeChat, until he ends it or binds another;
    one WeChat is of one account. Whoever writes rows would have letters sent to himself: it has a proof, and its end
    stays, as the log has it. Written by `notifications.services.wechat`."""

    never = ("DELETE",)
    final = ("ended_at",)

    mark = models.UUIDField("标记", default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="账号", on_delete=models.PROTECT, related_name="+"
    )
    app = models.CharField("服务号", max_length=32)
    openid = EncryptedTextField("OpenID", bound_to=("mark",), at_least=64)
    openid_index = BlindIndexField("OpenID 索引", null=False)
    bound_at = models.DateTimeField("绑定时间")
    ended_at = models.DateTimeField("解绑时间", null=True, blank=True)
    proof = ProofField(
        "凭证", null=False, says=("mark.hex", "user.username", "app", "openid_index", "bound_at")
    )

    class Meta:
        verbose_name = verbose_name_plural = "微信绑定"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(ended_at__isnull=True), name="notifications_wechat_one"
            ),
            models.UniqueConstraint(
                fields=["openid_index"],
                condition=Q(ended_at__isnull=True),
                name="notifications_wechat_of_one",
            ),
            within("notifications_wechat_bounds", bound_at=MOMENTS, ended_at=MOMENTS),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.app}"
