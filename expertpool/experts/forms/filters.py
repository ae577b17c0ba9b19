"""The filters of the lists of experts, leaves and the blacklist."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.lookups import within_days
from expertpool.core.models import ImportRun
from expertpool.core.views.declared import DeclaredFilter
from expertpool.core.views.filters import DateRangeField, keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.directory.queries import search_units
from expertpool.experts.enums import ChangeVia
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.admission import (
    RIGHT,
    admissions_waiting_for,
    returned_ones,
    under_way,
)
from expertpool.experts.queries.availability import day_start
from expertpool.experts.queries.health import BY_CODE, GAPS
from expertpool.experts.queries.imported import (
    came_by,
    import_words,
    imports_of,
    imports_to_admit,
)
from expertpool.experts.queries.search import find, search
from expertpool.experts.queries.veils import sees_who

WORDS = "姓名、首字母、编号、单位或专业"
WORDS_IN_PART = "编号或专业"  # of who sees names or employers masked
GONE = "没有您的这次导入，或记录已过期删除；可以按入库时间和来源筛选。"


class ExpertFilter(DeclaredFilter):
    """The filters that the fields declare, and words."""

    subject = EXPERT
    q = keyword_field(WORDS)
    gap = forms.ChoiceField(
        label="体检项", choices=[("", "全部"), *((gap.code, gap.label) for gap in GAPS)]
    )

    admission = forms.ChoiceField(
        label="入库审核",
        choices=[
            ("", "全部"),
            ("mine", "等我审核"),
            ("running", "审核中"),
            ("returned", "被退回，待修改"),
        ],
    )
    run = forms.ChoiceField(label="导入", error_messages={"invalid_choice": GONE})

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, viewer=user)
        self.user = user
        if not sees_who(user):
            self.fields["q"].widget.attrs["placeholder"] = WORDS_IN_PART
        own, others = imports_of(user), self._others()
        self.runs = {str(run.pk): run for run in (*own, *others)}
        shown = [(str(run.pk), import_words(run)) for run in own]
        shown += [(str(run.pk), f"{run.user.name}：{import_words(run)}") for run in others]
        control: Any = self.fields["run"]
        control.choices = [("", "全部"), *shown]
        if (
            not shown
        ):  # nobody who never imports is asked, and an address of somebody else's finds nobody
            control.widget = forms.HiddenInput()

    def _others(self) -> list[ImportRun]:
        """Return what others imported and ``user`` may admit, where he looks at whom to admit."""
        looks = self.data.get("tab") == "pending" or self.data.get("admission")
        return imports_to_admit(self.user) if looks and self.user.has_permission(RIGHT) else []

    def narrow(self, rows: QuerySet[Expert]) -> QuerySet[Expert]:
        by_name = self.data.get("sort", "").removeprefix("-") == "name"
        rows = super().narrow(rows)
        if gap := BY_CODE.get(self.value("gap") or ""):
            rows = rows.filter(gap.q(timezone.now()))
        if waits := self.value("admission"):
            rows = rows.filter(self._waiting(waits))
        if run := self.runs.get(self.value("run") or ""):
            rows = rows.filter(came_by(run))
        found = find(rows, self.value("q") or "", self.user, by_name=by_name)
        self.some, self.newest = found.some, found.newest
        return found.rows

    def _waiting(self, which: str) -> Q:
        if which == "mine":
            return Q(pk__in=admissions_waiting_for(self.user).values("pk"))
        return under_way() if which == "running" else returned_ones()


class ThinFilter(FilterForm):
    q = keyword_field("专业名称，或代码的前几位")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for word in (self.value("q") or "").split():
            rows = rows.filter(Q(name__icontains=word) | Q(code__istartswith=word))
        return rows


class EmployerFilter(FilterForm):
    q = keyword_field("单位名称的一部分")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(pk__in=search_units(text, active_only=False).values("pk"))
        return rows


class LeaveFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    at = DateRangeField(label="请假时间")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if days := self.value("at"):
            rows = rows.filter(during__overlap=_moments(days))
        return rows


def _moments(days: tuple[date, date]) -> tuple[datetime, datetime]:
    return day_start(days[0]), day_start(days[1] + timedelta(days=1))


class ChangeFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    by = forms.CharField(label="操作人", max_length=64)
    via = forms.ChoiceField(label="方式", choices=[("", "全部"), *ChangeVia.choices])
    field = forms.ChoiceField(label="改动的内容")
    at = DateRangeField(label="时间")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        if not sees_who(user):  # of what an expert changed himself that is he
            del self.fields["by"]
        control: Any = self.fields["field"]
        control.choices = [("", "全部"), *EXPERT.labels(user).items()]

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if name := self.value("by"):
            rows = rows.filter(actor_name__icontains=name)
        if via := self.value("via"):
            rows = rows.filter(via=via)
        if code := self.value("field"):
            rows = rows.filter(changed__contains=[code])
        if days := self.value("at"):
            rows = rows.filter(within_days("at", days))
        return rows


class EntryFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    added = DateRangeField(label="移入时间")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if days := self.value("added"):
            rows = rows.filter(within_days("added_at", days))
        return rows


class DeletedFilter(FilterForm):
    q = keyword_field(WORDS)
    deleted = DateRangeField(label="删除时间")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Expert]) -> QuerySet[Expert]:
        if days := self.value("deleted"):
            rows = rows.filter(within_days("deleted_at", days))
        return search(rows, self.value("q") or "", self.user)


class AlikeFilter(FilterForm):
    q = keyword_field(WORDS)

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Expert]) -> QuerySet[Expert]:
        return search(rows, self.value("q") or "", self.user)
