"""Reads of users, departments, roles and sign-ins, and the rows that a grant reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.utils import timezone

from expertpool.accounts.enums import NOT_FAILED, LoginOutcome, Scope
from expertpool.accounts.models import (
    ApiToken,
    Department,
    LoginRecord,
    Role,
    RolePermission,
    SignedIn,
    User,
)
from expertpool.accounts.places import forged_departments, keep_forged
from expertpool.accounts.registry import OTHER_HANDS, OUTSIDERS, READ_ALONG, regions_of
from expertpool.accounts.settings import PASSWORD_KINDS, PASSWORD_LENGTH, PASSWORDS_KEPT
from expertpool.accounts.validators import COUNTED, KINDS, clean_username
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.audit.services.proofs import proven
from expertpool.core.configuration import read_anew, value_of, words_of
from expertpool.core.counting import Countable, as_statement
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import PERMISSIONS
from expertpool.core.prepared import Given, Prepared, Statement
from expertpool.core.text import is_key
from expertpool.core.visibility import told_later

NOTHING = Q(pk__in=[])
Row = TypeVar("Row", bound=Any)


def scope_q(
    user: User, code: str, *, department: str = "department", owner: str = "created_by"
) -> Q:
    """Return the rows that ``user``'s roles open for ``code``: the union of all their scopes.

    ``department`` and ``owner`` are lookup paths from the row to its department and its owner.
    No grant gives no row; a permission without scopes gives all. Chosen departments include
    those below. Raises UnknownCode for a code outside the catalogue.
    """
    scoped = PERMISSIONS[code].scoped
    result = NOTHING
    for grant in user.grants.get(code, []):
        if not scoped or grant.scope == Scope.ALL:
            # No condition at all, rather than one that the database finds to be always true.
            return Q()
        result |= _reach(user, grant, department=department, owner=owner)
    return result


def departments_below(user: User, paths: Iterable[str], *, department: str = "") -> Q:
    """Return the rows whose ``department`` (a lookup path; of departments themselves "") stands at one of ``paths`` or
    below, as this system put it there."""
    result, at = NOTHING, f"{department}__" if department else ""
    for path in paths:
        result |= Q(**{f"{at}path__startswith": path})
    # Moved there by somebody else, a department brings nothing along.
    forged = forged_departments(user) if result is not NOTHING else ()
    return result & ~Q(**{f"{at}pk__in": forged}) if forged else result


def codes_reaching(
    user: User, row: Model, codes: Iterable[str], scope: Callable[[User, str], Q] = scope_q
) -> frozenset[str]:
    """Return those of ``codes`` within whose scope of ``user`` the stored ``row`` lies.

    ``scope`` gives the rows of a code; an empty Q is all. One query for all of them; none where
    the scopes are everything or nothing.
    """
    scopes = {code: scope(user, code) for code in codes if user.has_permission(code)}
    # Whose scope is everything or nothing need not be asked of the database.
    narrow = {f"at{at}": (code, q) for at, (code, q) in enumerate(scopes.items()) if q}
    found = {}
    if narrow:
        rows = type(row)._default_manager.filter(pk=row.pk)
        found = rows.aggregate(**{name: Count("pk", filter=q) for name, (_, q) in narrow.items()})
    out = {code for name, (code, _) in narrow.items() if not found[name]}
    return frozenset(scopes.keys() - out)


def _reach(user: User, grant: RolePermission, *, department: str, owner: str) -> Q:
    if grant.scope == Scope.OWN:
        return Q(**{owner: user.pk})
    if grant.scope == Scope.CHOSEN:
        paths = [chosen.proven_path for chosen in grant.places]
    elif user.proven_department is None:
        return NOTHING
    elif grant.scope == Scope.DEPARTMENT:
        return Q(**{department: user.proven_department.pk})
    else:
        paths = [user.proven_department.proven_path]
    return departments_below(user, paths, department=department)


def user_named(username: str) -> User | None:
    """Return the account of this name, however it was typed."""
    return User.objects.filter(username=clean_username(username)).first()


def users_visible_to(user: User) -> QuerySet[User]:
    """Return the users that ``user`` may manage, or to whom he gives roles: all, otherwise none."""
    may = user.has_permission("accounts.users") or user.has_permission("accounts.roles")
    return User.objects.all() if may else User.objects.none()


CHOSEN = "accounts.user.must_change_password"  # a column of which `told_later` tells


def with_last_sign_in(users: QuerySet[User]) -> QuerySet[User]:
    """Annotate ``told_login``: when each signed in last, None where that is told later (``is_told_later``), and
    ``told_waits``: whether he has still to choose his password, as far as it may be told."""
    later = Case(When(told_later(User), then=True), default=False, output_field=BooleanField())
    told = Case(When(told_later(User), then=None), default=F("last_login"))
    waits = Case(When(told_later(CHOSEN), then=True), default=F("must_change_password"))
    return users.annotate(told_login=told, is_told_later=later, told_waits=waits)


def users_with_permission(*codes: str) -> QuerySet[User]:
    """Return the active users to whom some role grants one of ``codes`` in any scope."""
    grants = RolePermission.objects.filter(code__in=codes, role__users=OuterRef("pk"))
    return User.objects.filter(Exists(grants), is_active=True)


def departments_within(user: User, code: str) -> QuerySet[Department]:
    """Return the active departments into which ``user`` may put something new with ``code``: his
    own, and those that the scopes of his grants reach."""
    place, paths = user.proven_department, []
    for grant in user.grants.get(code, []):
        if grant.scope == Scope.ALL:
            return Department.objects.filter(active=True)
        if grant.scope == Scope.DEPARTMENT_AND_BELOW and place:
            paths.append(place.proven_path)
        paths += [chosen.proven_path for chosen in grant.places]
    reach = Q(pk=place and place.pk) | departments_below(user, paths)
    return Department.objects.filter(reach, active=True)


def active_departments() -> QuerySet[Department]:
    """Return the departments that something new may be put into, as a tree is read."""
    return Department.objects.filter(active=True)


def departments_by_name(rows: Iterable[Department]) -> dict[str, list[Department]]:
    """Return departments as tables name them: by name, and by 上级部门/部门."""
    # Of all: what is above them may be nobody's to put something into.
    names = {row.pk: row.name for row in Department.objects.all()}
    found: dict[str, list[Department]] = defaultdict(list)
    for row in rows:
        found[row.name].append(row)
        if row.parent_id:
            found[f"{names[row.parent_id]}/{row.name}"].append(row)
    return found


def department_tree() -> list[Department]:
    """Return all departments, each after the one it is below and in the order of its sisters.

    Each has ``depth`` (0 at the top), ``user_count`` (active users in itself), ``child_count``, and ``was_moved``:
    somebody else than this system put it where it stands.
    """
    rows = Department.objects.annotate(
        user_count=Count("users", filter=Q(users__is_active=True), distinct=True),
        child_count=Count("children", distinct=True),
    ).order_by("order", "id")
    children: dict[int | None, list[Department]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    result: list[Department] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for row in children.get(parent_id, []):
            row.depth = depth  # type: ignore[attr-defined]
            row.was_moved = not is_vouched(row)  # type: ignore[attr-defined]
            result.append(row)
            walk(row.pk, depth + 1)

    walk(None, 0)
    return result


def roles_with_holders() -> QuerySet[Role]:
    """Return all roles with ``holder_count``, their active users."""
    return Role.objects.annotate(
        holder_count=Count("users", filter=Q(users__is_active=True), distinct=True)
    )


def role_names() -> dict[str, str]:
    """Return how each role is called, by its code, in the order of the page of roles."""
    return dict(Role.objects.values_list("code", "name"))


def role_name(code: str) -> str | None:
    """Return how the role ``code`` is called; None where there is none such."""
    return Role.objects.filter(code=code).values_list("name", flat=True).first()


def login_records_visible_to(user: User) -> QuerySet[LoginRecord]:
    """Return the sign-in attempts: all with accounts.logins but for what is told later, otherwise
    those of ``user`` himself."""
    own = Q(user=user)
    if user.has_permission("accounts.logins"):
        return LoginRecord.objects.filter(own | ~told_later(LoginRecord))
    return LoginRecord.objects.filter(own)


def sessions_of(user: User, *, now: datetime) -> list[SignedIn]:
    """Return what ``user`` is signed in by now, the latest used first, each with its ``region``."""
    used = Q(until__isnull=True) | Q(until__gt=now)
    holding = SignedIn.objects.filter(used, user=user, session__expire_date__gt=now)
    rows = list(holding.select_related("session", "user"))
    return with_regions(rows)


def is_told_later_of(user: User) -> bool:
    """Tell whether it is not told yet when ``user`` was at his account (`core.visibility.told_later`)."""
    return User.objects.filter(told_later(User), pk=user.pk).exists()


def with_regions(rows: list[Row]) -> list[Row]:
    """Return ``rows``, each with the ``region`` of its ``address`` as the office knows it; none where it does not."""
    regions = regions_of({row.address for row in rows})
    for row in rows:
        row.region = regions.get(row.address, "")
    return rows


def tokens_visible_to(user: User) -> QuerySet[ApiToken]:
    """Return the API tokens that ``user`` manages: all with accounts.tokens, otherwise none."""
    return ApiToken.objects.filter(scope_q(user, "accounts.tokens")).select_related("user")


def own_tokens(user: User, *, now: datetime) -> QuerySet[ApiToken]:
    """Return the tokens that act for ``user`` or will once he confirms them, the latest first."""
    valid = ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=now)
    return valid.select_related("created_by")


# By which somebody may come to use an account that is not his.
_TAKING = ("user.create", "user.edit", "user.enable", "user.reset_password")


class Managed(NamedTuple):
    """That the account ``user`` was opened, changed, enabled or given a password by ``actor`` (ids; None
    is the system)."""

    user: int
    actor: int | None
    at: datetime
    changes_phone: bool


def managed_since(users: Collection[int], since: datetime) -> list[Managed]:
    """Return by whom the accounts ``users`` (ids) were managed after ``since``, as the log has it."""
    entries = entries_for((User, users)).filter(action__in=_TAKING, at__gt=since)
    found = [
        Managed(int(entry.subject_id), entry.actor_id, entry.at, "phone" in (entry.after or {}))
        for entry in entries
    ]
    kinds = (*OUTSIDERS, *OTHER_HANDS)
    return [*found, *(act for kind in kinds for act in kind.managed(users, since))]


def opened_by(user: User) -> str:
    """Return who opened the account of ``user``, by name, as the log has it; empty: nobody who has one."""
    entries = entries_for((User, [user.pk])).filter(action="user.create", actor__isnull=False)
    return next((entry.actor_name for entry in entries), "")


def raised_by(users: Collection[int], since: datetime) -> set[int]:
    """Return (ids) who gave any of ``users`` (ids) more after ``since`` without touching his account, as
    the log has it: who put rights into a role of his, or moved a department below one that he reaches.
    """
    roles = Role.objects.filter(users__in=users).values_list("pk", flat=True)
    edits = entries_for((Role, roles)).filter(action="role.edit", at__gt=since)
    chosen = RolePermission.objects.filter(role__users__in=users).values("departments")
    below = Q(pk__in=[])
    for path in Department.objects.filter(Q(users__in=users) | Q(pk__in=chosen)).values_list(
        "path", flat=True
    ):
        below |= Q(path__startswith=path)
    moved = Department.objects.filter(below).values_list("pk", flat=True)
    moves = entries_for((Department, moved)).filter(action="department.edit", at__gt=since)
    acts = [entry for entry in edits if _granted(entry.after) - _granted(entry.before)]
    acts += [entry for entry in moves if "parent" in (entry.after or {})]
    return {entry.actor_id for entry in acts if entry.actor_id is not None}


def taken_at(code: str, since: datetime) -> datetime | None:
    """Return when the right ``code`` was last taken out of a role after ``since``, or made to hold elsewhere, as the log
    has it."""
    label = PERMISSIONS[code].label
    edits = Entry.objects.filter(action="role.edit", at__gt=since).order_by("-id")
    for entry in proven(edits):
        before, after = _granted(entry.before), _granted(entry.after)
        lost = [one for one in before - after if one == label or one.startswith(f"{label}（")]
        if lost and f"{label}（{Scope.ALL.label}）" not in after:
            return entry.at
    return None


def _granted(values: dict[str, Any] | None) -> set[str]:
    """The rights of a role, in words, as an entry of the log has them."""
    return set((values or {}).get("permissions", ()))


def is_outsider(user: User) -> bool:
    """Tell whether the account is that of somebody who does not work for the office."""
    return bool(outsiders_among([user.pk]))


def outsiders_among(users: Collection[int]) -> set[int]:
    """Return those of ``users`` (ids) who do not work for the office."""
    return {one for kind in OUTSIDERS for one in kind.among(users)}


def branch_of(user: User) -> int | None:
    """Return the department in whose chain the log has what ``user`` does. None of who does not work for the office:
    places that are not told yet in the chain of a department would tell where somebody is from who is drawn."""
    return None if is_outsider(user) else user.department_id


def branch_name(department: int) -> str:
    """Return how the department is called whose chain is asked about; empty: there is none such."""
    named = Department.objects.filter(pk=department).values_list("name", flat=True)
    return next(iter(named), "")


def failures_of(record: LoginRecord, user: User, *, now: datetime) -> dict[str, int]:
    """Return the failed attempts of the last 24 hours that ``user`` may see: ``account_failures`` of the
    same account, ``address_failures`` from the same address."""
    seen = login_records_visible_to(user).filter(at__gt=now - timedelta(hours=24))
    failed = seen.exclude(outcome__in=NOT_FAILED)
    return failed.aggregate(
        account_failures=Count("pk", filter=Q(account=record.account)),
        address_failures=Count("pk", filter=Q(address=record.address)),
    )


def demo_users(usernames: Sequence[str]) -> QuerySet[User]:
    """Return the active users of these names with their roles, for the sign-in page."""
    users = User.objects.filter(username__in=usernames, is_active=True)
    return users.order_by("id").prefetch_related("roles")


def locked_users(now: datetime) -> QuerySet[User]:
    """Return the users whose account is locked at ``now`` after failed sign-ins that may be told."""
    untold = LoginRecord.objects.filter(told_later(LoginRecord), user=OuterRef("pk"))
    untold = untold.exclude(outcome=LoginOutcome.SUCCESS)
    return User.objects.filter(~Exists(untold), is_active=True, locked_until__gt=now)


# --- what every page counts for its reader ----------------------------------------------------------


class WaitingFor:
    """The rows that wait for a user, which every page counts: the statement is worked out once for all who stand
    as he does (`Asker`), and asked with his key at the time of each page::

        MenuItem(…, count=WaitingFor(lambda user, now: to_rate(user, now)[:MOST_WAITING]))

    ``build`` may depend on what that says, and on the day. The user's key and name, and ``now``, it passes on into
    conditions; where it makes something else of them, the statement is worked out for each user. Where it asks
    the database or the settings for more, nothing is kept: it is asked each time.
    """

    def __init__(self, build: Callable[[Any, Any], Countable]) -> None:
        self._build = build
        self._kept = lru_cache(maxsize=256)(self._worked_out)
        self._kept_for_all = lru_cache(maxsize=256)(self._worked_out_for_all)

    def __call__(self, user: User) -> Countable:
        now = timezone.now()
        asker, day = Asker.of(user), timezone.localdate(now)
        kept, is_for_all = self._kept_for_all(asker.called(*_NOBODY), day)
        if not is_for_all:
            kept = self._kept(asker, day)
        if kept is None:
            return self._build(user, now)
        if isinstance(kept, Statement):
            return kept.given(now=now, pk=user.pk, username=user.username)
        return kept

    def _worked_out_for_all(self, asker: Asker, day: date) -> tuple[Statement | int | None, bool]:
        """Return what is asked for whoever stands so, and whether that is the same for all: it is where two who differ in
        key and name alone are told by nothing else in what is asked for them."""
        one, another = asker, asker.called(*_NOBODY_ELSE)
        asked = self._worked_out(one, day)
        other = asked if asked is None else self._worked_out(another, day)
        if not (isinstance(asked, Statement) and isinstance(other, Statement)):
            return asked, asked == other
        params = [
            _in_place(*each, one, another) for each in zip(asked.params, other.params, strict=False)
        ]
        is_for_all = asked.sql == other.sql and len(params) == len(other.params)
        return Statement(asked.sql, params), is_for_all and _DIFFERS not in params

    def _worked_out(self, asker: Asker, day: date) -> Statement | int | None:
        """Return what is asked for this one on this ``day``; None where more than that decides."""
        try:
            with _asking_nothing():
                rows = self._build(asker.as_user(), Given("now"))
                return rows if isinstance(rows, int) else as_statement(rows) or 0
        except _MoreAsked:
            return None


_NOBODY, _NOBODY_ELSE = (
    (-1, "\N{BULLET}1"),
    (-2, "\N{BULLET}2"),
)  # keys and names that no account has
_DIFFERS = Given("differs")


def _in_place(value: Any, other: Any, one: Asker, another: Asker) -> Any:
    """Return what stands in a statement where two who ask have ``value`` and ``other``: that, or the place of what they
    are."""
    if (value, other) == (one.pk, another.pk):
        return Given("pk")
    if (value, other) == (one.username, another.username):
        return Given("username")
    return value if value == other else _DIFFERS


class FoundFor:
    """The same for rows themselves, of a page that many open::

        _coming = FoundFor(lambda user, now: projects_visible_to(user).filter(opening_at__gte=now)[:5])
        rows = _coming(user, now=now)

    What else ``build`` takes is given with ``now``, by name; like that it goes into conditions alone. The rows are a list,
    found anew each time, for the rights that he has then. With ``called`` the database keeps the plan, too, by that
    name (`core.prepared.ask_often`).
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *, called: str = "") -> None:
        self._build, self._called = build, called
        self._kept = lru_cache(maxsize=256)(self._worked_out)

    def __call__(self, user: User, **values: Any) -> list[Any]:
        kept = self._kept(Asker.of(user), timezone.localdate(), *values)
        return list(self._build(user, **values)) if kept is None else kept.all(**values)

    def by_key(self, user: User, pk: int) -> Any:
        """Return the row with this key, which ``build`` takes as ``pk``; None where he has none such, or no key is
        so large."""
        return next(iter(self(user, pk=pk)), None) if is_key(str(pk)) else None

    def _worked_out(self, asker: Asker, day: date, *names: str) -> Prepared | None:
        given = {name: Given(name) for name in names}
        try:
            with _asking_nothing():
                rows = self._build(asker.as_user(), **given)
                return Prepared(lambda: rows, called=self._called).worked_out()
        except (_MoreAsked, EmptyResultSet):
            return None


