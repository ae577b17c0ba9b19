from django.db import models


class TitleLevel(models.IntegerChoices):
    """Level of a professional title; a higher number is a higher level."""

    NONE = 0, "无"
    JUNIOR = 1, "初级"
    INTERMEDIATE = 2, "中级"
    ASSOCIATE = 3, "副高"
    SENIOR = 4, "正高"


class DictionaryCode(models.TextChoices):
    """The plain lists that administrators keep."""

    EDUCATION = "education", "学历"
    EXPERT_TYPE = "expert_type", "专家类型"
    PROJECT_KIND = "project_kind", "项目类型"


class RelationKind(models.TextChoices):
    """How one unit stands above another."""

    PARENT = "parent", "上级单位"
    SHAREHOLDER = "shareholder", "股东"
