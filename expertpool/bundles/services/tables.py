"""Tables of a bundle that no page exports so: what was paid of a project, and what was said after it. Only for who may see
the part."""

from __future__ import annotations

from expertpool.core.documents import SheetColumn, xlsx_sheet
from expertpool.core.fields import is_vouched
from expertpool.core.text import moment_text
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.queries.ratings import Line, ratings_in
from expertpool.evaluations.queries.results import organisers_of
from expertpool.fees.models import FeeLine, Payment
from expertpool.fees.queries.lines import STANDING
from expertpool.projects.models import Project

ALTERED = "在系统之外被改动过，不作数"  # of a piece that is left out, too
_PAID = (
    SheetColumn("流水号", 22),
    SheetColumn("付款批次", 30),
    SheetColumn("专家编号", 16),
    SheetColumn("专家姓名", 12),
    SheetColumn("应发（元）", 12),
    SheetColumn("代扣个税（元）", 13),
    SheetColumn("差旅（元）", 11),
    SheetColumn("实付（元）", 12),
    SheetColumn("状态", 16),
    SheetColumn("付款、收回时间", 18),
    SheetColumn("退回原因", 24),
)
_RATED = (
    SheetColumn("评价对象", 28),
    SheetColumn("综合得分", 10),
    SheetColumn("各项得分", 40),
    SheetColumn("参与度", 14),
    SheetColumn("评语", 40),
    SheetColumn("评价人", 16),
    SheetColumn("评价时间", 18),
    SheetColumn("状态", 18),
)


def payments_table(project: Project) -> bytes:
    """Return what was paid of ``project``, by the numbers of the payments, and what of it was too much and comes back, as
    .xlsx; nothing where no batch has any. The accounts are not in it: whoever sees fees need not see them."""
    rows = Payment.objects.filter(line__project=project, dropped_at__isnull=True)
    related = ("batch__made_by", "line__project", "line__expert", "account__expert")
    found = list(rows.select_related(*related).order_by("reference"))
    if not found:
        return b""
    less = FeeLine.objects.filter(STANDING, project=project, sent_at__isnull=False, gross__lt=0)
    back = less.select_related("expert", "project", "corrects").order_by("pk")
    table = [*(_paid(one) for one in found), *(_back(one) for one in back)]
    return xlsx_sheet(title="付款记录", fields=_about(project), columns=_PAID, rows=table)


def _paid(one: Payment) -> list[str | float]:
    expert = one.line.expert
    sums = [float(sum_) for sum_ in (one.gross, one.tax, one.travel, one.amount)]
    state = str(one.state.label) if is_vouched(one) else ALTERED
    paid = moment_text(one.paid_at) if one.paid_at else ""
    who = [one.reference, str(one.batch), expert.number, expert.name]
    return [*who, *sums, state, paid, one.note]


def _back(one: FeeLine) -> list[str | float]:
    sums = [float(sum_) for sum_ in (one.gross, one.withheld, one.travel, one.payable)]
    state = ALTERED if one.is_altered else one.told_words
    came = moment_text(one.received_at) if one.received_at else ""
    who = [f"更正函 {one.pk}", "", one.expert.number, one.expert.name]
    return [*who, *sums, state, came, ""]


def ratings_table(evaluation: Evaluation) -> bytes:
    """Return what was said of the experts of a project that is rated no more, and of who organised it, as .xlsx: of the
    latter as much as its page shows."""
    said = [one for rows in ratings_in(evaluation).values() for one in rows]
    rows = [_rated(Line(one, "", is_vouched(one))) for one in said]
    for one in organisers_of(evaluation):
        about = f"{one.target.label} {one.name}".strip()
        if one.summary is None or one.summary.total is None:
            rows.append(
                [about, "", "", "", f"评价的专家不足 {one.least} 位，不显示得分", "", "", ""]
            )
            continue
        means = "；".join(f"{course.name} {course.mean}" for course in one.summary.courses)
        raters = f"{one.raters} 位专家"
        comments = "\n".join(one.comments)
        rows.append([about, float(one.summary.total.mean), means, "", comments, raters, "", ""])
    return xlsx_sheet(
        title="专家评价", fields=_about(evaluation.project), columns=_RATED, rows=rows
    )


def _rated(line: Line) -> list[str | float]:
    rating = line.rating
    expert = rating.expert
    scores = "；".join(f"{name} {score}" for name, score, _ in rating.lines)
    return [
        f"{expert.name} {expert.number}" if expert else "",
        *(float(rating.total), scores, str(rating.get_participation_display())),
        *(rating.readable_comment, str(rating.rater), moment_text(rating.given_at), line.state),
    ]


def _about(project: Project) -> list[tuple[str, str]]:
    return [("项目名称", project.name), ("项目编号", project.number)]
