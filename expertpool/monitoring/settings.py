"""What the office decides about watching how the system is used."""

from datetime import timedelta

from expertpool.core.configuration import (
    Duration,
    Number,
    Reader,
    Setting,
    SettingConstraint,
    SettingGroup,
)

GROUP = SettingGroup("monitoring", "运行监控", order=150)

BEAT_SECONDS = Setting(
    "monitoring.beat_seconds",
    "在线心跳间隔",
    Number(15, 600, "秒"),
    60,
    group=GROUP,
    order=10,
    help="打开着的页面每隔这么久报告一次；连续两次没有收到，就不再算在线。",
)
BEATS_KEPT = Setting(
    "monitoring.beats_kept",
    "逐次心跳保留",
    Duration(1, 366, "天"),
    timedelta(days=31),
    group=GROUP,
    order=20,
    help="过后每人每小时只留一次，仍可按时、日、月、年统计，不能再按分、秒统计。",
)
HOURS_KEPT = Setting(
    "monitoring.hours_kept",
    "活跃记录保留",
    Duration(60, 3660, "天"),
    timedelta(days=1096),
    group=GROUP,
    order=30,
    help="过后整月删除。",
)
VISITS_KEPT = Setting(
    "monitoring.visits_kept",
    "访问页面记录保留",
    Duration(60, 1098, "天"),
    timedelta(days=184),
    group=GROUP,
    order=40,
    help="过后整月删除。",
)
TRAFFIC_KEPT = Setting(
    "monitoring.traffic_kept",
    "公开页面流量记录保留",
    Duration(60, 3660, "天"),
    timedelta(days=732),
    group=GROUP,
    order=50,
    help="过后整月删除；其中没有网络地址，也没有个人信息。",
)
SETTINGS = (BEAT_SECONDS, BEATS_KEPT, HOURS_KEPT, VISITS_KEPT, TRAFFIC_KEPT)


def _thinned_before_dropped(read: Reader) -> str:
    if read(BEATS_KEPT) <= read(HOURS_KEPT):
        return ""
    return f"“{BEATS_KEPT.label}”不能长于“{HOURS_KEPT.label}”。"


CONSTRAINTS = (
    SettingConstraint("monitoring.beats_kept", GROUP, _thinned_before_dropped, at=BEATS_KEPT),
)
