"""Which records of the system are counted, of which period: page, file and print are made from the same `Reading`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from expertpool.accounts.models import User
from expertpool.core.bounds import MOMENTS
from expertpool.core.configuration import words_of
from expertpool.core.lookups import within_days
from expertpool.core.segments import SegmentField
from expertpool.core.views.filters import DateRangeField
from expertpool.core.views.moments import MomentField
from expertpool.monitoring.queries.activity import finest_since
from expertpool.monitoring.settings import BEATS_KEPT
from expertpool.reports.forms.statistics import Choosing, Reading
from expertpool.reports.queries.records import ACTIVITY, ONLINE, RecordTopic
from expertpool.reports.queries.statistics import Asked


class RecordFilter(Choosing):
    """The days of what is counted, named as the list behind names them."""

    days = DateRangeField(label="时间")

    def __init__(self, data: Any, *, topic: RecordTopic, asked: Asked, viewer: User) -> None:
        super().__init__(data)
        self.topic = topic
        self.offer(topic, asked, viewer)
        self.fields["segment"] = SegmentField(topic.of, viewer)
        self.order_fields(["by", "measure"])

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if "days" in self.fields and (days := self.value("days")):
            rows = rows.filter(within_days(self.topic.at, days))
        control: Any = self.fields["segment"]
        narrowed: QuerySet[Any] = control.narrow(rows, self.segments)
        return narrowed


# How long a time may be split so finely: more lines nobody reads, and no chart shows.
FINEST = {"hour": timedelta(days=62), "minute": timedelta(days=2), "second": timedelta(hours=2)}


class ActivityFilter(RecordFilter):
    """From when to when heartbeats are counted; without either the last day, or the last hour by seconds."""

    begins = MomentField(label="开始", at="00:00")
    ends = MomentField(label="结束", at="23:59")

    def __init__(self, data: Any, *, topic: RecordTopic, asked: Asked, viewer: User) -> None:
        super().__init__(data, topic=topic, asked=asked, viewer=viewer)
        del self.fields["days"]
        for name in ("begins", "ends"):
            self.fields[name].required = False
        self.now = asked.now

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        begins, ends = self._period(cleaned)
        by, longest = self.dimension, FINEST.get(self.dimension.code)
        if begins >= ends:
            raise forms.ValidationError("结束应晚于开始。")
        if longest and ends - begins > longest:
            words = _length(longest)
            raise forms.ValidationError(
                f"按{by.label}统计的时段最长 {words}，请缩短，或改按更大的单位统计。"
            )
        if by.code in {"minute", "second"} and begins < finest_since(self.now):
            kept = words_of(BEATS_KEPT)
            raise forms.ValidationError(
                f"{kept}以前的心跳每小时只留一次，不能按{by.label}统计，请改按时或日。"
            )
        return cleaned

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        begins, ends = self._period(self.cleaned_data)
        return super().narrow(rows).filter(at__gte=begins, at__lt=ends)

    def _period(self, cleaned: Mapping[str, Any]) -> tuple[datetime, datetime]:
        ends = cleaned.get("ends") or self.now
        month = timedelta(days=30)
        usual = {"second": timedelta(hours=1), "day": month, "time_of_day": month, "role": month}
        code = self.dimension.code
        if code in {"month", "year"}:
            return cleaned.get("begins") or MOMENTS.low, ends
        return cleaned.get("begins") or ends - usual.get(code, timedelta(days=1)), ends


def _length(longest: timedelta) -> str:
    return f"{longest.days} 天" if longest.days else f"{longest // timedelta(hours=1)} 小时"


class OnlineFilter(RecordFilter):
    """Who is online now: of no period."""

    def __init__(self, data: Any, *, topic: RecordTopic, asked: Asked, viewer: User) -> None:
        super().__init__(data, topic=topic, asked=asked, viewer=viewer)
        del self.fields["days"]


FORMS = {ACTIVITY.code: ActivityFilter, ONLINE.code: OnlineFilter}


def read_records(topic: RecordTopic, params: QueryDict, *, user: User, now: datetime) -> Reading:
    """Return what an address asks of ``topic``, as far as ``user`` sees it."""
    asked = Asked(user, now)
    form = FORMS.get(topic.code, RecordFilter)(params, topic=topic, asked=asked, viewer=user)
    return Reading(topic, form, user, asked, params)