class Asker(NamedTuple):
    """Who a user is, where he belongs, what he may, and what was read along with him."""

    pk: int
    username: str
    department: _Place | None
    proven: int | None  # it again, where this system put him there
    forged: frozenset[int]  # departments that it did not put where they stand
    grants: tuple[_Grant, ...]
    along: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, user: User) -> Asker:
        along = (*(one.code for one in READ_ALONG), "is_narrowed")
        grants = _grants_of(user)
        return cls(
            user.pk,
            user.username,
            _Place.of(user.department) if user.department else None,
            user.proven_department_id,
            forged_departments(user) if any(one.is_by_path for one in grants) else frozenset(),
            grants,
            tuple((code, getattr(user, code)) for code in along if hasattr(user, code)),
        )

    def called(self, pk: int, username: str) -> Asker:
        """Return somebody else who stands as he does."""
        return self._replace(pk=pk, username=username)

    def as_user(self) -> User:
        """Return a user of whom no more is known: for all else he would have to ask the database."""
        place = self.department
        names = ["id", "username", "department_id"]
        user = User.from_db(None, names, [self.pk, self.username, place and place.pk])
        user.department = place and place.as_department()
        keep_forged(user, self.forged)
        user.grants = {}
        for grant in self.grants:
            user.grants.setdefault(grant.code, []).append(grant.as_permission())
        vars(user).update(self.along, proven_department_id=self.proven)
        return user


