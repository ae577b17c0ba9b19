"""Reviews for the demonstration: one that is over with its sheets, one in which the demo account has still to score, and one
of many topics, each given to some of its experts by chance."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.core.strokes import DEMO_STROKES, signature_svg
from expertpool.draws.models import Draw
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.panel import members_of_panel
from expertpool.draws.services.entropy import Entropy
from expertpool.experts.models import Expert
from expertpool.experts.services.demo import demo_account
from expertpool.projects.models import Project
from expertpool.reviews.calculation import PASSED, Indicator, Kind, RuleTree
from expertpool.reviews.calculation.scores import check_score
from expertpool.reviews.models import Review, Reviewer, ReviewRule
from expertpool.reviews.models.reviews import Scores
from expertpool.reviews.queries.reviews import may_name
from expertpool.reviews.queries.rules import latest_rule
from expertpool.reviews.queries.sheets import asked_in, rule_of, seen_mark, sheets_of
from expertpool.reviews.rules.presets import PRESETS
from expertpool.reviews.services.assigning import (
    Share,
    give_value,
    seal_assignment,
    set_assignment,
)
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.meeting import sign_in
from expertpool.reviews.services.organising import (
    Terms,
    Thing,
    add_items,
    create_review,
    open_review,
)
from expertpool.reviews.services.rules import save_rule
from expertpool.reviews.services.scoring import Save, save_scores, submit_sheets

MINUTE = timedelta(minutes=1)
THINGS = (
    Thing("T-01", "数据中台软件包", "长江数据科技有限公司", "软件", Decimal(680_000)),
    Thing("T-02", "视频汇聚软件包", "楚天视讯技术有限公司", "软件", Decimal(715_000)),
    Thing("T-03", "大屏展示软件包", "江城信息系统有限公司", "软件", Decimal(752_500)),
)
# Of a campaign: each topic is scored by three of the panel.
TOPICS = tuple(
    Thing(f"KT-{at:02d}", name, unit, category)
    for at, (name, unit, category) in enumerate(
        (
            ("慢性病社区综合干预研究", "市第一人民医院", "临床"),
            ("肺结节影像辅助诊断研究", "市中心医院", "临床"),
            ("区域检验结果互认质量控制", "市临床检验中心", "公共卫生"),
            ("学龄儿童近视防控效果评价", "市疾病预防控制中心", "公共卫生"),
            ("医疗数据共享安全技术研究", "市卫生信息中心", "信息化"),
            ("基层医生远程培训模式研究", "市继续医学教育中心", "信息化"),
        ),
        start=1,
    )
)
SHARE = Share(per_item=3, per_expert=4)
# Of the most points, by item; each expert is a little milder or stricter.
LEVELS = (Decimal("0.9"), Decimal("0.8"), Decimal("0.72"))
STRICT = Decimal("0.03")
MANY = 6  # experts of a panel that shares the topics


@transaction.atomic
def ensure_demo_reviews(
    *,
    draw: Draw,
    operator: User,
    supervisor: User,
    expert: Expert,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Let the panel of a review that was held score it: in that of ``expert`` he has begun his sheet and may go on, of
    another all sheets are in, and in a large one each scores the topics that he was given. Once."""
    project, at = draw.project, draw.project.opening_at
    over = last_closing(draw.covered)
    if over > now or Review.objects.filter(project=project).exists():
        return
    if not may_name(operator, project, now=at):
        return
    if len(members_of_panel(project)) >= MANY:
        _campaign(project, operator, supervisor, at, now, entropy)
        return
    goes_on = any(one.expert_id == expert.pk for one in members_of_panel(project))
    terms = Terms(_rule(operator, at), due_at=now + timedelta(days=3) if goes_on else None)
    review = create_review(project=project, terms=terms, actor=operator, now=at)
    add_items(review=review, things=THINGS, actor=operator, now=at)
    review = open_review(review=review, actor=operator, now=at)
    people = Reviewer.objects.filter(review=review).select_related("expert__department")
    for number, row in enumerate(people):
        sign_in(reviewer=row, actor=operator, now=at + number * MINUTE)
        is_his = row.expert_id == expert.pk
        user = demo_account(row.expert, now=at)
        items = 1 if is_his and goes_on else len(THINGS)
        _score(row, user, number, items, at + (40 + 5 * number) * MINUTE)
        if items == len(THINGS):
            _submit(row, user, at + (90 + 5 * number) * MINUTE)
    if not goes_on:
        end_review(review=review, actor=operator, now=over)


def _campaign(
    project: Project,
    operator: User,
    supervisor: User,
    at: datetime,
    now: datetime,
    entropy: Entropy,
) -> None:
    """Give the topics to the experts by chance; half of them have submitted."""
    terms = Terms(_rule(operator, at, "topics"), due_at=now + timedelta(days=5))
    review = create_review(project=project, terms=terms, actor=operator, now=at)
    add_items(review=review, things=TOPICS, actor=operator, now=at)
    set_assignment(review=review, share=SHARE, actor=operator, now=at)
    review = open_review(review=review, actor=operator, now=at)
    row = seal_assignment(review=review, actor=operator, now=at + 5 * MINUTE, entropy=entropy)
    for role, actor in (("operator", operator), ("supervisor", supervisor)):
        value = entropy.token_bytes(4).hex()
        row = give_value(assignment=row, role=role, value=value, actor=actor, now=at + 10 * MINUTE)
    people = Reviewer.objects.filter(review=review).select_related("expert__department")
    for number, one in enumerate(people):
        user = demo_account(one.expert, now=at)
        if number % 2 == 0:
            _score(one, user, number, len(TOPICS), at + (30 + 5 * number) * MINUTE)
            _submit(one, user, at + (60 + 5 * number) * MINUTE)


def _rule(operator: User, now: datetime, code: str = "goods") -> ReviewRule:
    preset = next(one for one in PRESETS if one.code == code)
    name = preset.name.removesuffix("（示例）")
    return latest_rule(name) or save_rule(
        name=name,
        tree=preset.tree,
        project_kind="",
        anonymous=preset.anonymous,
        source="示例，请按采购文件修改",
        active=True,
        base=0,
        actor=operator,
        now=now,
    )


def _score(row: Reviewer, user: User, number: int, items: int, now: datetime) -> None:
    rule = rule_of(row.review)
    saves = {
        sheet.item.alias: Save(
            sheet.revision, _said(rule, LEVELS[at % len(LEVELS)] - number * STRICT)
        )
        for at, sheet in enumerate(sheets_of(row)[:items])
    }
    save_scores(reviewer=row, saves=saves, actor=user, now=now)


def _said(rule: RuleTree, level: Decimal) -> Scores:
    said = {}
    for one in asked_in(rule):
        code, value = one.indicator.code, _value(one.indicator, level)
        asks = check_score(rule, code, value) is not None
        said[code] = [value, "响应充分，优于其他方案。" if asks and value else ""]
    return said


def _value(one: Indicator, level: Decimal) -> str:
    match one.kind:
        case Kind.SCORE:
            step = one.step or Decimal(1)
            return str(one.low + (one.high - one.low) * level // step * step)
        case Kind.GRADE:
            return one.grades[min(int((1 - level) * 5), len(one.grades) - 1)][0]
        case Kind.CHECK:
            return PASSED
    return "无"


def _submit(row: Reviewer, user: User, now: datetime) -> None:
    submit_sheets(
        reviewer=row,
        seen=seen_mark(sheets_of(row)),
        signature=signature_svg(DEMO_STROKES),
        signed_from="演示数据",
        actor=user,
        now=now,
    )
