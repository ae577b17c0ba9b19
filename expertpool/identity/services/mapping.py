"""Which groups give which roles, and unbinding: what the security administrator does by hand."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.events import AccessTaken, HandedOver
from expertpool.accounts.models import Role, User
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.users import end_access
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.text import clean_text
from expertpool.identity.exceptions import MappingRefused
from expertpool.identity.models import GroupRole, OutsideIdentity
from expertpool.identity.services.persons import gives_security
from expertpool.identity.settings.oidc import ADMINS

NOT_ADMINS = "这个角色有安全管理权限，不能由分组得到；确需如此，请先修改“安全管理员可以从这里登录、由分组得到”一项设置并通知同事。"
THERE = "这个分组已对应这个角色。"
GROUP, ROLE = "分组", "角色"


@transaction.atomic
def map_group(*, group: str, role: Role, actor: User, now: datetime) -> GroupRole:
    """Let members of ``group`` have ``role`` from their next sign-in on; logged and told. Refuses (MappingRefused) a role
    of security administrators where the settings do not let them come from outside, and (ValidationError) what is there."""
    if gives_security(role) and not value_of(ADMINS):
        raise MappingRefused(NOT_ADMINS)
    row = GroupRole(group=clean_text(group), role=role)
    if GroupRole.objects.filter(group=row.group, role=role).exists():
        raise ValidationError({"group": THERE})
    row.full_clean()
    row.save()
    entry = record("identity.map", actor=actor, subject=row, after=_said(row), now=now)
    announce(entry)
    # Those who decide, too: whoever comes by the group may be one of them.
    publish(AccessTaken(entry.pk, f"分组「{row.group}」对应角色「{role.name}」"))
    return row


@transaction.atomic
def unmap_group(*, row: GroupRole, actor: User, now: datetime) -> None:
    """Let members of a group have its role no more, from their next sign-in on; logged and told."""
    announce(record("identity.unmap", actor=actor, subject=row, before=_said(row), now=now))
    row.delete()


@transaction.atomic
def unbind(*, row: OutsideIdentity, actor: User, now: datetime) -> None:
    """Take apart what was bound, and end all that the account is signed in by; its owner is told. His next sign-in binds
    anew, as the settings say; an account that never had a password here is given one by resetting it."""
    before = {"shown_as": row.shown_as, "source": str(row.get_source_display())}
    user = row.user
    entry = record("identity.unbind", actor=actor, subject=user, before=before, now=now)
    row.delete()
    end_access(user=user, actor=actor, now=now)
    announce(entry, user)


def end_with_hand(event: HandedOver) -> None:
    """Take apart what was bound to an account while it was in another's hands: he may have had himself vouched for as its
    owner (docs/decisions/0670). Its owner is bound anew as he comes."""
    rows = OutsideIdentity.objects.filter(user=event.user_id).select_related("user")
    if event.since:
        rows = rows.filter(bound_at__gte=event.since)
    actor = User.objects.get(pk=event.actor_id)
    for row in rows:
        unbind(row=row, actor=actor, now=event.at)


def _said(row: GroupRole) -> dict[str, str]:
    return {GROUP: row.group, ROLE: row.role.name}
