"""Whose fees somebody sees, and which are still to be entered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider, scope_q
from expertpool.core.crypto import proof
from expertpool.core.mandates import vouched
from expertpool.core.visibility import told_later
from expertpool.draws.enums import INVALID
from expertpool.draws.models import DrawProject
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.panel import is_over, projects_at_work
from expertpool.draws.queries.participation import participations_in
from expertpool.draws.services.names import may_read
from expertpool.experts.models import Expert
from expertpool.fees.models import FeeLine, Payment
from expertpool.fees.models.payments import OPEN
from expertpool.fees.permissions import ENTER, VIEW
from expertpool.projects.models import Project

RELATED = (
    "project__department",
    "project__purchaser",
    "expert__employer",
    "rate",
    "entered_by",
    "corrects",
)
MINUTE = timedelta(minutes=1)
STANDING = Q(reversed_at__isnull=True)
ENTERED = STANDING & Q(corrects__isnull=True)
OF_VOID_DRAW = Q(invitation__draw__status__in=INVALID)
SIGNATURES = "fees.feeline.signed_at"
# `FeeLine.withheld`, for sums.
WITHHELD = Coalesce(
    Subquery(Payment.objects.filter(OPEN, line=OuterRef("pk")).values("tax")[:1]), F("tax")
)


# `FeeLine.payable`, for sums.
PAYABLE = F("gross") - WITHHELD + F("travel")


def _reach(user: User, code: str) -> Q:
    return scope_q(user, code, department="project__department", owner="project__created_by")


def fees_visible_to(user: User, code: str = VIEW) -> QuerySet[FeeLine]:
    """Return the fees of projects in the scope of ``user`` for ``code``; who is paid is known to whoever pays."""
    return fees_told(FeeLine.objects.filter(_reach(user, code)).select_related(*RELATED))


def fees_told(rows: QuerySet[FeeLine]) -> QuerySet[FeeLine]:
    """Return ``rows`` with the signature as others than its expert are told it (``is_untold``, ``told_at``): while names
    are sealed, one of today is told tomorrow, since it says who is at his account (docs/decisions/0185)."""
    untold = Case(When(told_later(SIGNATURES), then=True), default=False)
    told_at = Case(When(told_later(SIGNATURES), then=None), default="signed_at")
    rows = _with_draws(rows.annotate(is_untold=untold, told_at=told_at))
    return rows.prefetch_related("payments")


def _with_draws(rows: QuerySet[FeeLine]) -> QuerySet[FeeLine]:
    return rows.annotate(is_of_void_draw=OF_VOID_DRAW)  # type: ignore[no-redef] # what the model would ask for each


def whose(*expert_ids: int) -> Q:
    """The fees of experts, those of records that were merged into theirs among them."""
    return Q(expert__in=expert_ids) | Q(expert__merged_into__in=expert_ids)


def was_told(expert_id: int) -> bool:
    """Tell whether an expert was ever told of a fee, be it reversed since."""
    return FeeLine.objects.filter(whose(expert_id), sent_at__isnull=False).exists()


def fees_of(expert: Expert) -> QuerySet[FeeLine]:
    """Return what ``expert`` himself sees: what he was told."""
    rows = FeeLine.objects.filter(whose(expert.pk), sent_at__isnull=False)
    return (
        _with_draws(rows)
        .select_related("project__purchaser", "project__department", "rate", "expert", "corrects")
        .prefetch_related("payments")
    )


def fees_in(project: Project) -> dict[int, FeeLine]:
    """Return the fees of ``project`` that stand, by the line of the draw, without what corrects them; of a draw that is void by
    now only what was sent: the rest would go out with the letters of the next panel."""
    rows = fees_told(FeeLine.objects.filter(ENTERED, project=project).select_related(*RELATED))
    rows = rows.exclude(OF_VOID_DRAW, sent_at__isnull=True)
    return {one.invitation_id: one for one in rows}


def of_void_draw(project: Project, expert: Expert) -> FeeLine | None:
    """Return the fee of ``expert`` for ``project`` that stands, where he sat by a draw that is void by now: there is one of him,
    whichever draw found him."""
    rows = FeeLine.objects.filter(ENTERED, whose(expert.pk), project=project)
    return rows.filter(OF_VOID_DRAW).select_related(*RELATED).first()


def letters_mark(lines: Iterable[FeeLine]) -> str:
    """Return what names ``lines``, which wait to be sent, as they stand: whoever sends them says which he has read. Keyed: a sum
    is not tried out by it."""
    rows = sorted(lines, key=lambda one: one.pk)
    said = [[one.pk, one.letter_hash, one.entered_at.isoformat()] for one in rows]
    return proof("fees.letters_seen", said).hex()


def may_enter(user: User, project: Project, *, now: datetime) -> bool:
    """Tell whether ``user`` enters fees of ``project`` now: its review is over and he may read who sat."""
    reach = scope_q(user, ENTER, department="department", owner="created_by")
    if is_outsider(user):  # an expert works out no fees, whatever else he may
        return False
    if not Project.objects.filter(reach, pk=project.pk).exists() or not is_over(project, now=now):
        return False
    # Of all of its draws: fees name everybody who sat.
    return all(may_read(draw, user, now=now) for draw in valid_draws(project))


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return the month of ``moment`` where the site is: its beginning, and that of the next."""
    first = timezone.localtime(moment).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    # 32 days from the first is in the next month, of whatever length.
    return first, (first + timedelta(days=32)).replace(day=1)


