"""Telling that something turned bad: once, again after hours, and when it is well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.audit.queries import entries_for
from expertpool.audit.services import record
from expertpool.audit.services.proofs import proven
from expertpool.core.configuration import Reader, TrialFailed, value_of
from expertpool.core.health import CHECKS, Checked, Health, look
from expertpool.core.jobs import defer
from expertpool.core.locks import lock_transaction
from expertpool.core.text import clean_text, whole
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, Recipient, send_messages
from expertpool.operations.exceptions import AlertRefused, RobotRefused
from expertpool.operations.models import Alert
from expertpool.operations.occasions import ALERT
from expertpool.operations.services import robots
from expertpool.operations.settings import AGAIN, LEVEL, RECEIVERS, WAYS

LOCK = "operations.alerts"
# What is bad at one look and well at the next is told to nobody.
SURE_AFTER = timedelta(seconds=45)
# What comes and goes is one trouble: it is over when it was well for so long.
WELL_AFTER = timedelta(minutes=5)
MOST_NOTE = 200
ACKNOWLEDGE = "operations.acknowledge"


def watch(*, now: datetime) -> list[Alert]:
    """Make all checks, keep what turned bad, and tell the receivers what is news; return that.

    Told once: when it was found bad at two looks, when it grew worse, again after hours unless somebody
    has acknowledged it, and when it is well. One message for all that one look has found.
    """
    # Outside of the transaction: checks wait for others, and the lock with them.
    found = look(CHECKS, now=now)
    with transaction.atomic():
        lock_transaction(LOCK)  # one look after the other
        current = {
            alert.check_code: _believed(alert, now) for alert in Alert.objects.filter(ended_at=None)
        }
        news = [
            alert
            for one in found
            if (alert := _follow(one, current.get(one.check.code), now)) is not None
        ]
        for alert in current.values():
            if alert.check_code not in CHECKS:  # of a part that was taken away
                # Nobody can say any more that it is well: its check is gone.
                alert.delete()
        if news:
            _tell(news, now)
    return news


def _believed(alert: Alert, now: datetime) -> Alert:
    """Take from ``alert`` what rows can say and nobody did: times to come have not been, and who takes care
    of it is in the log (docs/decisions/0177)."""
    alert.began_at = min(alert.began_at, now)
    for name in ("told_at", "well_since"):
        at = getattr(alert, name)
        if at is not None and at > now:
            setattr(alert, name, None)
    if alert.acknowledged_at is not None and not _is_logged(alert):
        _forget_acknowledged(alert)
    return alert


def _is_logged(alert: Alert) -> bool:
    entries = entries_for(alert).filter(action=ACKNOWLEDGE, at__gte=alert.began_at)
    return any(proven(entries))


def _forget_acknowledged(alert: Alert) -> None:
    alert.acknowledged_at = alert.acknowledged_by = None
    alert.note = ""


def _follow(one: Checked, alert: Alert | None, now: datetime) -> Alert | None:
    """Keep what the check has found; return the alert if it is news."""
    if not _counts(one.finding.state):
        return _well(alert, one, now) if alert else None
    if alert is None:
        alert = Alert(check_code=one.check.code, began_at=now)
    alert.label, alert.state = one.check.label, one.finding.state
    alert.sentence, alert.mend = one.finding.sentence[:300], one.finding.mend[:300]
    alert.figure, alert.well_since = one.finding.figure[:100], None
    is_news = _is_news(alert, now)
    if is_news:
        alert.told_at, alert.told_state = now, alert.state
    alert.save()
    return alert if is_news else None


def _counts(state: Health) -> bool:
    return state is Health.FAILED or (state is Health.WARNING and value_of(LEVEL) == "warning")


def _is_news(alert: Alert, now: datetime) -> bool:
    if alert.told_at is None:
        return now - alert.began_at >= SURE_AFTER
    if alert.state == Health.FAILED and alert.told_state != Health.FAILED:
        # Who has acknowledged less has not acknowledged this.
        _forget_acknowledged(alert)
        return True
    # Told again, since whoever was told may be ill; not once somebody says that it is his.
    return alert.acknowledged_at is None and now - alert.told_at >= value_of(AGAIN)


def _well(alert: Alert, one: Checked, now: datetime) -> Alert | None:
    if alert.told_at is None:
        alert.delete()
        return None
    if alert.well_since is None:
        alert.well_since = now
    elif now - alert.well_since >= WELL_AFTER:
        # From when it was well, not from when we believed it.
        alert.ended_at = alert.well_since
    alert.save()
    return alert if alert.ended_at else None


@transaction.atomic
def acknowledge(*, alert_id: int, note: str, actor: User, now: datetime) -> Alert:
    """Say that somebody takes care of it: it is told no more until it grows worse. Logs it.

    Refuses (AlertRefused) an alert that is over, or that another has acknowledged.
    """
    alert = Alert.objects.select_for_update().filter(pk=alert_id).first()
    if alert is None or alert.ended_at is not None:
        raise AlertRefused("这项报警已经恢复正常，不用确认。")
    if alert.acknowledged_at is not None:
        at = timezone.localtime(alert.acknowledged_at)
        raise AlertRefused(f"{alert.acknowledged_by} 已在 {at:%Y-%m-%d %H:%M} 确认。")
    alert.acknowledged_at, alert.acknowledged_by = now, actor
    alert.note = whole(clean_text(note), MOST_NOTE, AlertRefused)
    alert.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
    after = {"检查": alert.label, "情况": alert.sentence}
    record(ACKNOWLEDGE, actor=actor, now=now, subject=alert, after=after, note=alert.note)
    return alert


def _tell(news: Sequence[Alert], now: datetime) -> None:
    at = timezone.localtime(now)
    envelopes = [
        Envelope(
            recipient=Recipient(user.username, user.name, phone=user.phone, email=user.email),
            context={
                "收件人": user.name,
                "时间": f"{at:%Y-%m-%d %H:%M}",
                "标题": title_of(told),
                "内容": text_of(told),
            },
            about=user,
            # One message for each look and person, however often its job is tried.
            key=f"alert:{at:%Y%m%d%H%M%S}:{user.pk}",
        )
        for user, told in _shares(news).items()
    ]
    channels = (ChannelCode.SITE, *value_of(WAYS))
    send_messages(occasion=ALERT.code, envelopes=envelopes, channels=channels, now=now)
    if robots.robot_of(value_of):
        # By a job: the robot's server may be what is bad.
        defer("operations.tell_robot", alert_ids=[alert.pk for alert in news])


def _shares(news: Sequence[Alert]) -> dict[User, list[Alert]]:
    """Return who is told of what: the receivers of all, others of what their permission is about."""
    everything = {user: list(news) for user in receivers()}
    others: dict[User, list[Alert]] = {}
    for alert in news:
        for user in users_with_permission(*CHECKS[alert.check_code].readers):
            if user not in everything:
                others.setdefault(user, []).append(alert)
    return everything | others


def receivers() -> list[User]:
    """Return who is told: those that are set and still there, or all who may mend it."""
    chosen = User.objects.filter(username__in=value_of(RECEIVERS), is_active=True)
    # Never nobody: those who were chosen may have left.
    return list(chosen.order_by("pk")) or list(users_with_permission("operations.manage"))


def title_of(news: Sequence[Alert]) -> str:
    bad = [alert for alert in news if alert.ended_at is None]
    shown = bad or list(news)
    name = shown[0].label if len(shown) == 1 else f"{shown[0].label}等 {len(shown)} 项"
    return f"运行报警：{name}{'' if bad else '恢复正常'}"


def text_of(news: Sequence[Alert]) -> str:
    return "\n".join(map(_line_of, news))


def _line_of(alert: Alert) -> str:
    if alert.ended_at is not None:
        return f"【恢复】{alert.label}：{alert.lasted}后恢复正常。"
    figure = f"（{alert.figure}）" if alert.figure else ""
    mend = f"处理：{alert.mend}" if alert.mend else ""
    return f"【{alert.get_state_display()}】{alert.label}：{alert.sentence}{figure}{mend}"


def tell_robot(*, alert_ids: Sequence[int], now: datetime) -> None:
    """Let the robot say these alerts, if there is one; RobotRefused when it does not take them."""
    robot = robots.robot_of(value_of)
    news = list(Alert.objects.filter(pk__in=alert_ids).order_by("pk"))
    if robot and news:
        robots.send(robot, f"{title_of(news)}\n{text_of(news)}", now=now)


def try_robot(read: Reader, note: str) -> str:
    """Let the robot of ``read`` say that it works; return what to tell. Raises TrialFailed."""
    robot = robots.robot_of(read)
    if robot is None:
        raise TrialFailed("请先选择群机器人并填写机器人地址。")
    try:
        text = f"运行报警：测试消息。{clean_text(note)[:MOST_NOTE]}"
        robots.send(robot, text, now=timezone.now())
    except RobotRefused as error:
        raise TrialFailed(str(error)) from None
    return "已发出，请到群里查看。"
