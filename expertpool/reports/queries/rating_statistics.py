"""What experts were rated, on the average: by department, period, kind and specialty (EVA; docs/decisions/0472).

Of reviews whose time of rating is over and whose names the reader may read, within his scope of ratings: what he could
read one by one.
"""

from __future__ import annotations

from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import NullIf
from django.utils import timezone

from expertpool.evaluations.enums import Participation
from expertpool.evaluations.permissions import VIEW
from expertpool.evaluations.queries.ratings import all_ratings, ratings_counted_for
from expertpool.projects.enums import Regime
from expertpool.reports.queries.departments import department_words
from expertpool.reports.queries.expert_statistics import specialties
from expertpool.reports.queries.periods import period
from expertpool.reports.queries.records import RecordTopic
from expertpool.reports.queries.statistics import (
    Dimension,
    Measure,
    as_written,
    of_choices,
    plain,
)

PROJECT = "evaluation__project"
OPENING = "projects.opening_at"


def _kind(asked: Any) -> Any:
    return NullIf(F(f"{PROJECT}__kind"), Value(""), output_field=CharField())


RATINGS = RecordTopic(
    "ratings",
    "评价",
    "份评价",
    None,
    all_ratings,
    VIEW,
    "evaluations:ratings",
    (
        Dimension(
            "department",
            "所属部门",
            plain(f"{PROJECT}__department"),
            department_words,
            read=int,
            of="projects.department",
        ),
        period("month", "评审月份", f"{PROJECT}__opening_at", of=OPENING),
        period("quarter", "评审季度", f"{PROJECT}__opening_at", of=OPENING),
        period("year", "评审年度", f"{PROJECT}__opening_at", of=OPENING),
        specialties("branch", "专业大类", 1, holder="expert"),
        specialties("trade", "行业（专业第二级）", 2, holder="expert"),
        specialties("specialty", "评审专业（第三级）", 3, holder="expert"),
        Dimension("kind", "项目类型", _kind, as_written, of="projects.kind"),
        Dimension(
            "regime",
            "适用制度",
            plain(f"{PROJECT}__regime"),
            of_choices(Regime.choices),
            of="projects.regime",
        ),
        Dimension(
            "participation", "参与度", plain("participation"), of_choices(Participation.choices)
        ),
    ),
    (Measure("count", "评价数"), Measure("mean", "平均得分", mean="total")),
    note=(
        "只计名单已公开、评价已截止的项目，撤销的不计；只含您看得到名单和评价的项目和专家。"
        "平均得分为各份评价综合得分的平均；有几个专业的专家在每个专业各计一次，合计只计一次。"
    ),
    seen=lambda user: ratings_counted_for(user, now=timezone.now()),
    # Its list has those, too, that do not count.
    behind=(("counted", "1"),),
    at=f"{PROJECT}__opening_at",
)
