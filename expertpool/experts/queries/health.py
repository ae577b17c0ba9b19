"""What the pool lacks: who is not drawn soon, cannot be reached, or is not known well enough.

Each gap is a condition over experts of its own, counted by the page of the pool's health and asked by
the list of experts as a filter: a number and the list behind it are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.catalogue import Catalogue
from expertpool.core.configuration import value_of
from expertpool.directory.enums import TitleLevel
from expertpool.directory.models import Specialty, Unit
from expertpool.directory.queries import unidentified_units
from expertpool.experts.enums import ExpertKind, ExpertStatus
from expertpool.experts.models import Expert, ExpertSpecialty
from expertpool.experts.occasions import ACCOUNT
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.settings import PENDING_DAYS, THIN_SPECIALTY
from expertpool.notifications.enums import ChannelCode, DeliveryState
from expertpool.notifications.models import Message

FORMAL = Q(status=ExpertStatus.FORMAL)
REACHED = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.READ)


@dataclass(frozen=True)
class UnreachedSource:
    """``experts()`` gives the keys of those whom the last letters of an app above did not reach."""

    code: str
    experts: Callable[[], QuerySet[Any, Any]]


UNREACHED: Catalogue[UnreachedSource] = Catalogue("source of unreached experts")


@dataclass(frozen=True)
class Gap:
    """One thing that is lacking: ``q(now)`` are the experts, ``mend`` says what helps."""

    code: str
    section: str
    label: str
    q: Callable[[datetime], Q]
    mend: str


def _ends_within(days: int) -> Callable[[datetime], Q]:
    def q(now: datetime) -> Q:
        today = timezone.localdate(now)
        return FORMAL & Q(term_end_date__range=(today, today + timedelta(days=days)))

    return q


def _is_over(now: datetime) -> Q:
    return FORMAL & Q(term_end_date__lt=timezone.localdate(now))


def _without_specialty(_now: datetime) -> Q:
    links = ExpertSpecialty.objects.filter(expert=OuterRef("pk"))
    return FORMAL & ~Q(Exists(links))


def _unidentified(_now: datetime) -> Q:
    units = unidentified_units().filter(pk=OuterRef("employer"))
    return FORMAL & Q(Exists(units))


def _unreached(_now: datetime) -> Q:
    letters = Message.objects.filter(
        about_type=ACCOUNT, channel__in=(ChannelCode.SMS, ChannelCode.EMAIL)
    )
    later = letters.filter(
        about_id=OuterRef("about_id"),
        channel=OuterRef("channel"),
        pk__gt=OuterRef("pk"),
        state__in=REACHED,
    )
    failed = letters.filter(~Exists(later), state=DeliveryState.FAILED)
    # No text but a number is ever kept there of an expert's account.
    keys = failed.annotate(expert=Cast("about_id", BigIntegerField())).values("expert")
    # As one set of few: by two conditions the database would go through the pool.
    return FORMAL & Q(pk__in=keys.union(*(source.experts() for source in UNREACHED)))


def _waiting(now: datetime) -> Q:
    since = now - timedelta(days=value_of(PENDING_DAYS))
    return Q(status=ExpertStatus.PENDING, created_at__lt=since)


TERMS, RECORDS, REACH, WAITING = "聘期", "资料", "联系", "待办"
_EDIT = "逐个编辑，或用「批量更新」导入改好的名单。"
_RENEW = "续聘的在「批量更新」中填新的聘期至；不续的不用处理，过期不再抽取。"
GAPS = (
    Gap("term30", TERMS, "30 天内到期", _ends_within(30), _RENEW),
    Gap("term60", TERMS, "60 天内到期", _ends_within(60), _RENEW),
    Gap("term90", TERMS, "90 天内到期", _ends_within(90), _RENEW),
    Gap("over", TERMS, "聘期已满", _is_over, "已不再抽取；续聘的填新的聘期至，离库的删除。"),
    Gap(
        "specialty",
        RECORDS,
        "没有评审专业",
        _without_specialty,
        f"按专业抽取时抽不到他们。{_EDIT}",
    ),
    Gap(
        "employer",
        RECORDS,
        "没有工作单位",
        lambda _now: FORMAL & Q(employer__isnull=True, kind=ExpertKind.INDIVIDUAL),
        f"无法按单位回避。{_EDIT}",
    ),
    Gap(
        "unit",
        RECORDS,
        "正式专家的工作单位待核实",
        _unidentified,
        "在下一行的「待核实的单位名称」中归入单位库里的单位，或确认它是一家单位。",
    ),
    Gap(
        "level",
        RECORDS,
        "没有职称级别",
        lambda _now: FORMAL & Q(title_level=TitleLevel.NONE, kind=ExpertKind.INDIVIDUAL),
        f"按职称级别抽取时抽不到他们。{_EDIT}",
    ),
    Gap(
        "phone",
        REACH,
        "没有手机号",
        lambda _now: FORMAL & Q(phone_index__isnull=True),
        f"收不到短信邀请。{_EDIT}",
    ),
    Gap(
        "email",
        REACH,
        "没有邮箱",
        lambda _now: FORMAL & Q(email_index__isnull=True),
        f"收不到邮件邀请，不能开通账号。{_EDIT}",
    ),
    Gap(
        "unreached",
        REACH,
        "最近一次通知没有送达",
        _unreached,
        "手机号或邮箱可能已停用，核实后改正。",
    ),
    Gap("pending", WAITING, "待审核过久", _waiting, "审核通过，或删除不入库的。"),
)
BY_CODE = {gap.code: gap for gap in GAPS}


def counts_of(user: User, *, now: datetime) -> dict[str, QuerySet[Expert]]:
    """Return the experts of each gap that ``user`` may see, to be counted by one statement."""
    visible = experts_visible_to(user)
    return {gap.code: visible.filter(gap.q(now)) for gap in GAPS}


def thin_specialties(user: User, *, today: date) -> QuerySet[Specialty]:
    """Return the specialties that some expert of ``user``'s scope holds and fewer can be drawn for than
    the office wants, each with ``drawable``.

    Of each specialty no more are looked at than are wanted: most have many.
    """
    wanted = value_of(THIN_SPECIALTY)
    scope = scope_q(
        user, "experts.view", department="expert__department", owner="expert__created_by"
    )
    held = ExpertSpecialty.objects.filter(scope, specialty=OuterRef("pk")).order_by()
    here = held.exclude(expert__status=ExpertStatus.DELETED)
    drawable = held.filter(
        ~Q(expert__term_end_date__lt=today),
        ~Q(expert__term_start_date__gt=today),
        expert__status=ExpertStatus.FORMAL,
    )
    counts = drawable.values("specialty").annotate(n=Count("pk")).values("n")
    # As values, not as conditions: the database would join all holders of all specialties.
    asked = Specialty.objects.filter(active=True, scheme__active=True).alias(
        somebody=Subquery(here.values("pk")[:1]),
        enough=Subquery(drawable.values("pk")[wanted - 1 : wanted]),
    )
    return asked.filter(somebody__isnull=False, enough__isnull=True).annotate(
        drawable=Coalesce(Subquery(counts, output_field=IntegerField()), 0)
    )


def unidentified_employers(user: User) -> QuerySet[Unit]:
    """Return the units of which only a name was typed and for which experts of ``user``'s scope work,
    each with ``expert_count``."""
    staff = experts_visible_to(user).exclude(status=ExpertStatus.DELETED).order_by()
    staff = staff.filter(employer=OuterRef("pk"))
    counts = staff.values("employer").annotate(n=Count("pk")).values("n")
    return unidentified_units().filter(Exists(staff)).annotate(expert_count=Subquery(counts))