class _Place(NamedTuple):
    """A department where it stands in the tree."""

    pk: int
    parent: int | None
    path: str
    proof: bytes

    @classmethod
    def of(cls, department: Department) -> _Place:
        proof = bytes(department.proof or b"")
        return cls(department.pk, department.parent_id, department.path, proof)

    def as_department(self) -> Department:
        return Department.from_db(None, ["id", "parent_id", "path", "proof"], self)


class _Grant(NamedTuple):
    pk: int
    code: str
    scope: str
    chosen: tuple[_Place, ...]

    @classmethod
    def of(cls, grant: RolePermission) -> _Grant:
        chosen = grant.places if grant.scope == Scope.CHOSEN else ()
        return cls(grant.pk, grant.code, grant.scope, tuple(map(_Place.of, chosen)))

    @property
    def is_by_path(self) -> bool:
        return self.scope in {Scope.CHOSEN, Scope.DEPARTMENT_AND_BELOW}

    def as_permission(self) -> RolePermission:
        grant = RolePermission.from_db(None, ["id", "code", "scope"], self[:3])
        grant.places = [one.as_department() for one in self.chosen]
        return grant


def _grants_of(user: User) -> tuple[_Grant, ...]:
    """Return what ``user`` may, made once of his rights: each entry of the menu asks. Others in their place, such as
    those that a token leaves him, are made anew."""
    rights = user.grants
    of, made = getattr(user, "_made_grants", (None, ()))
    if of is not rights:
        made = tuple(sorted(_Grant.of(one) for rows in rights.values() for one in rows))
        user._made_grants = rights, made  # type: ignore[attr-defined]
    return made


class _MoreAsked(Exception):
    """A statement that is worked out for many depends on something that may change."""


@contextmanager
def _asking_nothing() -> Iterator[None]:
    """Raise `_MoreAsked` in place of each statement inside the block, of the settings too."""
    with read_anew(), connection.execute_wrapper(_refuse):
        yield


def _refuse(*_: Any) -> NoReturn:
    raise _MoreAsked


def password_rules() -> str:
    """Return what a password may be, as each form says on which one is chosen."""
    kinds = COUNTED[value_of(PASSWORD_KINDS)]
    return (
        f"至少 {words_of(PASSWORD_LENGTH)}，含{KINDS}中的{kinds}种；不含姓名拼音、账号、手机号和常见的词，"
        f"不是最近 {words_of(PASSWORDS_KEPT)}用过的。"
    )
