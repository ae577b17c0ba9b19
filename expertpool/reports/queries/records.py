"""Records of what happens in the system itself, counted by the mechanism of statistics: sign-ins (SYS-19)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Extract, ExtractHour, NullIf, TruncHour
from django.utils import timezone

from expertpool.accounts.enums import NOT_FAILED, SUCCEEDED, LoginMethod, LoginOutcome
from expertpool.accounts.models import LoginRecord, Role, User
from expertpool.accounts.queries import login_records_visible_to
from expertpool.accounts.services.devices import BROWSERS, SYSTEMS
from expertpool.core.registry import PUBLIC_PAGES
from expertpool.monitoring.models import Heartbeat, LastBeat, PublicVisit
from expertpool.monitoring.permissions import TRAFFIC, VIEW
from expertpool.monitoring.queries.activity import heartbeats_visible_to, online_visible_to
from expertpool.reports.queries.departments import department_words
from expertpool.reports.queries.periods import spans
from expertpool.reports.queries.statistics import (
    Asked,
    Dimension,
    Measure,
    Topic,
    Word,
    as_written,
    of_choices,
    plain,
)

PHONES = {"安卓手机", "iPhone", "iPad", "鸿蒙"}
UNKNOWN = "无法识别"


@dataclass(frozen=True, kw_only=True)
class RecordTopic(Topic):
    """Rows that whoever holds ``permission`` counts, as far as ``seen`` shows them to him; ``at`` is the column of
    their moment. ``url`` may be empty: there is no list behind."""

    seen: Callable[[User], QuerySet[Any]]
    at: str = "at"

    def counts_for(self, user: User) -> bool:
        return user.has_permission(self.permission)

    def rows_for(self, user: User) -> QuerySet[Any]:
        return self.seen(user) if self.counts_for(user) else self.rows().none()

    def has_list(self, user: User) -> bool:
        return bool(self.url) and self.counts_for(user)


def _of_device(labels: Sequence[str], *, ends: bool) -> Callable[[Asked], Any]:
    """Return the part of what a device is called that is one of ``labels``: its beginning, or its end."""
    lookup = "endswith" if ends else "startswith"
    cases = [When(**{f"device__{lookup}": label}, then=Value(label)) for label in labels]
    return lambda asked: Case(*cases, default=None, output_field=CharField())


def _platform(asked: Asked) -> Any:
    systems = [label for _, label in SYSTEMS]
    cases = [
        When(device__startswith=label, then=Value("phone" if label in PHONES else "pc"))
        for label in dict.fromkeys(systems)
    ]
    return Case(*cases, default=None, output_field=CharField())


_SYSTEMS = list(dict.fromkeys(label for _, label in SYSTEMS))
# The longest first: none is the end of another.
_BROWSERS = list(dict.fromkeys(label for _, label in BROWSERS))
SUCCESS, FAILURE = Q(outcome__in=SUCCEEDED), ~Q(outcome__in=NOT_FAILED)

SIGN_INS = RecordTopic(
    "sign_ins",
    "登录",
    "次登录",
    None,
    LoginRecord.objects.all,
    "accounts.logins",
    "accounts:login_list",
    (
        Dimension(
            "platform",
            "手机 / 电脑",
            _platform,
            of_choices((("pc", "电脑"), ("phone", "手机和平板"))),
            none=UNKNOWN,
        ),
        Dimension("system", "设备系统", _of_device(_SYSTEMS, ends=False), as_written, none=UNKNOWN),
        Dimension("browser", "浏览器", _of_device(_BROWSERS, ends=True), as_written, none=UNKNOWN),
        *spans("at", down_to="hour"),
        Dimension("method", "登录方式", plain("method"), of_choices(LoginMethod.choices)),
        Dimension("outcome", "结果", plain("outcome"), of_choices(LoginOutcome.choices)),
    ),
    (
        # Who shows a second step is a sign-in of its own once he has.
        Measure("count", "登录次数", condition=SUCCESS | FAILURE, tab="ended"),
        Measure(
            "success",
            "成功",
            condition=SUCCESS,
            tab="success",
            share_of="count",
            share_label="成功率",
        ),
        Measure("failure", "失败", condition=FAILURE, tab="failure"),
        Measure("users", "登录人数", condition=SUCCESS, tab="success", once="user"),
    ),
    note="登录人数按人计算，一人多次只算一次；有名单未公开的抽取时，专家账号的登录待名单公开后计入，与登录记录一致。",
    seen=login_records_visible_to,
)


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 24):
        raise ValueError(text)
    return int(text)


def _role_words(keys: Sequence[Any]) -> Word:
    """What roles are called; ValueError for one that there is not."""
    names = dict(Role.objects.filter(pk__in=keys).values_list("pk", "name"))
    try:
        return {key: names[key] for key in keys}
    except KeyError as error:
        raise ValueError(*error.args) from None


def _with_hours(rows: QuerySet[Any], asked: Asked) -> QuerySet[Any]:
    """Annotate who was there in which hour of which day: of the heat map, in which each counts once."""
    hours = Extract(TruncHour("at"), "epoch") / 3600
    of_whom = ExpressionWrapper(hours * 2**32 + F("user"), BigIntegerField())
    annotated: QuerySet[Any] = rows.annotate(user_hour=of_whom)
    return annotated


# By these the heat map (monitoring) splits, too.
TIME_OF_DAY = Dimension(
    "time_of_day",
    "一天中的时段",
    lambda asked: ExtractHour("at"),
    lambda keys: {key: f"{key} 时" for key in keys},
    place=int,
    read=_hour,
)
ROLE = Dimension(
    "role",
    "角色",
    plain("user__held__role"),
    _role_words,
    none="没有角色",
    read=int,
    several=True,
    apart=True,
    narrow=lambda rows, key: rows.filter(user__held__role=key),
)
ACTIVITY = RecordTopic(
    "activity",
    "活跃",
    "次心跳",
    None,
    Heartbeat.objects.all,
    VIEW,
    "",
    (*spans("at", down_to="second"), TIME_OF_DAY, ROLE),
    (
        Measure("users", "活跃用户", once="user"),
        Measure("hours", "活跃人时", once="user_hour"),
        Measure("count", "心跳次数"),
    ),
    prepare=_with_hours,
    note=(
        "活跃用户按人计算，有几个角色的在每个角色各计一次，各行相加可能大于合计；活跃人时为一人一小时，与活跃时段的热力图一致；专家等外部人员的心跳只记到小时，有名单未公开的抽取时待公开后计入。"
    ),
    seen=heartbeats_visible_to,
)


ONLINE = RecordTopic(
    "online",
    "在线",
    "人在线",
    None,
    LastBeat.objects.all,
    VIEW,
    "monitoring:online",
    (
        ROLE,
        Dimension(
            "department",
            "部门",
            plain("user__department"),
            department_words,
            none="没有部门",
            read=int,
        ),
    ),
    (Measure("count", "在线人数"),),
    note="此刻打开着页面的用户，有几个角色的在每个角色各计一次；有名单未公开的抽取时不计专家，与在线用户列表一致。",
    # Without the roles that its list shows: sums have none.
    seen=lambda user: online_visible_to(user, now=timezone.now()).prefetch_related(None),
)


def _page_words(keys: Sequence[Any]) -> Word:
    """What public pages are called; those that are gone by their address's name."""
    return {key: PUBLIC_PAGES[key].label if key in PUBLIC_PAGES else key for key in keys}


