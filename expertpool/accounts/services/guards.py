"""Who may manage whom, and that somebody is always left who can."""

from __future__ import annotations

from expertpool.accounts.exceptions import LastAdministrator, NotAllowed
from expertpool.accounts.models import RolePermission, User
from expertpool.core.locks import lock_transaction

# Holders of these decide what everybody may do.
POWERS = ("accounts.roles", "accounts.users")


def check_may_manage(actor: User | None, user: User) -> None:
    """Refuse (NotAllowed) that somebody without the right to roles takes over who has it.

    ``actor`` None is the system: a command or the seed.
    """
    if actor is None or actor.has_permission("accounts.roles"):
        return
    if RolePermission.objects.filter(role__users=user, code="accounts.roles").exists():
        raise NotAllowed("这位用户能管理角色，只有同样能管理角色的用户可以修改这个账号。")


def check_may_give_roles(actor: User | None) -> None:
    """Refuse (NotAllowed) that somebody without the right to roles gives or takes one."""
    if actor is not None and not actor.has_permission("accounts.roles"):
        raise NotAllowed("分配角色需要「管理角色」权限，请联系管理员。")


def check_administrator_left() -> None:
    """Refuse (LastAdministrator) a change after which nobody can manage users and roles.

    Called after the change, inside its transaction; changes of this kind wait for each other.
    """
    lock_transaction("accounts.administrators")
    administrators = User.objects.filter(is_active=True)
    for code in POWERS:
        holders = RolePermission.objects.filter(code=code).values("role__users")
        administrators = administrators.filter(pk__in=holders)
    if not administrators.exists():
        raise LastAdministrator
