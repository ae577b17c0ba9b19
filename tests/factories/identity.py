"""Whom others vouch for."""

from __future__ import annotations

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.identity.enums import Source
from expertpool.identity.models import GroupRole, OutsideIdentity
from tests.factories.accounts import built_in_roles


def make_identity(user: User, source: Source = Source.OIDC) -> OutsideIdentity:
    return OutsideIdentity.objects.create(
        user=user,
        source=source,
        issuer="https://sso.example.cn",
        subject=f"s-{user.pk}",
        shown_as=user.username,
        has_own_password=True,
        bound_at=timezone.now(),
    )


def make_group_role(group: str = "专家库经办", role: str = "operator") -> GroupRole:
    return GroupRole.objects.create(group=group, role=built_in_roles()[role])
