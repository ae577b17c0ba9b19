"""What experts of the demonstration keep of themselves, and ask to be changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from expertpool.changes.models import Career, ChangeRequest, Work
from expertpool.changes.services.history import save_career, save_work
from expertpool.changes.services.requests import change_own
from expertpool.changes.services.values import NamedEmployer
from expertpool.directory.services.units import resolve_unit
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import account_of

CAREERS = (
    ("长沙市建筑设计研究院", "高级工程师", date(2016, 3, 1), None),
    ("湖南省水利水电勘测设计院", "工程师", date(2004, 7, 1), date(2016, 2, 29)),
)
WORKS = (
    ("paper", "大跨度空间结构抗震性能试验研究", "建筑结构学报", 2023, "第一作者"),
    ("book", "建筑工程评标实务", "中国建筑工业出版社", 2020, "参编"),
)


@transaction.atomic
def ensure_demo_changes(*, expert: Expert, now: datetime) -> None:
    """Give ``expert`` a work history, works, a field that he changed himself and two requests; once."""
    user = account_of(expert)
    if user is None or ChangeRequest.objects.filter(expert=expert).exists():
        return
    at = now - timedelta(hours=3)  # before all draws of the demonstration
    for name, position, start, end in CAREERS:
        unit = resolve_unit(name=name)
        career = Career(expert=expert, unit=unit, position=position, start_date=start, end_date=end)
        save_career(career=career, actor=user, now=at)
    for kind, title, outlet, year, part in WORKS:
        work = Work(expert=expert, kind=kind, title=title, outlet=outlet, year=year, part=part)
        save_work(work=work, actor=user, now=at)
    change_own(
        expert=expert,
        values={"address": "长沙市岳麓区示例路 18 号", "title": "正高级工程师"},
        reason="2026 年 6 月评上正高级工程师，证书见附件。",
        actor=user,
        now=at,
    )
    change_own(
        expert=expert,
        values={"employer": NamedEmployer("湖南建工集团有限公司")},
        reason="2026 年 10 月调入。",
        actor=user,
        now=at + timedelta(minutes=10),
    )