def _none_if_empty(path: str) -> Callable[[Asked], Any]:
    return lambda asked: NullIf(F(path), Value(""), output_field=CharField())


TRAFFIC_BY = RecordTopic(
    "traffic",
    "公开页面流量",
    "次访问",
    None,
    PublicVisit.objects.all,
    TRAFFIC,
    "",
    (
        Dimension("region", "地域", plain("region"), as_written),
        Dimension(
            "engine", "搜索引擎", _none_if_empty("engine"), as_written, none="不是从搜索引擎来"
        ),
        Dimension(
            "keyword", "关键词", _none_if_empty("keyword"), as_written, none="搜索引擎未提供"
        ),
        Dimension(
            "referrer", "来源网站", _none_if_empty("referrer"), as_written, none="直接打开或未提供"
        ),
        Dimension("page", "页面", plain("page"), _page_words),
        Dimension(
            "platform",
            "手机 / 电脑",
            _platform,
            of_choices((("pc", "电脑"), ("phone", "手机和平板"))),
            none=UNKNOWN,
        ),
        *spans("at", down_to="hour"),
    ),
    (
        Measure("count", "访问次数"),
        Measure(
            "searched",
            "来自搜索引擎",
            condition=~Q(engine=""),
            share_of="count",
            share_label="占比",
        ),
    ),
    note=(
        "不保存访问者的网络地址，也不使用外部统计服务；地域按“地域网段”判断，没有登记的网段记为未知；"
        "多数搜索引擎不再提供关键词；搜索引擎等程序抓取页面的访问也计入。"
    ),
    seen=lambda user: PublicVisit.objects.all(),
)
