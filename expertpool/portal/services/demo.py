"""The whole demonstration, step by step through the services of all apps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.services.demo import ensure_demo_accounts
from expertpool.achievements.services.demo import ensure_demo_achievements
from expertpool.automation.services.demo import ensure_demo_rules
from expertpool.bundles.services.demo import ensure_demo_bundles
from expertpool.certificates.services.demo import ensure_demo_certificates
from expertpool.changes.services.demo import ensure_demo_changes
from expertpool.directory.enums import RelationKind
from expertpool.directory.models import Division, Specialty, UnitRelation
from expertpool.directory.queries import title_level
from expertpool.directory.services.relations import save_relation
from expertpool.directory.services.units import resolve_unit
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.demo import ensure_demo_draws
from expertpool.draws.services.demo_rules import DEMO_RULES
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.evaluations.services.demo import ensure_demo_evaluations
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for
from expertpool.experts.services.demo import POOL_AGE, demo_account, ensure_demo_experts
from expertpool.experts.services.profile import RecordOrigin, create_expert
from expertpool.fees.services.demo import ensure_demo_fees
from expertpool.inspections.services.demo import ensure_demo_inspections
from expertpool.joining.services.demo import ensure_demo_applications
from expertpool.notices.services.demo import ensure_demo_notices
from expertpool.notifications.services.demo import ensure_demo_wechat
from expertpool.points.services.demo import ensure_demo_points
from expertpool.points.services.settling import settle_draw
from expertpool.privacy.services.demo import ensure_demo_privacy
from expertpool.projects.models import Project
from expertpool.projects.services.demo import ensure_demo_projects
from expertpool.reports.queries.periods import months_after
from expertpool.reports.services.exposure import list_candidates
from expertpool.reports.services.months import write_month
from expertpool.reviews.services.demo import ensure_demo_reviews

# Each stage has what those before it have: open the product at the screen that is worked on.
STAGES = ("pool", "draw", "review", "done")


@dataclass(frozen=True)
class Step:
    """One idempotent part of the demonstration; ``stage`` is the first that has it."""

    stage: str
    label: str
    run: Callable[[datetime], object]


def _user(role: str) -> User:
    return User.objects.select_related("department").get(username=role)


def _experts(now: datetime) -> None:
    ensure_demo_experts(actor=_user("admin"), now=now)


def _own_expert(now: datetime) -> Expert:
    """Return the expert whose account is the demo account 专家; make him when he is missing."""
    user = _user("expert")
    values = {
        "name": user.name,
        "phone": user.phone,
        "id_number": "430102197508150019",
        "employer": resolve_unit(name="长沙市建筑设计研究院"),
        "title": "高级工程师",
        "title_level": title_level("高级工程师"),
        "position": "总工程师",
        "education": "硕士研究生",
        "practice_years": 24,
        "division": Division.objects.get(code="430100"),
        "expert_type": "技术类",
        "term_start_date": (now - POOL_AGE).date(),
        "term_end_date": now.date().replace(year=now.year + 3, day=1),
    }
    # Found again, he stays as he was changed.
    return expert_for(user) or create_expert(
        values=values,
        specialties=Specialty.objects.filter(scheme__code="ndrc2018", code__in=["A0401", "A0402"]),
        origin=RecordOrigin(status=ExpertStatus.FORMAL, user=user),
        actor=_user("admin"),
        now=now - POOL_AGE,
    )


def _applications(now: datetime) -> None:
    ensure_demo_applications(actor=_user("admin"), expert=_own_expert(now), now=now)


# The bidder that all projects avoid belongs to a group that has experts in the pool.
RELATIONS = (
    ("武汉市市政工程集团有限公司", "华东建设工程有限公司", RelationKind.SHAREHOLDER, 60),
    ("武汉市市政工程集团有限公司", "南昌市水利水电勘测设计院", RelationKind.PARENT, None),
)


def _relations(now: datetime) -> None:
    for above, below, kind, share in RELATIONS:
        owner, owned = resolve_unit(name=above), resolve_unit(name=below)
        if not UnitRelation.objects.filter(owner=owner, owned=owned).exists():
            relation = UnitRelation(
                owner=owner, owned=owned, kind=kind, share=share, source="企业信用信息公示系统"
            )
            save_relation(relation=relation, actor=_user("admin"), now=now)


def _rules(now: datetime) -> None:
    ensure_demo_rules(DEMO_RULES, actor=_user("admin"), now=now)


def _projects(now: datetime) -> list[Project]:
    return ensure_demo_projects(
        applicant=_user("department"), approver=_user("supervisor"), now=now
    )


def _accounts(draw: Draw) -> None:
    """Give all who sat an account before anything waits for them: else a job would be asked for in the past of the
    demonstration, when nobody waits for it any more (`core.asking.HOLDS`)."""
    people = [one.expert_id for one in who_sat(draw.project).values() if one.expert_id is not None]
    for expert in Expert.objects.filter(pk__in=people).select_related("user", "department"):
        demo_account(expert, now=draw.project.opening_at)


def _draws(now: datetime) -> None:
    projects = _projects(now)
    draws = ensure_demo_draws(
        projects=projects,
        operator=_user("operator"),
        supervisor=_user("supervisor"),
        expert=_own_expert(now),
        now=now,
        entropy=SystemEntropy(),
    )
    list_candidates(now=now)
    today = timezone.localdate(now)
    for month in (months_after(today, -1), months_after(today, 0)) if draws else ():
        write_month(month=month, now=now)
    for draw in draws:
        # In the evening of the day of its review; of those that are still to come nothing.
        settle_draw(draw_id=draw.pk, now=min(now, last_closing(draw.covered) + timedelta(hours=2)))
        _accounts(draw)
        ensure_demo_evaluations(
            draw=draw,
            operator=_user("operator"),
            two=(_user("operator"), _user("supervisor")),
            expert=_own_expert(now),
            now=now,
        )
        ensure_demo_fees(
            draw=draw,
            operator=_user("operator"),
            finance=_user("finance"),
            second=_user("admin"),
            expert=_own_expert(now),
            now=now,
        )
        # Last: no panel that scores is rated or paid (docs/decisions/0638), and all three are to be seen.
        ensure_demo_reviews(
            draw=draw,
            operator=_user("operator"),
            supervisor=_user("supervisor"),
            expert=_own_expert(now),
            now=now,
            entropy=SystemEntropy(),
        )
        ensure_demo_bundles(draw=draw, actor=_user("operator"), now=now)


def _certificates(now: datetime) -> None:
    ensure_demo_certificates(actor=_user("admin"), now=now)


def _inspections(now: datetime) -> None:
    ensure_demo_inspections(expert=_own_expert(now), actor=_user("admin"), now=now)


def _achievements(now: datetime) -> None:
    ensure_demo_achievements(expert=_own_expert(now), actor=_user("admin"), now=now)


def _notices(now: datetime) -> None:
    ensure_demo_notices(expert=_own_expert(now), actor=_user("operator"), now=now)


def _points(now: datetime) -> None:
    ensure_demo_points(expert=_own_expert(now), actor=_user("admin"), now=now)


def _privacy(now: datetime) -> None:
    ensure_demo_privacy(expert=_own_expert(now), actor=_user("admin"), now=now)


STEPS = (
    Step("pool", "部门、角色和账号", lambda now: ensure_demo_accounts(now=now)),
    Step("pool", "专家", _experts),
    Step("pool", "演示账号的专家档案", _own_expert),
    Step(
        "pool",
        "微信通知（演示）",
        # Before what is told of earlier days.
        lambda now: ensure_demo_wechat(user=_user("expert"), now=now - POOL_AGE),
    ),
    Step("pool", "专家证书", _certificates),
    Step("pool", "专家成果", _achievements),
    Step("pool", "专家积分", _points),
    Step("pool", "个人信息请求", _privacy),
    Step(
        "pool",
        "专家的履历与变更申请",
        lambda now: ensure_demo_changes(expert=_own_expert(now), now=now),
    ),
    Step("pool", "入库申请", _applications),
    Step("pool", "专家通知", _notices),
    Step("pool", "专家年检", _inspections),
    Step("draw", "单位关系", _relations),
    Step("draw", "事件规则", _rules),
    Step("draw", "项目", _projects),
    Step("review", "抽取、邀请和答复", _draws),
)


def steps_up_to(stage: str) -> list[Step]:
    """Return the steps of ``stage`` and of those before it (ValueError for an unknown one)."""
    wanted = STAGES[: STAGES.index(stage) + 1]
    return [step for step in STEPS if step.stage in wanted]
