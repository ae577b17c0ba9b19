"""Whose account it is for whom others vouch, and which roles their groups give him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.events import AccountActed
from expertpool.accounts.exceptions import LastAdministrator
from expertpool.accounts.models import Role, RolePermission, User, contact_index
from expertpool.accounts.queries import is_outsider, user_named
from expertpool.accounts.services.duties import why_not_together
from expertpool.accounts.services.guards import SECURITY, check_administrator_left
from expertpool.accounts.services.passwords import take_password
from expertpool.accounts.services.users import create_user, end_access
from expertpool.audit.models import Entry
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.events import publish
from expertpool.core.fields import is_vouched
from expertpool.core.locks import lock_transaction
from expertpool.core.text import clean_text
from expertpool.identity.enums import Source
from expertpool.identity.exceptions import NotAdmitted
from expertpool.identity.models import GroupRole, OutsideIdentity
from expertpool.identity.queries import is_security_administrator

NO_ACCOUNT = "您在本系统还没有账号，请联系管理员开通。"
NO_ROLE = "您在单位的分组没有对应本系统的角色，请联系安全管理员。"
OUTSIDER = "专家和申请人请用本系统的账号和密码登录。"
ADMINISTRATOR = "安全管理员请用本系统的账号和密码登录。"
ANOTHER = (
    "这个账号已绑定另一个身份，可能是单位把账号名给了别人；请联系安全管理员核对后解除原来的绑定。"
)
TAKEN = "本系统已有同名的账号，不能自动开通；请联系管理员。"
ALTERED = "您的身份绑定数据被改动过，不能登录；请联系安全管理员。"
LAST = "按单位的分组，您将不再是管理员，而系统里没有别的管理员；请联系运维人员。"


@dataclass(frozen=True)
class Vouched:
    """Whom others vouch for. ``email`` only where they say that it is his; ``groups`` None: they say nothing of them."""

    source: Source
    issuer: str
    subject: str
    username: str
    name: str
    email: str
    groups: frozenset[str]


@dataclass(frozen=True)
class Admission:
    """What the office has decided of whom others vouch for (`settings`)."""

    match: str
    creates: bool
    admins: bool


@transaction.atomic
def account_of(person: Vouched, rules: Admission, *, now: datetime) -> User:
    """Return the account of ``person``, bound or made now as the ``rules`` say, with the roles that his groups give.

    Roles follow the groups as soon as there is any mapping: those given by hand are taken, too. Each change is logged and
    told as one by somebody would be; one that gives more ends what the account was signed in by before. Refuses
    (NotAdmitted) who has none, is an outsider, or a security administrator where the rules let none come this way.
    """
    # Of two first sign-ins at once one binds, the other finds it.
    lock_transaction(f"identity:{person.source}:{person.issuer}:{person.subject}")
    row = (
        OutsideIdentity.objects.filter(
            source=person.source, issuer=person.issuer, subject=person.subject
        )
        .select_related("user")
        .first()
    )
    if row is not None and not is_vouched(row):
        raise NotAdmitted(ALTERED)
    user = row.user if row else _known(person, rules)
    is_new = user is None
    roles = mapped_roles(person, admins=rules.admins)
    if user is None:
        user = _opened(person, rules, roles, now=now)
    # As he is now; below once more, with the roles that his groups give.
    _check_may_come(user, rules)
    if row is None:
        row = _bind(person, user, has_own_password=not is_new, now=now)
    if roles is not None:
        if _give(user, roles, now=now) and row.has_own_password:
            _end_other_ways(row, now=now)
        _check_may_come(user, rules)
    return user


def owner_of(person: Vouched, rules: Admission) -> User | None:
    """Return whose account `account_of` would open for ``person``, or refuse; None: nobody's yet. Reads alone, and of it nobody
    is told who has not shown himself."""
    row = OutsideIdentity.objects.filter(
        source=person.source, issuer=person.issuer, subject=person.subject
    ).select_related("user")
    return next((one.user for one in row), None) or _matched(person, rules)


def mapped_roles(person: Vouched, *, admins: bool) -> list[Role] | None:
    """Return the roles that the groups of ``person`` give; None where no mapping was made, and roles are given by hand."""
    rows = [one for one in GroupRole.objects.select_related("role") if is_vouched(one)]
    if not rows:
        return None
    # By the mapping as it stands here: what the provider calls a role means nothing.
    named = dn_key if person.source == Source.LDAP else str
    roles = {one.role for one in rows if named(one.group) in person.groups}
    return sorted((one for one in roles if admins or not gives_security(one)), key=lambda r: r.pk)


def dn_key(dn: str) -> str:
    """Return the name of an entry of a directory as it is compared: capitals and blanks around commas mean nothing there."""
    return ",".join(part.strip() for part in dn.split(",")).casefold()


def gives_security(role: Role) -> bool:
    """Tell whether ``role`` makes a security administrator."""
    return RolePermission.objects.filter(role=role, code=SECURITY).exists()


def _known(person: Vouched, rules: Admission) -> User | None:
    """Return the account that is his though nothing was bound yet; refuses one that is another identity's."""
    if (found := _matched(person, rules)) is None:
        return None
    # A name that the office gave to somebody else must not open the account of before.
    same = OutsideIdentity.objects.filter(user=found, source=person.source, issuer=person.issuer)
    if same.exists():
        raise NotAdmitted(ANOTHER)
    return found


