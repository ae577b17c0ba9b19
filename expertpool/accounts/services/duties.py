"""三员分立: who administers the system, who its security and who its audit are three, and none of them does business.

A trigger keeps it while the setting is on (migration 0025); here it is asked before, to say who and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import HeldRole, Role, RolePermission, User
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.settings import SEPARATION, SIGN_IN
from expertpool.audit.services import record
from expertpool.core.configuration import Reader, SettingConstraint
from expertpool.core.permissions import PERMISSIONS, Duty
from expertpool.siteconfig.queries.counting import counted

THREE = (Duty.SYSTEM, Duty.SECURITY, Duty.AUDIT)
ROLES = {Duty.SYSTEM: "系统管理员", Duty.SECURITY: "安全管理员", Duty.AUDIT: "审计管理员"}
MOST = 5  # that a sentence names


@dataclass(frozen=True)
class Officer:
    """Somebody whose roles give him rights of one of the three: of which ``duties``, by which ``roles``."""

    user: User
    duties: tuple[Duty, ...]
    roles: tuple[str, ...]

    @property
    def is_apart(self) -> bool:
        return len(self.duties) == 1

    @property
    def words(self) -> str:
        return "、".join(one.label for one in self.duties)

    def __str__(self) -> str:
        return f"{self.user.name}（{self.user.username}）：{self.words}"


def is_on(now: datetime) -> bool:
    """Tell whether the three are apart now; whoever takes it back does for a day later."""
    return counted(SEPARATION, now)


def officers(given: Mapping[int, set[Duty]] | None = None) -> list[Officer]:
    """Return everybody whose roles give rights of one of the three, disabled accounts too: they may be enabled.
    ``given``: what roles (ids) would give, in the place of what they do."""
    given = _duties_of_roles() if given is None else given
    admins = [pk for pk, duties in given.items() if duties & set(THREE)]
    users = HeldRole.objects.filter(role__in=admins).values("user")
    held = HeldRole.objects.filter(user__in=users).select_related("user", "role")
    by_user: dict[int, list[HeldRole]] = defaultdict(list)
    for one in held.order_by("user__username", "role__name"):
        by_user[one.user_id].append(one)
    return [
        Officer(
            rows[0].user,
            _in_order(duty for row in rows for duty in given.get(row.role_id, ())),
            tuple(row.role.name for row in rows),
        )
        for rows in by_user.values()
    ]


def why_not_apart() -> str:
    """Return, as one sentence, who stands against keeping the three apart; empty: nobody, and each is there."""
    found = officers()
    mixed = [str(one) for one in found if not one.is_apart]
    if mixed:
        more = f"等 {len(mixed)} 人" if len(mixed) > MOST else ""
        return (
            f"还有人兼任（{'；'.join(mixed[:MOST])}{more}），请先在「用户管理」里每人只留一种角色；"
            "详见「三员分立」页面。"
        )
    there = {one.duties[0] for one in found if one.user.is_active}
    if missing := [duty.label for duty in THREE if duty not in there]:
        return f"还没有人担任{'、'.join(missing)}，请先在「三员分立」页面建立三员角色，分给三个人。"
    return ""


def check_together(roles: Iterable[Role], *, now: datetime) -> None:
    """Refuse (NotAllowed) that somebody has ``roles`` together while the three are apart: asked before they are
    written, since the database says no more than no."""
    if why := why_not_together(roles, now=now):
        raise NotAllowed(why)


def check_role(role: Role, codes: Iterable[str], *, now: datetime) -> None:
    """Refuse (NotAllowed) that ``role`` gives ``codes`` while the three are apart, where somebody would have two."""
    if not is_on(now):
        return
    given = dict(_duties_of_roles()) | {role.pk: {PERMISSIONS[code].duty for code in codes}}
    if mixed := [str(one) for one in officers(given) if not one.is_apart]:
        raise NotAllowed(
            f"三员分立已启用，系统、安全、审计管理员不能互相兼任，也不能有业务权限：{'；'.join(mixed[:MOST])}。"
        )


def why_not_together(roles: Iterable[Role], *, now: datetime) -> str:
    """Return why nobody may have ``roles`` together, before there is an account; empty: he may."""
    if not is_on(now):
        return ""
    given = _duties_of_roles()
    duties = _in_order(duty for role in roles for duty in given.get(role.pk, ()))
    if len(duties) < 2 or not set(duties) & set(THREE):
        return ""
    return f"三员分立已启用，不能兼有{'、'.join(one.label for one in duties)}的权限。"


@transaction.atomic
def make_roles(*, actor: User, now: datetime) -> list[Role]:
    """Make those of the three roles that are missing, each with all rights of its duty; return these. Nobody has them
    yet: who is given one is looked at then. Logged, and told to the security administrators."""
    made = []
    for duty in THREE:
        role, is_new = Role.objects.get_or_create(
            code=f"three-{duty}", defaults={"name": _free_name(ROLES[duty])}
        )
        if is_new:
            codes = [one.code for one in PERMISSIONS if one.duty is duty]
            RolePermission.objects.bulk_create(
                RolePermission(role=role, code=code) for code in codes
            )
            after = {"permissions": [PERMISSIONS[code].label for code in codes]}
            announce(record("role.create", actor=actor, subject=role, after=after, now=now))
            made.append(role)
    return made


def _free_name(name: str) -> str:
    return name if not Role.objects.filter(name=name).exists() else f"{name}（三员）"


def _duties_of_roles() -> Mapping[int, set[Duty]]:
    given: dict[int, set[Duty]] = defaultdict(set)
    for role, code in RolePermission.objects.values_list("role", "code"):
        if code in PERMISSIONS:
            given[role].add(PERMISSIONS[code].duty)
    return given


def _in_order(duties: Iterable[Duty]) -> tuple[Duty, ...]:
    found = set(duties)
    return tuple(duty for duty in Duty if duty in found)


def _stands_against(read: Reader) -> str:
    return why_not_apart() if read(SEPARATION) else ""


CONSTRAINT = SettingConstraint(SEPARATION.code, SIGN_IN, _stands_against, at=SEPARATION)
