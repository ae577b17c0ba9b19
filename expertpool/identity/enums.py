from django.db import models


class Source(models.TextChoices):
    """Who vouches for somebody."""

    OIDC = "oidc", "统一认证"
    LDAP = "ldap", "单位目录"


class Security(models.TextChoices):
    """How a directory is spoken to."""

    LDAPS = "ldaps", "ldaps（一开始就加密）"
    START = "starttls", "StartTLS（连上后加密）"
    CLEAR = "plain", "不加密（只限本机）"


LDAPS = Security.LDAPS.value
