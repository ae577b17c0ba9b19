from django.db import models


class TemplateForm(models.TextChoices):
    """The formats of the office programs; the extension of the file."""

    XLSX = "xlsx", "Excel"
    DOCX = "docx", "Word"


class TemplateState(models.TextChoices):
    """Life of a customer's template. A removed one is kept only when it was used."""

    ACTIVE = "active", "使用中"
    DISABLED = "disabled", "已停用"
    REMOVED = "removed", "已删除"
