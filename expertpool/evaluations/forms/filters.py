"""The filters of the lists."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.lookups import within_days
from expertpool.core.segments import Chosen, SegmentField
from expertpool.core.views.filters import DateRangeField, keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.evaluations.enums import Participation
from expertpool.evaluations.permissions import VIEW
from expertpool.evaluations.queries.measures import measured
from expertpool.evaluations.queries.ratings import ratings_counted_for
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search


class EvaluationFilter(FilterForm):
    q = keyword_field("项目名称或编号")
    since = forms.DateField(label="评审从")
    until = forms.DateField(label="评审到")

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(
                Q(project__name__icontains=text) | Q(project__number__icontains=text)
            )
        if since := self.value("since"):
            rows = rows.filter(project__opening_at__date__gte=since)
        if until := self.value("until"):
            rows = rows.filter(project__opening_at__date__lte=until)
        return rows


class ObjectionFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    whose = "rating__expert"

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            found = search(Expert.objects.all(), text, self.user)
            rows = rows.filter(**{f"{self.whose}__in": found})
        return rows


class CautionObjectionFilter(ObjectionFilter):
    whose = "caution__expert"


class RatingFilter(FilterForm):
    """Finds ratings of experts as their own list finds these."""

    q = keyword_field("专家姓名、编号或单位")
    participation = forms.ChoiceField(
        label="参与度", choices=[("", "全部"), *Participation.choices]
    )
    below = forms.IntegerField(label="综合得分不高于", min_value=0, max_value=100)
    since = forms.DateField(label="评价从")
    until = forms.DateField(label="评价到")
    days = DateRangeField(label="评审时间")
    counted = forms.ChoiceField(label="计入平均", choices=[("", "全部"), ("1", "只看计入的")])

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        self.user = user
        self.fields["segment"] = SegmentField("ratings", user)  # what a statistic counted

    @property
    def segments(self) -> list[Chosen]:
        return self.value("segment") or []

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if level := self.value("participation"):
            rows = rows.filter(participation=level)
        if (below := self.cleaned_data.get("below")) is not None:
            rows = rows.filter(total__lte=below)
        if since := self.value("since"):
            rows = rows.filter(given_at__date__gte=since)
        if until := self.value("until"):
            rows = rows.filter(given_at__date__lte=until)
        if days := self.value("days"):
            rows = rows.filter(within_days("evaluation__project__opening_at", days))
        if self.value("counted"):
            rows = rows.filter(
                pk__in=ratings_counted_for(self.user, now=timezone.now()).values("pk")
            )
        control: Any = self.fields["segment"]
        narrowed: QuerySet[Any] = control.narrow(rows, self.segments)
        return narrowed


class MeasureFilter(FilterForm):
    """A period, this year unless said otherwise, and whom to look for; narrows to nobody what is no period."""

    q = keyword_field("专家姓名、编号或单位")
    since = forms.DateField(label="评审从")
    until = forms.DateField(label="评审到")

    def __init__(self, data: Any = None, *, user: User, now: datetime) -> None:
        super().__init__(data)
        self.user, self.now = user, now
        self.code = VIEW

    @property
    def rows(self) -> QuerySet[Any]:
        """This year, for a list that is not narrowed yet."""
        today = timezone.localdate(self.now)
        rows: QuerySet[Any] = measured(
            self.user, date(today.year, 1, 1), today, code=self.code, now=self.now
        )
        return rows

    @property
    def period(self) -> tuple[date, date]:
        today = timezone.localdate(self.now)
        last = self.value("until") or today
        return self.value("since") or date(last.year, 1, 1), last

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self.period
        found: QuerySet[Any] = measured(self.user, first, last, code=self.code, now=self.now)
        if text := self.value("q"):
            found = search(found, text, self.user)
        return found
