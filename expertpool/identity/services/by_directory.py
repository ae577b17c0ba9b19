"""Signing in by the password of the office's directory: who is asked for there, who he is, which groups are his."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.utils import timezone

from expertpool.accounts.enums import LoginMethod
from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.accounts.registry import Answered, PasswordAnswer, PasswordDoor
from expertpool.core.configuration import Reader, Setting, Trial, TrialFailed, value_of
from expertpool.core.validators import is_writable
from expertpool.identity.enums import Source
from expertpool.identity.exceptions import IdentityError, NotAdmitted, ProviderFailed
from expertpool.identity.queries import identities_of, is_security_administrator
from expertpool.identity.services.directory import Found, Line, Place
from expertpool.identity.services.persons import (
    Admission,
    Vouched,
    account_of,
    dn_key,
    owner_of,
)
from expertpool.identity.services.turns import turn_at
from expertpool.identity.settings import ldap as own
from expertpool.siteconfig.queries.counting import counting

logger = logging.getLogger(__name__)
T = TypeVar("T")

MOST_GROUPS = 2_000
DEEPEST = 10  # groups within groups
AT_ONCE = 50  # groups whose own groups are asked for by one question
TWICE = "单位目录里有不止一个这样的账号，不能登录；请联系管理员。"
READER_REFUSED = "单位目录不接受查找用的账号和密码，请管理员核对。"
NEW = "单位目录的设置改动未满一天，暂时不能用目录的密码登录；本系统的密码照常可用。"
DOWN = "单位目录暂时不能核对密码，请过几分钟再试；一直不行的，请联系管理员。"


def is_asked_of(user: User | None) -> bool:
    """Tell whether the directory answers for ``user``: whoever is bound to it, whoever has no account, and, where the office
    says so, the accounts of its people. Never for outsiders and security administrators: these have a password here."""
    if not _is_set_up():
        return False
    read = counting(timezone.now(), *own.LDAP_TRUST)
    if not _counts(read):
        return False
    if user is None:
        return True
    if is_outsider(user) or is_security_administrator(user):
        return False
    return read(own.MATCH) or _bound_name(user) is not None


def while_new() -> str:
    """Return what whoever is refused reads while nobody is asked for there, since its place was set within a day: else
    its people believe that they forgot their password."""
    if not _is_set_up() or _counts(counting(timezone.now(), *own.LDAP_TRUST)):
        return ""
    return NEW


def _is_set_up() -> bool:
    return bool(value_of(own.ENABLED) and value_of(own.HOST))


def _counts(read: Reader) -> bool:
    """What was set within a day does not count yet."""
    return all(map(read, (own.ENABLED, *own.LDAP_PLACE)))


def ask(
    user: User | None, text: str, password: str, now: datetime, may_try: Callable[[Any], bool]
) -> Answered:
    """Ask the directory whether ``password`` is that of whom it knows by ``text``, or as whom ``user`` is bound; ``may_try``
    is asked for the account of the entry that was found. Never inside a transaction."""
    name = text if user is None else _bound_name(user) or user.username
    if not is_writable(name) or len(name) > 100:
        return Answered(PasswordAnswer.ABSENT)
    try:
        with turn_at(_place(value_of)) as line:
            found, groups = _looked_up(line, _counting(), name)
            if found is None:
                return Answered(PasswordAnswer.ABSENT)
            person, rules = _person(found, groups), _rules()
            # An entry may have several names, or another one since it was bound.
            owner = owner_of(person, rules)
            if owner is not None and not is_asked_of(owner):
                return Answered(PasswordAnswer.ABSENT)
            if not may_try(owner or user):
                return Answered(PasswordAnswer.KEPT_OUT)
            # The last that is asked: from here on the line is his.
            if not line.bind(found.dn, password):
                return Answered(PasswordAnswer.WRONG)
    except ProviderFailed as error:
        logger.warning("directory: %s", error)
        return Answered(PasswordAnswer.DOWN, why=DOWN)
    try:
        account = account_of(person, rules, now=now)
    except NotAdmitted as refusal:
        return Answered(PasswordAnswer.DOWN, why=str(refusal))
    return Answered(PasswordAnswer.RIGHT, account)


def try_directory(read: Reader, address: str) -> str:
    """Return what the directory says of the account ``address``, without its password. Raises TrialFailed."""
    if not (read(own.HOST) and read(own.READER) and read(own.BASE)):
        raise TrialFailed("请先填写目录服务器、查找用的账号和查找的起点。")
    try:
        with Line(_place(read)) as line:
            found, groups = _looked_up(line, read, address or "*")
    except IdentityError as error:
        raise TrialFailed(str(error)) from error
    if found is None:
        if address:
            raise TrialFailed(f"连接正常，但没有找到账号「{address}」，请核对起点、属性和对象类。")
        return "连接正常，查找用的账号可以登录。填一个同事的账号再试，可以看到他的姓名和分组。"
    named = "；".join(sorted(groups)) or "没有"
    return f"找到「{_name(found, read)}」（{found.dn}）。分组：{named}。"


TRIAL = Trial(own.LDAP, "测试单位目录", "试查的账号", try_directory, is_mail=False)
DOOR = PasswordDoor("identity.ldap", LoginMethod.LDAP, is_asked_of, ask, while_new)


def _bound_name(user: User) -> str | None:
    """Return by what name the directory knows ``user``, who is bound to it; None: he is not."""
    return next((one.shown_as for one in identities_of(user) if one.source == Source.LDAP), None)


def _counting() -> Reader:
    """Return what reads what the office has set: of what gives roles, as it counts."""
    counts = counting(timezone.now(), own.NESTED)

    def read(setting: Setting[T], /) -> T:
        return counts(setting) if setting is own.NESTED else value_of(setting)

    return read


def _place(read: Reader) -> Place:
    return Place(read(own.HOST), read(own.PORT), read(own.SAFETY))


def _looked_up(line: Line, read: Reader, name: str) -> tuple[Found | None, set[str]]:
    if not line.bind(read(own.READER), read(own.READER_PASSWORD)):
        raise ProviderFailed(READER_REFUSED)
    wanted = [read(one) for one in (own.LOGIN, own.NAME, own.MARK)] + ["cn", "mail", "memberOf"]
    equal = {read(own.LOGIN): name, "objectClass": read(own.CLASS)}
    people = line.find(read(own.BASE), equal, wanted, most=2)
    if len(people) > 1:
        raise ProviderFailed(TWICE)
    if not people:
        return None, set()
    found = people[0]
    return found, _groups(line, read, found)


def _groups(line: Line, read: Reader, found: Found) -> set[str]:
    """Return the names of the groups of ``found``, and, where the office counts them, of those that these are in: each
    once, whatever circle they go."""
    direct = {*_groups_with(line, read, [found.dn]), *found.texts("memberOf")}
    known = {dn_key(one): one for one in direct}
    level = list(known.values())
    for _ in range(DEEPEST if read(own.NESTED) else 0):
        above: list[str] = []
        for at in range(0, len(level), AT_ONCE):
            above += _groups_with(line, read, level[at : at + AT_ONCE])
        fresh = {dn_key(one): one for one in above if dn_key(one) not in known}
        known |= fresh
        level = list(fresh.values())
        if not level or len(known) >= MOST_GROUPS:
            break
    return set(known.values())


def _groups_with(line: Line, read: Reader, members: Sequence[str]) -> list[str]:
    """Return the names of the groups of which one of ``members`` (names of entries) is a member."""
    rows = line.find_any(read(own.BASE), read(own.MEMBER), members, ["cn"], most=MOST_GROUPS)
    return [one.dn for one in rows]


def _name(found: Found, read: Reader) -> str:
    return found.text(read(own.NAME)) or found.text("cn")


def _person(found: Found, groups: set[str]) -> Vouched:
    mark = found.attributes.get(value_of(own.MARK).lower(), ())
    if not mark:
        # Told to the log alone: nobody has shown himself yet.
        raise ProviderFailed("单位目录没有给出不变的标识，请管理员核对“不变的标识是哪个属性”。")
    text = mark[0].decode("ascii", "replace")
    subject = text if text.isprintable() and "\ufffd" not in text else mark[0].hex()  # objectGUID
    return Vouched(
        source=Source.LDAP,
        issuer=f"ldap {value_of(own.BASE)}"[:300],
        subject=subject[:255],
        username=found.text(value_of(own.LOGIN)),
        name=_name(found, value_of),
        email="",  # nobody has verified it
        groups=frozenset(map(dn_key, groups)),
    )


def _rules() -> Admission:
    read = counting(timezone.now(), *own.LDAP_TRUST)
    return Admission("username" if read(own.MATCH) else "", read(own.CREATES), admins=False)