def _matched(person: Vouched, rules: Admission) -> User | None:
    if rules.match == "username" and person.username:
        found = user_named(person.username)
        return found if found and _is_same(found.username, person.username) else None
    if rules.match == "email" and person.email:
        found = User.objects.filter(email_index=contact_index("email", person.email)).first()
        return found if found and _is_same(found.email, person.email) else None
    return None


def _is_same(ours: str, theirs: str) -> bool:
    """Tell whether two names are one but for the capitals of English letters. Here full width, blanks and other letters that
    look alike are what somebody typed; there they are other names, and somebody else may have taken one."""
    return ours == theirs or (
        ours.isascii() and theirs.isascii() and ours.lower() == theirs.lower()
    )


def _opened(person: Vouched, rules: Admission, roles: list[Role] | None, *, now: datetime) -> User:
    if not rules.creates:
        raise NotAdmitted(NO_ACCOUNT)
    # An account without a role could do nothing, and would look like a fault of ours.
    if not roles:
        raise NotAdmitted(NO_ROLE)
    username = person.username
    if not username or user_named(username) is not None:
        raise NotAdmitted(TAKEN if username else NO_ACCOUNT)
    # He comes in without it: a mail that is another's here proves nothing of either.
    is_free = not User.objects.filter(email_index=contact_index("email", person.email)).exists()
    data: dict[str, Any] = {
        "username": username,
        "name": clean_text(person.name)[:50] or username,
    }
    try:
        try:
            with transaction.atomic():
                user, _ = create_user(
                    **data,
                    email=person.email if is_free else "",
                    has_password=False,
                    actor=None,
                    now=now,
                )
        except ValidationError:
            # Mail is another's in a file, or is none: without it.
            with transaction.atomic():
                user, _ = create_user(**data, has_password=False, actor=None, now=now)
    except ValidationError as error:
        raise NotAdmitted(f"不能自动开通账号「{username[:50]}」：{error.messages[0]}") from error
    return user


def _check_may_come(user: User, rules: Admission) -> None:
    if is_outsider(user):
        raise NotAdmitted(OUTSIDER)
    if is_security_administrator(user) and not rules.admins:
        raise NotAdmitted(ADMINISTRATOR)


def _bind(person: Vouched, user: User, *, has_own_password: bool, now: datetime) -> OutsideIdentity:
    if user.must_change_password:
        # Given him by somebody, who may keep it; he has shown otherwise who he is.
        _take_password(user, now=now)
        has_own_password = False
    row = OutsideIdentity.objects.create(
        user=user,
        source=person.source,
        issuer=person.issuer,
        subject=person.subject,
        shown_as=person.username[:150],
        has_own_password=has_own_password,
        bound_at=now,
    )
    after = snapshot(row, "source", "issuer", "shown_as")
    _tell(record("identity.bind", actor=None, subject=user, after=after, now=now), user)
    return row


def _take_password(user: User, *, now: datetime) -> None:
    take_password(user, now=now)
    User.objects.filter(pk=user.pk).update(must_change_password=False)
    user.must_change_password = False


def _end_other_ways(row: OutsideIdentity, *, now: datetime) -> None:
    """End what the account of ``row`` was signed in by before its owner came and his groups made more of it: whoever
    opened it may have chosen its password, and kept a session or a token (docs/decisions/0567)."""
    _take_password(row.user, now=now)
    row.has_own_password = False
    row.save(update_fields=["has_own_password", "proof"])
    end_access(user=row.user, actor=None, now=now)
    row.user.refresh_from_db(fields=["session_round"])  # his own session begins after it
    _tell(record("identity.alone", actor=None, subject=row.user, now=now), row.user)


def _give(user: User, roles: list[Role], *, now: datetime) -> bool:
    """Give ``user`` exactly ``roles``; tell whether one of them is new to him."""
    held = {one for one in user.roles.all() if user.holds(one)}
    if held == set(roles):
        return False
    if why := why_not_together(roles, now=now):
        raise NotAdmitted(f"{why}请联系管理员调整单位账号的组。")
    before = snapshot(user, "roles")
    user.roles.clear()  # what somebody else wrote is written anew
    user.roles.set(roles)
    try:
        # Asked once it is written: the check counts rows.
        check_administrator_left()
    except LastAdministrator as error:
        raise NotAdmitted(LAST) from error
    after = snapshot(user, "roles")
    entry = record_change(
        "identity.roles", actor=None, subject=user, before=before, after=after, now=now
    )
    _tell(entry, user)
    # What was worked out of the roles before is kept on the object.
    for kept in ("grants", "field_levels", "given_roles", "role_codes"):
        vars(user).pop(kept, None)
    return not set(roles) <= held


def _tell(entry: Entry | None, user: User) -> None:
    # Not by `announce`: what the provider decides is somebody's act, though nobody's here.
    if entry is not None:
        publish(AccountActed(entry.pk, user.pk, user.phone, user.email))
