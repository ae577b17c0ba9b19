"""Who is bound to whom outside, and by what he signs in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from expertpool.accounts.models import RolePermission, User
from expertpool.accounts.queries import Managed
from expertpool.accounts.services.guards import SECURITY
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.core.configuration import Setting, value_of
from expertpool.core.fields import is_vouched
from expertpool.identity.enums import Source
from expertpool.identity.models import GroupRole, OutsideIdentity
from expertpool.identity.settings.ldap import ENABLED as LDAP_ENABLED
from expertpool.identity.settings.ldap import LDAP_TRUST
from expertpool.identity.settings.oidc import ENABLED, OIDC_TRUST, PASSWORD
from expertpool.siteconfig.queries.counting import EVER
from expertpool.siteconfig.queries.stored import vouched_changes_since

BY_PROVIDER = "这个账号从单位的统一认证登录，在本系统没有密码。"
BY_DIRECTORY = "这个账号用单位目录的密码登录，在本系统没有密码；忘记或要改的，请在单位目录里办理。"
NO_LONGER = "这个账号已改由单位的统一认证登录，不能再用本系统的密码。"

# The settings by which each source says who is who.
TRUST: Mapping[str, tuple[Setting[Any], ...]] = {
    Source.OIDC.value: OIDC_TRUST,
    Source.LDAP.value: LDAP_TRUST,
}


def let_in_since(users: Collection[int], since: datetime) -> list[Managed]:
    """Return in whose hands those of ``users`` (ids) were after ``since`` for whom others vouch, as the log has it: by
    whoever, at any time, set who vouches, where one was bound since then; whoever did so since, where one was bound ever;
    and whoever mapped groups, where roles followed them (docs/decisions/0411)."""
    kinds = Q(action="identity.bind") | Q(action="identity.roles", at__gt=since)
    entries = list(entries_for((User, users)).filter(kinds))
    found = [
        Managed(int(entry.subject_id), actor, entry.at, changes_phone=False)
        for entry in entries
        if entry.action == "identity.roles"
        for actor in _mappers()
    ]
    for source, settings in TRUST.items():
        bound = [
            entry
            for entry in entries
            if entry.action == "identity.bind" and (entry.after or {}).get("source") == source
        ]
        for change in vouched_changes_since(EVER, *settings) if bound else ():
            found += [
                Managed(int(entry.subject_id), change.actor_id, at, changes_phone=False)
                for entry in bound
                if (at := max(entry.at, change.at)) > since
            ]
    return found


def _mappers() -> set[int | None]:
    entries = Entry.objects.filter(action__in=("identity.map", "identity.unmap"))
    return set(entries.order_by().values_list("actor", flat=True))


def identities_of(user: User) -> list[OutsideIdentity]:
    """Return by what ``user`` is known outside, as it was bound here."""
    rows = OutsideIdentity.objects.filter(user=user).select_related("user")
    return [row for row in rows if is_vouched(row)]


def why_no_password(user: User) -> str:
    """Return why ``user`` does not sign in by a password of this system; empty: he does. A security administrator who
    has one always does: somebody has to mend what the provider cannot."""
    rows = identities_of(user)
    by_directory = [one for one in rows if one.source == Source.LDAP]
    if any(value_of(LDAP_ENABLED) or not one.has_own_password for one in by_directory):
        return BY_DIRECTORY
    rows = [one for one in rows if one.source == Source.OIDC]
    # It never had one: there is nothing that could be let in.
    if any(not one.has_own_password for one in rows):
        return BY_PROVIDER
    if not rows or value_of(PASSWORD) or not value_of(ENABLED):
        return ""
    return "" if is_security_administrator(user) else NO_LONGER


def is_security_administrator(user: User) -> bool:
    return RolePermission.objects.filter(role__users=user, code=SECURITY).exists()


def identities_visible_to(viewer: User) -> QuerySet[OutsideIdentity]:
    """Return what accounts are bound to that ``viewer`` manages: all with accounts.security, otherwise none."""
    if not viewer.has_permission(SECURITY):
        return OutsideIdentity.objects.none()
    return OutsideIdentity.objects.select_related("user__department").prefetch_related(
        "user__roles"
    )


def mappings_visible_to(viewer: User) -> QuerySet[GroupRole]:
    """Return which groups give which roles: all with accounts.security, otherwise none."""
    if not viewer.has_permission(SECURITY):
        return GroupRole.objects.none()
    return GroupRole.objects.select_related("role")
