from typing import NamedTuple

from django.db import models


class AchievementKind(models.TextChoices):
    PAPER = "paper", "论文著作"
    PATENT = "patent", "专利"
    AWARD = "award", "获奖"
    STANDARD = "standard", "标准"


class AchievementState(models.TextChoices):
    """``APPROVED`` alone is shown to others than its expert and those who decide."""

    DRAFT = "draft", "草稿"
    # While it waits nobody changes it: approvers decide on what they have read.
    PENDING = "pending", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"


class PublicShown(models.TextChoices):
    """What anybody may see of approved achievements."""

    NOTHING = "nothing", "不公开"
    # For offices that show what their pool has done, and not who is in it.
    NAMELESS = "nameless", "公开，不显示专家姓名"
    NAMED = "named", "公开，显示本人同意公开的专家姓名"


class KindFields(NamedTuple):
    """What the fields of a kind are called, which of them it needs, and its levels."""

    number: str
    source: str
    level: str
    levels: tuple[str, ...]
    # Without these nobody could look it up, and the approver could not decide.
    needs: tuple[str, ...]


FIELDS = {
    AchievementKind.PAPER: KindFields(
        "刊号、DOI 或书号",
        "发表刊物或出版社",
        "收录",
        ("SCI", "EI", "CSSCI", "中文核心", "著作", "其他"),
        ("source",),
    ),
    AchievementKind.PATENT: KindFields(
        "专利号", "专利权人", "专利类型", ("发明专利", "实用新型", "外观设计"), ("number", "level")
    ),
    AchievementKind.AWARD: KindFields(
        "获奖证书编号",
        "授奖单位",
        "奖项级别",
        ("国家级", "省部级", "市厅级", "行业、学会", "其他"),
        ("source", "level"),
    ),
    AchievementKind.STANDARD: KindFields(
        "标准编号",
        "发布单位",
        "标准级别",
        ("国家标准", "行业标准", "地方标准", "团体标准", "企业标准"),
        ("number", "level"),
    ),
}
