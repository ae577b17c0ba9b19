from django.db import models


class EventCode(models.TextChoices):
    """What can be subscribed to. The codes are part of the interface and never change."""

    PROJECT_APPROVED = "project.approved", "项目审核通过"
    DRAW_SEALED = "draw.sealed", "抽取已封存"
    INVITATION_ANSWERED = "invitation.answered", "邀请有了结果"
    DRAW_ENDED = "draw.ended", "抽取结束"
    NAMES_RELEASED = "names.released", "名单公开"


TEST = "test"  # sent by hand to one subscription


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "待推送"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "失败"


STATE_TONES = {
    DeliveryState.WAITING: "blue",
    DeliveryState.DELIVERED: "green",
    DeliveryState.FAILED: "red",
}
