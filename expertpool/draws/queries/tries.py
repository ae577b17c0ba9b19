"""How often somebody came upon the names that are sealed: each refusal that rests on them, each seal that was given up
(docs/decisions/0080), each wider draw that was asked for in vain (0669), and each draw of few candidates that had nobody left
(0362) says a little of who sits elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, IntegerField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.db.models.lookups import LessThan

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import DrawKind, DrawStatus
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, PlanVersion, WideningRequest
from expertpool.draws.queries.lasting import FEW
from expertpool.draws.settings import HELD_TRIES
from expertpool.projects.models import Project
from expertpool.siteconfig.queries.counting import counted

HELD = "draw.held_refused"  # the action of such a refusal in the log
WITHIN = timedelta(hours=24)
_BY_APPROVAL = "请把抽取方案提交审核，批准后即可抽取，或过 24 小时再试。"
# It goes on by what was sealed: a plan that is approved changes nothing of it.
_BY_WAITING = (
    "请过 24 小时再试。等不及的，放宽条件，把放宽后的方案提交审核，批准后按放宽的条件补抽。"
)

# Whoever knows the few that his conditions leave reads in the number of letters whether one of them was held. Ended
# before the panel sat: else it may be that it was too late.
_FEW_AND_USED_UP = (
    Q(kind=DrawKind.RANDOM, status=DrawStatus.UNSATISFIED)
    & Q(ended_at__lt=F("project__opening_at"))
    & Q(LessThan(Cast(KeyTextTransform("", "open_counts"), IntegerField()), FEW))
)


def held_refusals(project: Project, *, since: datetime) -> int:
    """Return how often ``project`` was refused so after ``since``."""
    return _refusals(since).filter(_about(project)).count()


def check_tries(
    project: Project,
    actor: User,
    approved: PlanVersion | None,
    *,
    now: datetime,
    approvable: bool = True,
    goes_on: Draw | None = None,
) -> None:
    """Refuse (DrawNotReady) another seal or supplement of ``project`` by ``actor`` when either had as many within a
    day as the office allows; an approval of the plan as it stands lets it begin anew, where it is what is
    drawn by (``approvable``). The draw that ``goes_on`` counts not: what its end said is known."""
    since = now - WITHIN
    if approved and approved.decided_at:
        since = max(since, approved.decided_at)
    refusals = _refusals(since)
    given_up = Draw.objects.filter(
        kind=DrawKind.RANDOM, status=DrawStatus.ABANDONED, ended_at__gt=since
    )
    used_up = Draw.objects.filter(_FEW_AND_USED_UP, ended_at__gt=since)
    used_up = used_up.exclude(pk=goes_on.pk) if goes_on else used_up
    of_project = refusals.filter(_about(project)).count()
    of_actor = refusals.filter(actor=actor).count()
    for draws in (given_up, used_up):
        of_project += draws.filter(projects=project).count()
        of_actor += draws.filter(operator=actor).count()
    # That it could be asked for says as much as that it could not.
    in_vain = WideningRequest.objects.filter(requested_at__gt=since, decided_at__isnull=False)
    in_vain = in_vain.exclude(agreed=True)
    of_project += in_vain.filter(draw__projects=project).count()
    of_actor += in_vain.filter(requested_by=actor).count()
    what = "封存后放弃、放宽条件补抽的申请没有办成、候选人不多而没有抽满、或因专家被占用而不能抽取、补抽"
    if why := why_used_up(what, of_project, of_actor, now=now):
        raise DrawNotReady(f"{why}{_BY_APPROVAL if approvable else _BY_WAITING}")


def why_used_up(what: str, of_project: int, of_actor: int, *, now: datetime) -> str:
    """Say that ``what`` happened as often within a day as the office allows: so often of the project, so often
    of whoever tries. Empty: it did not."""
    most = counted(HELD_TRIES, now)
    if max(of_project, of_actor) < most:
        return ""
    whose, count = (
        ("本项目", f"已有 {most} 次")
        if of_project >= most
        else ("您经办的各项目", f"合计 {most} 次")
    )
    return f"24 小时内{whose}{what}，{count}，暂不能再试："


def _refusals(since: datetime) -> QuerySet[Entry]:
    return Entry.objects.filter(action=HELD, at__gt=since)


def _about(project: Project) -> Q:
    return Q(subject_type=project._meta.label_lower, subject_id=str(project.pk))
