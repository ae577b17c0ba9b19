from django.db import models


class EventCode(models.TextChoices):
    """What can be subscribed to. The codes are part of the interface and never change."""

    PROJECT_APPROVED = "project.approved", "项目审核通过"
    DRAW_SEALED = "draw.sealed", "抽取已封存"
    INVITATION_ANSWERED = "invitation.answered", "邀请有了结果"
    DRAW_ENDED = "draw.ended", "抽取结束"
    NAMES_RELEASED = "names.released", "名单公开"
    EXPERT_CREATED = "expert.created", "新增专家"
    EXPERT_APPROVED = "expert.approved", "专家审核通过"
    EXPERT_STATUS = "expert.status_changed", "专家状态变更"
    EXPERT_LEAVE = "expert.leave", "专家请假"
    EXPERTS_IMPORTED = "experts.imported", "批量导入专家"


TEST = "test"  # sent by hand to one subscription
RULE = "rule"  # sent by an event rule to the subscription that it names
OTHERS = {TEST: "测试", RULE: "事件规则"}


def event_label(code: str) -> str:
    return OTHERS.get(code) or str(EventCode(code).label)


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "待推送"
    DELIVERED = "delivered", "已送达"
    FAILED = "failed", "失败"


STATE_TONES = {
    DeliveryState.WAITING: "blue",
    DeliveryState.DELIVERED: "green",
    DeliveryState.FAILED: "red",
}
