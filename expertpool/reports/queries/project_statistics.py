"""What is counted of projects (EXP-46, PRJ-24): by period, department, progress, kind and regime, with what was drawn,
answered and paid for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, NullIf

from expertpool.accounts.queries import scope_q
from expertpool.draws.enums import INVALID, InvitationState
from expertpool.draws.models import Invitation
from expertpool.draws.queries.draws import told_q
from expertpool.fees.models import FeeLine
from expertpool.fees.permissions import VIEW as FEES
from expertpool.fees.queries.lines import STANDING, fees_visible_to
from expertpool.projects.enums import Regime
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.queries.measures import PROJECT_MEASURES, with_measures
from expertpool.projects.queries.stages import STAGE, STAGES
from expertpool.reports.queries.departments import department_words
from expertpool.reports.queries.periods import period
from expertpool.reports.queries.statistics import (
    Asked,
    Dimension,
    Measure,
    Topic,
    as_written,
    of_choices,
    plain,
)

NEVER_ASKED = (InvitationState.CONFLICT, InvitationState.UNREACHED)
ANSWERS = {
    "asked": ("受邀人次", ~Q(state__in=NEVER_ASKED), "", ""),
    "declined": ("拒绝人次", Q(state=InvitationState.DECLINED), "asked", "拒绝率"),
    "silent": ("未答复人次", Q(state=InvitationState.NO_ANSWER), "asked", "未答复率"),
    "leave": ("请假人次", Q(state=InvitationState.LEAVE), "", ""),
}
LARGE = 5_000  # to count what was drawn for each takes 70 microseconds
OPENING = "projects.opening_at"
YUAN = DecimalField(max_digits=14, decimal_places=2)


def _answers(condition: Q) -> Any:
    """Count lines of the valid draws of a project; those of a batch at its lead alone."""
    lines = Invitation.objects.filter(told_q(None, "draw"), condition, draw__project=OuterRef("pk"))
    rows = lines.exclude(draw__status__in=INVALID).order_by().values("draw__project")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def _fees(user: Any) -> tuple[Any, Any]:
    """How many fees of a project were sent and stand, and what they come to, as far as ``user`` sees them."""
    fees = FeeLine.objects.all() if user is None else fees_visible_to(user)
    sent = fees.filter(STANDING, sent_at__isnull=False, project=OuterRef("pk"))
    rows = sent.order_by().values("project")
    gross = Subquery(rows.annotate(n=Sum("gross")).values("n"), output_field=YUAN)
    count = Subquery(rows.annotate(n=Count("pk")).values("n"))
    return Coalesce(count, 0), Coalesce(gross, Value(Decimal(0), output_field=YUAN))


def prepared(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    if asked.tallied_at is not None:
        tallied: QuerySet[Any] = rows.annotate(**_tallied(asked))
        return tallied
    rows = with_measures(rows, None, once=True)
    answers = {code: _answers(condition) for code, (_, condition, _, _) in ANSWERS.items()}
    rows = rows.annotate(**answers)
    if asked.may(FEES):
        count, gross = _fees(asked.user)
        rows = rows.annotate(fee_count=count, fee_gross=gross)
    return rows


def _tallied(asked: Asked) -> dict[str, Any]:
    """Return the numbers as they were kept; one that came since has none. Fees, as far as they are seen."""
    numbers = {code: _kept(code) for code in (*(one.code for one in PROJECT_MEASURES), *ANSWERS)}
    if not asked.may(FEES):
        return numbers
    fees = {"fee_count": _kept("fee_count"), "fee_gross": _kept("fee_gross", YUAN)}
    seen = Q() if asked.user is None else scope_q(asked.user, FEES)
    if seen:
        # By the key: a scope may join departments, of which a row has one.
        inside = Project.objects.filter(seen).order_by().values("pk")
        kinds: tuple[Any, ...] = (BigIntegerField(), YUAN)
        fees = {
            code: Case(When(pk__in=inside, then=one), default=Value(0), output_field=kind)
            for (code, one), kind in zip(fees.items(), kinds, strict=True)
        }
    return numbers | fees


def _kept(code: str, as_a: Any = None) -> Any:
    kept = Cast(KeyTextTransform(code, "tally__numbers"), as_a or BigIntegerField())
    return Coalesce(kept, Value(0), output_field=as_a or BigIntegerField())


def drawn_measures() -> tuple[Measure, ...]:
    """Return what the apps below know of each project, and what was answered and paid."""
    return (
        *(
            Measure(
                one.code,
                one.label,
                column=one.code,
                share_of=one.share_of,
                share_label=one.share_label,
            )
            for one in PROJECT_MEASURES
        ),
        *(
            Measure(code, label, column=code, share_of=share_of, share_label=share)
            for code, (label, _, share_of, share) in ANSWERS.items()
        ),
        Measure("fee_count", "劳务费笔数", column="fee_count", permission=FEES),
        Measure(
            "fee_gross",
            "劳务费（元）",
            column="fee_gross",
            share_of="fee_count",
            share_label="平均每笔（元）",
            permission=FEES,
            is_money=True,
        ),
    )


def _stage(text: str) -> str:
    if text not in STAGES:
        raise ValueError(text)
    return text


PROJECTS = Topic(
    "projects",
    "项目与抽取",
    "个项目",
    PROJECT,
    Project.objects.all,
    "projects.view",
    "projects:list",
    (
        period("month", "评审月份", "opening_at", of=OPENING),
        period("quarter", "评审季度", "opening_at", of=OPENING),
        period("year", "评审年度", "opening_at", of=OPENING),
        Dimension(
            "department",
            "所属部门",
            plain("department"),
            department_words,
            read=int,
            of="projects.department",
        ),
        Dimension(
            "stage",
            "进度",
            lambda asked: STAGE,
            of_choices(STAGES.items()),
            place=list(STAGES).index,
            read=_stage,
        ),
        Dimension(
            "kind",
            "项目类型",
            lambda asked: NullIf(F("kind"), Value(""), output_field=CharField()),
            as_written,
            of="projects.kind",
        ),
        Dimension(
            "regime", "适用制度", plain("regime"), of_choices(Regime.choices), of="projects.regime"
        ),
    ),
    (Measure("count", "项目数"),),
    prepare=prepared,
    more=drawn_measures,
    note="邀请、答复、补抽和人工干预在名单公开后计入；同一批次的抽取只计在牵头项目；劳务费为已发送、没有冲销的。",
    large=LARGE,
    tallies_rows=True,
)
