from django.db import models


class Source(models.TextChoices):
    """Who vouches for somebody."""

    OIDC = "oidc", "统一认证"
    LDAP = "ldap", "单位目录"
