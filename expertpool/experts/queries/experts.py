"""Which experts a user may see, and finding one by what is encrypted."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Department, User, contact_index
from expertpool.accounts.queries import (
    departments_within,
    is_outsider,
    scope_q,
    users_with_permission,
)
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.prepared import Given, Prepared
from expertpool.core.settings import SERVICE_PHONE
from expertpool.experts.enums import NARROWED, NOT_SIGNED_IN, ExpertStatus, IdKind
from expertpool.experts.models import Expert, Tag
from expertpool.experts.settings import OFFICE_CONTACT, TERM_ENDING_WITHIN
from expertpool.experts.validators.documents import born_by, guess_id_kind, identity_errors, sex_by
from expertpool.experts.validators.values import is_born

SIGNED_OUT = {
    ExpertStatus.FROZEN: "您的专家资格现已冻结，期间不能在本系统办理其他事项。",
    ExpertStatus.BLACKLISTED: "您已被列入黑名单，期间不能在本系统办理其他事项。",
    ExpertStatus.DELETED: "账号和密码都对，但您的专家档案已从专家库中移出，不能登录；"
    "有疑问请联系专家库管理部门。",
}
TERM_OVER, TERM_ENDING = "聘期已满", "即将到期"

logger = logging.getLogger(__name__)


def experts_visible_to(user: User, code: str = "experts.view") -> QuerySet[Expert]:
    """Return the experts, deleted ones included, in the scope of ``user`` for ``code``."""
    return Expert.objects.filter(scope_q(user, code))


def departments_for(user: User, code: str, expert: Expert | None = None) -> QuerySet[Department]:
    """Return the active departments into which ``user`` may put an expert with the right ``code``;
    the one that ``expert`` is in comes along."""
    reach = departments_within(user, code)
    if expert is None or expert.department_id is None:
        return reach
    # Rights may have shrunk since he was put there; his record has to be saved all the same.
    return reach | Department.objects.filter(pk=expert.department_id, active=True)


def needs_department(user: User) -> bool:
    """Tell whether ``user`` would not see again whom he puts into the pool without a department."""
    grants = user.grants.get("experts.view", [])
    return bool(scope_q(user, "experts.view")) and all(one.scope != Scope.OWN for one in grants)


def deleted_visible_to(user: User) -> QuerySet[Expert]:
    """Return the deleted experts that ``user`` may restore."""
    rows = experts_visible_to(user, "experts.delete").filter(status=ExpertStatus.DELETED)
    return rows.select_related("employer", "deleted_by")


def experts_groupable_by(user: User) -> QuerySet[Expert]:
    """Return the experts whom ``user`` may see and put into groups: draws choose by them."""
    return experts_visible_to(user).filter(scope_q(user, "experts.tags"))


def experts_mergeable_by(user: User) -> QuerySet[Expert]:
    """Return the experts of whom ``user`` may say which records are one person's, and which are not."""
    edited = experts_visible_to(user, "experts.edit").values("pk")
    return experts_visible_to(user, "experts.delete").filter(pk__in=edited)


def tags_with_counts(user: User) -> QuerySet[Tag]:
    """Return all groups with ``expert_count``, those of their experts that ``user`` may see, without
    the deleted."""
    seen = experts_visible_to(user).exclude(status=ExpertStatus.DELETED).order_by()
    counts = seen.filter(tags=OuterRef("pk")).values("tags").annotate(n=Count("pk")).values("n")
    return Tag.objects.annotate(expert_count=Coalesce(Subquery(counts), 0))


def state_word(expert: Expert, today: date) -> str:
    """Return where an expert stands, in words; in the pool his term counts too."""
    end = expert.term_end_date
    if expert.status == ExpertStatus.FORMAL and end is not None:
        if end < today:
            return TERM_OVER
        if end <= today + value_of(TERM_ENDING_WITHIN):
            return TERM_ENDING
    return expert.get_status_display()


def merged_records(*, into: Collection[int] | None = None) -> dict[int, int]:
    """Return the records that were merged (ids), of all or of those ``into`` these, each with the one
    that stays: whose seats, holds and reviews are that one's."""
    if into is not None and len(into) == 1:  # as each turn of a supplement asks
        return dict(_merged_into.all(stays=next(iter(into))))
    asked = Q(merged_into__isnull=False) if into is None else Q(merged_into__in=list(into))
    rows = Expert.objects.filter(asked).order_by()
    return {pk: stays for pk, stays in rows.values_list("pk", "merged_into") if stays}


_merged_into = Prepared(
    lambda: (
        Expert.objects.filter(merged_into=Given("stays"))
        .order_by()
        .values_list("pk", "merged_into")
    )
)


def kept_instead(numbers: Collection[str]) -> dict[str, tuple[int, str]]:
    """Return those of ``numbers`` whose records were merged, each with the record that stays: its id and number. Old
    lists and certificates carry the old one."""
    rows = Expert.objects.filter(number__in=numbers, merged_into__isnull=False).order_by()
    found = rows.values_list("number", "merged_into", "merged_into__number")
    return {number: (int(pk or 0), kept) for number, pk, kept in found}


