from django.db import models


class RuleKind(models.TextChoices):
    """What a rule does with whoever comes from its network."""

    BLOCK = "block", "禁止访问"
    ALLOW = "allow", "始终放行"
