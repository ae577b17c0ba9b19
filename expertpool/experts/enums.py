from django.db import models


class ExpertKind(models.TextChoices):
    INDIVIDUAL = "individual", "个人专家"
    ORGANISATION = "organisation", "单位专家"


class ExpertStatus(models.TextChoices):
    """Where an expert stands. Only FORMAL can be drawn; expiry follows from the term's end."""

    PENDING = "pending", "待审核"
    FORMAL = "formal", "在库"
    FROZEN = "frozen", "冻结"
    BLACKLISTED = "blacklisted", "黑名单"
    DELETED = "deleted", "已删除"


# The only allowed changes of status; `experts.services.status.set_status` is the only door.
STATUS_TRANSITIONS: dict[str, frozenset[str]] = {
    ExpertStatus.PENDING: frozenset({ExpertStatus.FORMAL, ExpertStatus.DELETED}),
    ExpertStatus.FORMAL: frozenset(
        {ExpertStatus.FROZEN, ExpertStatus.BLACKLISTED, ExpertStatus.DELETED}
    ),
    ExpertStatus.FROZEN: frozenset(
        {ExpertStatus.FORMAL, ExpertStatus.BLACKLISTED, ExpertStatus.DELETED}
    ),
    ExpertStatus.BLACKLISTED: frozenset(
        {ExpertStatus.FORMAL, ExpertStatus.FROZEN, ExpertStatus.DELETED}
    ),
    ExpertStatus.DELETED: frozenset(
        {ExpertStatus.PENDING, ExpertStatus.FORMAL, ExpertStatus.FROZEN, ExpertStatus.BLACKLISTED}
    ),
}


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class ExpertSource(models.TextChoices):
    APPLICATION = "application", "自行申请"
    RECOMMENDATION = "recommendation", "同行推荐"
    IMPORT = "import", "批量导入"
    MANUAL = "manual", "手工录入"


class AvoidanceKind(models.TextChoices):
    """Why an expert has to stay away from a unit."""

    CURRENT_EMPLOYER = "current_employer", "现任职单位"
    PAST_EMPLOYER = "past_employer", "曾任职单位"
    DECLARED = "declared", "申报回避"
