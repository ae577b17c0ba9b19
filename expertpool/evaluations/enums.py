from django.db import models


class Target(models.TextChoices):
    """Whom a rating is about."""

    EXPERT = "expert", "评审专家"
    ORGANISER = "organiser", "组织单位"
    AGENCY = "agency", "代理机构"


BY_EXPERTS = (Target.ORGANISER, Target.AGENCY)


class SanctionKind(models.TextChoices):
    """What a bad rating may lead to, once a second person agrees."""

    CAUTION = "caution", "警告"
    BLACKLIST = "blacklist", "移入黑名单"


class Participation(models.TextChoices):
    """How much an expert took part, in five levels (参与度)."""

    VERY_HIGH = "very_high", "参与度很高"
    HIGH = "high", "参与度较高"
    FAIR = "fair", "参与度一般"
    LOW = "low", "参与度较低"
    NONE = "none", "完全没参与"