def month_for(expert_id: int, now: datetime, *, payer: str) -> Totals:
    """Return what an expert was told within the month of ``now`` to be paid by ``payer``."""
    first, after = month_of(now)
    rows = FeeLine.objects.filter(STANDING, whose(expert_id), sent_at__gte=first, sent_at__lt=after)
    # What comes back is of the month in which it was paid.
    rows = rows.filter(said__payer=payer, gross__gte=0)
    # What somebody else has written withholds nothing.
    found = vouched(rows.select_related("project", "expert", "rate", "corrects"))
    gross, tax = (
        sum((getattr(one, name) for one in found), Decimal(0)) for name in ("gross", "tax")
    )
    return Totals(len(found), gross, tax)


@dataclass(frozen=True)
class Totals:
    """What fees come to (yuan): ``tax`` as `WITHHELD` has it, ``net`` (实发) is what is left after tax, ``payable`` (应付合计) with the costs of the way,
    without what is ``held`` since its draw is void (``held_count`` fees; `void_draws.totals_to_pay`). Of ``unsent`` fees nothing is withheld
    yet: tax is worked out when they are sent."""

    count: int
    gross: Decimal
    tax: Decimal
    travel: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    held_count: int = 0
    unsent: int = 0

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax

    @property
    def payable(self) -> Decimal:
        return self.net + self.travel - self.held


def totals_of(rows: QuerySet[FeeLine]) -> Totals:
    """Return what exactly ``rows`` come to, those that were reversed among them; nothing is said of what is
    held (`void_draws.totals_to_pay`)."""
    found: dict[str, Any] = (
        rows.order_by()
        .annotate(all_tax=WITHHELD)
        .aggregate(
            count=Count("pk"),
            gross=Sum("gross"),
            tax=Sum("all_tax"),
            travel=Sum("travel"),
            unsent=Count("pk", filter=Q(sent_at=None)),
        )
    )
    gross, tax, travel = (found[name] or Decimal(0) for name in ("gross", "tax", "travel"))
    return Totals(found["count"], gross, tax, travel, unsent=found["unsent"])


def projects_to_pay(user: User, *, now: datetime) -> QuerySet[Project]:
    """Return the projects in the scope of ``user``, who enters fees, whose review is over and whose names are
    released, each with the fees that stand (``entered``), those signed (``signed``), their sum (``gross``), how many were
    reversed and not entered anew (``missing``), and how many sat in the panel and have never been entered (``left_out``, as after
    an import of some; who stood by and came in at the meeting is not counted)."""
    reach = scope_q(user, ENTER, department="department", owner="created_by")
    draws = DrawProject.objects.filter(project=OuterRef("pk"), valid=True)
    standing = fees_told(FeeLine.objects.filter(STANDING, project=OuterRef("pk")))
    fees = standing.order_by().values("project")
    entered = standing.filter(ENTERED).order_by().values("project")
    # Entered for the record that stays, where his was merged since.
    his = Q(expert=OuterRef("expert")) | Q(expert=OuterRef("expert__merged_into"))
    anew = FeeLine.objects.filter(STANDING, his, project=OuterRef("project"))
    back = FeeLine.objects.filter(~STANDING, ~Exists(anew), project=OuterRef("pk"))
    back = back.exclude(OF_VOID_DRAW)  # there is nobody to enter it for
    missing = back.order_by().values("project").values(n=Count("expert", distinct=True))
    # Of one project: those of a batch share their lines.
    known = FeeLine.objects.filter(invitation=OuterRef("pk"), project=OuterRef(OuterRef("pk")))
    sat = participations_in(Q(draw__projects=OuterRef("pk"))).exclude(draw__status__in=INVALID)
    left_out = sat.filter(~Exists(known)).order_by().values("draw__projects")
    rows = Project.objects.filter(
        reach,
        ~projects_at_work(),
        Exists(draws),
        # No draw of it may be sealed still: of its supplement nobody may know who sits.
        ~Exists(draws.filter(draw__released_at__isnull=True)),
        # Worked out by the database: over is what `Project.closing_at` says, for lists.
        opening_at__lte=Value(now) - F("duration_minutes") * MINUTE,
    )
    return rows.select_related("department", "purchaser").annotate(
        entered=Coalesce(Subquery(entered.values(n=Count("pk"))), 0),
        signed=Coalesce(Subquery(entered.values(n=Count("told_at"))), 0),
        gross=Subquery(fees.values(n=Sum("gross"))),
        missing=Coalesce(Subquery(missing), 0),
        left_out=Coalesce(Subquery(left_out.values(n=Count("pk", distinct=True))), 0),
    )


def fees_to_sign(expert: Expert) -> QuerySet[FeeLine]:
    """Return the letters that wait for the hand of ``expert``."""
    return fees_of(expert).filter(STANDING, signed_at__isnull=True, gross__gte=0)


def standing_gross(line: FeeLine) -> Decimal:
    """Return what ``line`` comes to with the corrections of it that stand, in yuan before tax."""
    more = line.corrections.filter(STANDING).aggregate(sum_of=Sum("gross"))["sum_of"]
    return line.gross + (more or Decimal(0))
