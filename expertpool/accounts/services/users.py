"""Accounts: creating, editing, disabling, unlocking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from expertpool.accounts.events import AccessEnded, HandedOver
from expertpool.accounts.exceptions import DepartmentInUse, NotAllowed
from expertpool.accounts.models import ApiToken, Department, Role, User
from expertpool.accounts.queries import is_outsider
from expertpool.accounts.registry import contacts_instead, why_no_password
from expertpool.accounts.services.announcing import announce
from expertpool.accounts.services.authenticators import has_app, remove_app
from expertpool.accounts.services.contacts import (
    check_contacts,
    contacts_of,
    few_taken,
    take_contacts,
)
from expertpool.accounts.services.departments import LOCK as DEPARTMENTS
from expertpool.accounts.services.duties import check_together
from expertpool.accounts.services.guards import (
    check_administrator_left,
    check_may_act_for,
    check_may_disable,
    check_may_give,
    check_may_give_roles,
)
from expertpool.accounts.services.keepers import GIVEN_MORE, keeper_of
from expertpool.accounts.services.passwords import one_time_password, store_password, take_password
from expertpool.accounts.services.rights import Rights, rights_of
from expertpool.accounts.services.sessions import forget_sessions
from expertpool.accounts.services.tokens import revoke_token
from expertpool.accounts.validators import clean_username
from expertpool.audit.models import Entry
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.core.text import bare_mobile, clean_code, clean_text

RECORDED = ("username", "name", "phone", "email", "department", "roles")


def create_user(
    *,
    username: str,
    name: str,
    phone: str = "",
    email: str = "",
    department: Department | None = None,
    roles: Iterable[Role] = (),
    password: str = "",
    actor: User | None,
    now: datetime,
    is_one_of_many: bool = False,
    has_password: bool = True,
) -> tuple[User, str]:
    """Create an account; return it with its password.

    Security administrators and the owner are told, unless it is one of many: whoever opens these tells them at
    once, and counts how often phone and mail turn out to be somebody's (`contacts.FewTold`).

    Without ``password`` a one-time password is made, which the user replaces at his first
    sign-in; nobody knows one of an account that others vouch for (``has_password`` False). Refuses a name, phone or mail that is malformed or taken, a weak password
    (ValidationError), and roles given by who may not, or may not do as much himself (NotAllowed). Whether
    phone and mail are taken is said last, and to ``actor`` few times in an hour (see `contacts`).
    """
    roles = list(roles)
    if roles:
        check_may_give_roles(actor)
        check_together(roles, now=now)
    with few_taken(actor if (phone or email) and not is_one_of_many else None, now=now):
        user = User(
            username=clean_username(username),
            department=department,
            must_change_password=has_password and not password,
            created_at=now,
        )
        _set_person(user, name=name, phone=phone, email=email)
        if password:
            validate_password(password, user)
        password = password or one_time_password()
        # The hash is made below, once everything else is known to be in order.
        user.full_clean(exclude=["password"])
        with _known_to_nobody(user):
            store_password(user, password, now=now)
        user.roles.set(roles)
        check_may_give(actor, user, has=rights_of(user))
        take_contacts(user)
        after = snapshot(user, *RECORDED)
        entry = record("user.create", actor=actor, subject=user, after=after, now=now)
        if not is_one_of_many:
            announce(entry, user)
    return user, password


def edit_user(
    *,
    user: User,
    name: str,
    phone: str,
    email: str,
    department: Department | None,
    roles: Iterable[Role] | None = None,
    actor: User | None,
    now: datetime,
) -> str:
    """Change an account; ``roles`` None leaves them. Takes effect at the user's next request.

    Returns a one-time password where it is given more while somebody who may not do as much knows its password
    (`keepers`): the actor hands it over. As a rule nothing.

    Refuses malformed or taken values, another phone or mail where these follow a file
    (ValidationError), an account that may do more than the actor,
    rights beyond his or to himself (NotAllowed), and to leave nobody who manages users and roles
    (LastAdministrator). Whether phone and mail are taken is said as by `create_user`.
    """
    check_may_act_for(actor, user)
    before, had = snapshot(user, *RECORDED), rights_of(user)
    reached = contacts_of(user)
    asks = {"phone": bare_mobile(clean_code(phone)), "email": clean_code(email)} != reached
    with few_taken(actor if asks else None, now=now):
        user.department = department
        _change_person(user, name=name, phone=phone, email=email)
        user.save(update_fields=["department", "place_proof"])
        changed = [name for name, value in reached.items() if getattr(user, name) != value]
        if changed and (instead := contacts_instead(user)):
            raise ValidationError(dict.fromkeys(changed, instead))
        # Asked only of a change: the form of whoever may not give roles has none.
        if changes_roles := roles is not None and set(roles) != set(user.roles.all()):
            check_may_give_roles(actor)
            check_together(roles or (), now=now)
            user.roles.set(roles or ())
        check_may_give(actor, user, had=had, has=rights_of(user))
        if changes_roles:
            check_administrator_left()
        take_contacts(user)
        after = snapshot(user, *RECORDED)
        entry = record_change(
            "user.edit", actor=actor, subject=user, now=now, before=before, after=after
        )
        # Where he was reached before: whoever changed that must not be the only one who knows.
        announce(entry, user, **reached)
        return _taken_from_keeper(user, had, actor=actor, now=now)


def _taken_from_keeper(user: User, had: Rights, *, actor: User | None, now: datetime) -> str:
    """End what ``user``, who ``had`` rights and may have got more, is signed in by where `keeper_of` names somebody, and
    return a one-time password in place of the one that he knows; else leave all and return nothing."""
    if actor is None or (keeper := keeper_of(user, had=had, giver=actor)) is None:
        return ""
    publish(HandedOver(user.pk, actor.pk, now, keeper.since))
    password = take_password(user, now=now)
    if why_no_password(user):
        # Bound from before he was in anybody's hands: he comes in by that, and there is nothing to hand over.
        password, user.must_change_password = "", False
        user.save(update_fields=["must_change_password"])
    end_access(user=user, actor=actor, now=now)
    # Shown by whoever sat in the account: codes of a second person go to that phone (docs/decisions/0068).
    user.phone_verified_at = None
    user.save(update_fields=["phone_verified_at"])
    # So may an app be his, whose digits agree as well (0095); not where the account was more than he before.
    if has_app(user) and not had.beyond(rights_of(keeper.user)):
        remove_app(user)
        # Not logged it would look cleared past this system, which asks for another at once.
        announce(record("user.take_away_app", actor=actor, subject=user, now=now), user)
    hand = f"{keeper.user.name}开通过账号、重置过密码或改过手机号、邮箱"
    note = f"{GIVEN_MORE}{hand}，不能确认他本人有这些权限"
    announce(record("user.reset_password", actor=actor, subject=user, note=note, now=now), user)
    return password


@transaction.atomic
def disable_user(*, user: User, reason: str = "", actor: User, now: datetime) -> None:
    """Disable an account; its sessions and tokens end at once, and for good.

    Refuses the actor's own account, a security administrator to who is none (NotAllowed), and the
    last administrator. Disabling twice changes nothing.
    """
    _check_may_put_out(actor, user)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        _put_out(user, "user.disable", reason, actor=actor, now=now)


@transaction.atomic
def blacklist_user(*, user: User, reason: str, actor: User, now: datetime) -> None:
    """Put an account on the blacklist: disabled (see `disable_user`, which refuses the same), it is not enabled again
    before it is taken off, and its phone and mail open no other. Doing it twice changes nothing."""
    _check_may_put_out(actor, user)
    rows = User.objects.filter(pk=user.pk, blacklisted_at__isnull=True)
    if rows.update(is_active=False, blacklisted_at=now):
        _put_out(user, "user.blacklist", reason, actor=actor, now=now)


@transaction.atomic
def unblacklist_user(*, user: User, reason: str, actor: User, now: datetime) -> None:
    """Take an account off the blacklist; it stays disabled. Doing it twice changes nothing.

    Refuses an account that may do more than the actor (NotAllowed).
    """
    check_may_act_for(actor, user)
    rows = User.objects.filter(pk=user.pk, blacklisted_at__isnull=False)
    if rows.update(blacklisted_at=None):
        announce(record("user.unblacklist", actor=actor, subject=user, note=reason, now=now), user)


def _check_may_put_out(actor: User, user: User) -> None:
    check_may_disable(actor, user)
    if user.pk == actor.pk:
        raise NotAllowed("不能停用自己的账号，请由另一位管理员操作。")


def _put_out(user: User, action: str, reason: str, *, actor: User, now: datetime) -> None:
    """Write down and do what follows once ``user`` is disabled."""
    # After the change: the one who remains has to be somebody else.
    check_administrator_left()
    announce(record(action, actor=actor, subject=user, note=reason, now=now), user)
    end_access(user=user, actor=actor, now=now)


def end_access(*, user: User, actor: User | None, now: datetime) -> None:
    """End all that ``user`` is signed in by and all tokens that act for him, for good; with them whatever else is read
    in his name (`events.AccessEnded`)."""
    forget_sessions(user)
    for token in ApiToken.objects.filter(user=user, revoked_at__isnull=True):
        revoke_token(token=token, actor=actor, now=now)
    publish(AccessEnded(user.pk, actor.pk if actor else None, now))


@transaction.atomic
def follow_file(
    *, user: User, phone: str, email: str, actor: User | None, now: datetime
) -> Entry | None:
    """Give ``user`` the phone and mail of the file whose account his is (`registry.ContactOwners`);
    return the entry of the log, none where he has them. Refuses those that are another account's or
    file's (ValidationError). Who is told of it, the caller knows."""
    before = snapshot(user, *RECORDED)
    _change_person(user, name=user.name, phone=phone, email=email)
    take_contacts(user)
    after = snapshot(user, *RECORDED)
    return record_change(
        "user.edit", actor=actor, subject=user, now=now, before=before, after=after
    )


