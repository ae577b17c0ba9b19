"""Who may act for whom, that nobody raises himself, and that somebody is always left who can.

Whoever manages an account can use it: he may do so only where it allows nothing beyond what he has
himself, or as the security administrator, whose acts are told to others (docs/decisions/0081).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from django.utils import timezone

from expertpool.accounts.exceptions import LastAdministrator, NotAllowed
from expertpool.accounts.models import Department, Role, RolePermission, User
from expertpool.accounts.services.duties import check_together
from expertpool.accounts.services.rights import NO_RIGHTS, Reach, Rights, rights_in, rights_of
from expertpool.core.locks import lock_transaction
from expertpool.core.visibility import Level

SECURITY = "accounts.security"
# Holders of these decide what everybody may do.
POWERS_OF_SECURITY = ("accounts.roles", SECURITY)
POWERS = ("accounts.roles", "accounts.users", SECURITY)


def check_may_act_for(actor: User | None, user: User) -> None:
    """Refuse (NotAllowed) whoever lacks a right that the account of ``user`` has.

    ``actor`` None is the system: a command or the seed.
    """
    if actor is None or actor.pk == user.pk or actor.has_permission(SECURITY):
        return
    if beyond := rights_of(user).beyond(rights_of(actor)):
        raise NotAllowed(
            f"这个账号有您没有的权限或更大的数据范围（{_shortened(beyond)}），须由安全管理员操作。"
        )


def check_may_disable(actor: User, user: User) -> None:
    """Refuse (NotAllowed) whoever would put a security administrator out without being one."""
    is_one = RolePermission.objects.filter(role__users=user, code=SECURITY).exists()
    if is_one and not actor.has_permission(SECURITY):
        raise NotAllowed("这位用户是安全管理员，只能由另一位安全管理员停用。")


def check_may_give(actor: User | None, user: User, *, had: Rights = NO_RIGHTS, has: Rights) -> None:
    """Refuse (NotAllowed) that ``user``, who ``had`` and now ``has`` rights, gains any that the
    actor lacks, and that anybody gains any by himself."""
    if actor is None or not (gained := has.beyond(had)):
        return
    if actor.pk == user.pk:
        raise NotAllowed(
            f"不能给自己增加权限或扩大数据范围（{_shortened(gained)}），请由另一位安全管理员办理。"
        )
    if actor.has_permission(SECURITY):
        return
    if beyond := has.beyond(rights_of(actor)):
        raise NotAllowed(
            f"不能给出您自己没有的权限或更大的数据范围（{_shortened(beyond)}），须由安全管理员办理。"
        )


def check_may_open_with(
    actor: User, roles: Collection[Role], department: Department | None
) -> None:
    """Refuse (NotAllowed) that ``actor`` opens an account with ``roles`` in ``department``, before there is one:
    as `check_may_give_roles` and `check_may_give` would."""
    if not roles:
        return
    check_may_give_roles(actor)
    check_may_give(actor, User(), has=rights_in(roles, department))
    check_together(roles, now=timezone.now())


def check_may_put_into_role(
    actor: User, added: Iterable[tuple[str, Iterable[str]]], levels: Mapping[str, Level]
) -> None:
    """Refuse (NotAllowed) that a role gets rights or ``levels`` of fields that the actor lacks.

    ``added`` are codes, each with the paths of the departments in which it will hold.
    """
    if actor.has_permission(SECURITY):
        return
    reaches = {code: frozenset(map(Reach, paths)) for code, paths in added}
    if beyond := Rights(reaches, levels).beyond(rights_of(actor)):
        raise NotAllowed(
            f"不能把您自己没有的权限放进角色（{_shortened(beyond)}），须由安全管理员办理。"
        )


def check_may_give_roles(actor: User | None) -> None:
    """Refuse (NotAllowed) that somebody without the right to roles gives or takes one."""
    if actor is not None and not actor.has_permission("accounts.roles"):
        raise NotAllowed("分配角色需要「管理角色」权限，请联系管理员。")


def check_administrator_left() -> None:
    """Refuse (LastAdministrator) a change after which nobody can manage users, or nobody roles and security.

    Called after the change, inside its transaction; changes of this kind wait for each other.
    """
    lock_transaction("accounts.administrators")
    # Who opens accounts may be another than who gives roles: docs/decisions/0406.
    if not (_has_any(*POWERS) or (_has_any("accounts.users") and _has_any(*POWERS_OF_SECURITY))):
        raise LastAdministrator


def _has_any(*codes: str) -> bool:
    """Tell whether some active user has all of ``codes``."""
    users = User.objects.filter(is_active=True)
    for code in codes:
        holders = RolePermission.objects.filter(code=code).values("role__users")
        users = users.filter(pk__in=holders)
    return users.exists()


def _shortened(labels: list[str]) -> str:
    more = f"等 {len(labels)} 项" if len(labels) > 3 else ""
    return "、".join(labels[:3]) + more