def account_proof(number: str, user: User) -> bytes:
    """Return what vouches that ``user`` is the account of the expert with ``number``: a digest by a
    key outside the database, of names that never change."""
    return blind_index("expert.account", f"{number}:{user.username}")


def has_another(code: str, expert: Expert | None, *, than: Iterable[int | None]) -> bool:
    """Tell whether somebody of the office beside ``than`` (ids) and ``expert`` himself has the permission ``code``,
    and reaches ``expert`` by it, where one is named."""
    rows = users_with_permission(code).exclude(pk__in=[pk for pk in than if pk is not None])
    if expert is None:
        return any(not is_outsider(user) for user in rows)
    return any(
        not is_outsider(user)
        and user.pk != expert.user_id
        and experts_visible_to(user, code).filter(pk=expert.pk).exists()
        for user in rows
    )


def account_of(expert: Expert) -> User | None:
    """Return the account of ``expert``; none that he was given by writing rows. Says nothing to the log: the row
    may have been read for a seat, and how often would say whose it is (docs/decisions/0178)."""
    user = expert.user
    is_his = user is None or expert.account_proof == account_proof(expert.number, user)
    return user if is_his else None


def expert_for(user: User) -> Expert | None:
    """Return the expert whose account ``user`` is."""
    rows = Expert.objects.filter(user=user)
    expert = rows.select_related("user", "employer", "division").first()
    if expert is None or account_of(expert):
        return expert
    logger.error("the account of expert %s is not the one that he was given", expert.number)
    return None


def why_signed_out(user: User) -> str:
    """Return why ``user``, an expert who is out of the pool, may not act by his account; empty: he may."""
    rows = Expert.objects.filter(user=user, status__in=NOT_SIGNED_IN)
    status = rows.values_list("status", flat=True).first()
    if not status:
        return ""
    return f"{SIGNED_OUT[ExpertStatus(status)]}{how_to_call()}"


def how_to_call() -> str:
    """Return by which number an expert reaches the office, as a sentence; empty where it gives none."""
    phone = value_of(OFFICE_CONTACT) or value_of(SERVICE_PHONE)
    return f"管理部门电话：{phone}。" if phone else ""


def narrowed_users() -> Exists:
    """Return who is frozen or on the blacklist, as a condition of users: they sign in to what is left to them."""
    return Exists(Expert.objects.filter(user=OuterRef("pk"), status__in=NARROWED))


def signed_out_states(users: Collection[int]) -> dict[int, str]:
    """Return of those of the accounts ``users`` (ids) that are experts out of the pool what they are now, in two
    words: nothing else of the account says why its owner cannot sign in."""
    rows = Expert.objects.filter(user__in=users, status__in=NOT_SIGNED_IN).order_by()
    return {
        user: f"专家{ExpertStatus(status).label}"
        for user, status in rows.values_list("user", "status")
    }


def kind_by_number(number: str) -> IdKind:
    """Return of which kind an ID with this cleaned ``number`` is taken to be where nobody has said."""
    return IdKind(guess_id_kind(number))


def told_by_id_number(
    kind: str, number: str, born: date | None, sex: str
) -> tuple[date | None, str]:
    """Return birth date and sex as the number of a document of ``kind`` tells them, where it does; what was typed
    counts: if it contradicts the number, that is said where it is checked."""
    kind = kind or guess_id_kind(number)
    # A wrong number says nothing of its holder.
    if not number or identity_errors(kind, number, None, ""):
        return born, sex
    told = born_by(kind, number)
    if told and (born is None or is_born(born, told)):
        born = told
    return born, sex or sex_by(kind, number)


def phone_index(phone: str) -> bytes | None:
    """Return the blind index of a phone number; None without one."""
    return contact_index("phone", phone)


def id_number_index(id_number: str) -> bytes | None:
    """Return the blind index of the number of a document, of whatever kind."""
    return blind_index("expert.id_number", id_number) if id_number else None


def email_index(email: str) -> bytes | None:
    """Return the blind index of an e-mail address, upper and lower case alike."""
    return contact_index("email", email)


def expert_by_phone(phone: str) -> Expert | None:
    """Return the expert with this phone number (11 digits), deleted ones included."""
    return Expert.objects.filter(phone_index=phone_index(phone)).first() if phone else None


def expert_by_email(email: str) -> Expert | None:
    """Return the first expert with this mail address, deleted ones included."""
    rows = Expert.objects.filter(email_index=email_index(email)).order_by("email_twin")
    return rows.first() if email else None


def expert_by_id_number(id_number: str) -> Expert | None:
    """Return the expert with this number of a document, deleted ones included."""
    index = id_number_index(id_number)
    return Expert.objects.filter(id_number_index=index).first() if index else None