@transaction.atomic
def enable_user(*, user: User, actor: User, now: datetime) -> None:
    """Enable an account again; he has to sign in anew. Enabling twice changes nothing.

    Refuses an account that may do more than the actor, one on the blacklist (NotAllowed), and one whose department
    was disabled meanwhile (DepartmentInUse): nothing new is put there, he could apply for nothing.
    """
    check_may_act_for(actor, user)
    # Of a department that is disabled just now nobody is enabled past it.
    lock_transaction(DEPARTMENTS)
    rows = User.objects.filter(pk=user.pk)
    if rows.filter(blacklisted_at__isnull=False).exists():
        raise NotAllowed("这个账号在黑名单上，请先移出黑名单，再启用。")
    if shut := Department.objects.filter(users__pk=user.pk, active=False).first():
        raise DepartmentInUse(
            f"他的部门「{shut.name}」已停用，请先在「编辑」里换一个部门，或者在「部门管理」里启用它，再启用账号。"
        )
    if rows.filter(is_active=False, blacklisted_at__isnull=True).update(is_active=True):
        announce(record("user.enable", actor=actor, subject=user, now=now), user)


@transaction.atomic
def unlock_user(*, user: User, actor: User, now: datetime) -> None:
    """End the lock after failed sign-ins before its time. Unlocking twice changes nothing. Of who does not work for the
    office it is logged and told alike whether he was locked: that somebody tried his password is told later."""
    # Also after its end, when the count of failures is still there.
    locked = User.objects.filter(pk=user.pk, locked_until__isnull=False)
    if locked.update(locked_until=None, failed_logins=0) or is_outsider(user):
        announce(record("user.unlock", actor=actor, subject=user, now=now), user)


def _set_person(user: User, *, name: str, phone: str, email: str) -> None:
    """Clean and set what describes the person; by phone and mail he is found once they are his."""
    user.name = clean_text(name)
    user.phone, user.email = bare_mobile(clean_code(phone)), clean_code(email)
    check_contacts(user)


def _change_person(user: User, *, name: str, phone: str, email: str) -> None:
    """Check and save name, phone and mail of an account that is there already."""
    before = user.phone
    _set_person(user, name=name, phone=phone, email=email)
    if user.phone != before:
        user.phone_verified_at = None
    user.full_clean()
    user.save(update_fields=["name", "phone", "phone_verified_at", "email"])


@contextmanager
def _known_to_nobody(user: User) -> Iterator[None]:
    """Save a new ``user`` within: a name that somebody took since the check is refused as by the check."""
    try:
        # A savepoint: after a refusal of the database it is still asked whose it is.
        with transaction.atomic():
            yield
    except IntegrityError:
        user.full_clean(exclude=["password"])
        raise
