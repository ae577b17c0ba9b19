"""How the gateways are by which messages leave the house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from expertpool.core.configuration import value_of
from expertpool.core.health import CHECKS, Check, Checked, CheckGroup, Finding, Health, look
from expertpool.notifications.channels import CHANNELS, Channel
from expertpool.notifications.channels.email.bounce_settings import HOST
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.models import ReturnMailbox
from expertpool.notifications.queries.channels import channel_state
from expertpool.notifications.queries.replies import telephones_in_doubt
from expertpool.notifications.queries.templates import template_states

GATEWAYS = CheckGroup("gateways", "通知渠道", 40)
PATIENCE = timedelta(minutes=15)  # a server that restarts is no fault


def gateway_checks() -> Iterator[Check]:
    """Give a check for each channel that finds people where they are."""
    for at, channel in enumerate(CHANNELS):
        if channel.is_outward:
            label = str(ChannelCode(channel.code).label)
            find = partial(find_gateway, channel)
            yield Check(f"gateway.{channel.code}", label, GATEWAYS, find, order=at)


def faults_beside(now: datetime) -> list[Checked]:
    """Return what is amiss with the ways out beside the channels themselves: whoever makes the calls, or reads what comes back."""
    own = {check.code for check in gateway_checks()}
    checks = [one for one in CHECKS if one.group == GATEWAYS and one.code not in own]
    return [one for one in look(checks, now=now) if one.finding.state.is_bad]


def find_replies(now: datetime) -> Finding:
    """Look for telephones in whose name codes are guessed. Anybody's count: it says nothing of letters."""
    count = telephones_in_doubt(now)
    if not count:
        return Finding(Health.OK, "没有人试回复码。")
    mend = (
        "这些号码今天的短信答复须本人从链接确认，系统已短信告知；推送地址可能已泄露，请查看反向代理的访问记录，"
        "只放行服务商的地址。"
    )
    return Finding(Health.WARNING, "有人以他人的号码多次试回复码。", f"一天内 {count} 个号码", mend)


REPLIES = Check("replies", "短信回复", GATEWAYS, find_replies, order=50)


def find_returns(now: datetime) -> Finding:
    """Look whether letters that come back are read."""
    if not value_of(HOST):
        return Finding(Health.OFF, "没有配置，退信不会自动登记。")
    box = ReturnMailbox.objects.first()
    if box is None or (box.read_at is None and not box.detail):
        return Finding(Health.OK, "还没有取过退信，请一分钟后再看。")
    if not box.detail and box.read_at and now - box.read_at > PATIENCE:
        mend = "请查看「后台任务」里失败的「取退信」；恢复后，期间的退信会补登记。"
        return Finding(Health.FAILED, f"{_moment(box.read_at)}以后没有取退信。", "", mend)
    if not box.detail:
        return Finding(Health.OK, "每分钟取退信。")
    is_long = box.failing_since is not None and now - box.failing_since > PATIENCE
    since = _moment(box.failing_since)
    return Finding(
        Health.FAILED if is_long else Health.WARNING,
        f"取不到退信（{since} 起）：{box.detail}",
        f"最近成功 {_moment(box.read_at)}",
        "请在「站点设置」的「退信邮箱」中核对；恢复后，期间的退信会补登记。",
    )


RETURNS = Check("returns", "退信邮箱", GATEWAYS, find_returns, order=45)


def find_gateway(channel: Channel, _now: datetime) -> Finding:
    if not channel.is_configured():
        return Finding(Health.OFF, "没有配置，不会发出。")
    state = channel_state(channel.code)
    figure = f"最近成功 {_moment(state.worked_at)}，最近失败 {_moment(state.failed_at)}"
    if state.takes_none and not state.failures:
        sentence = (
            f"连续 {state.for_now} 条通知没有被接收（{_moment(state.since)} 起）：{state.detail}"
        )
        mend = f"没有发出的会自动再试；一直不收的，请向{state.label}的服务商核实。"
        return Finding(Health.WARNING, sentence, figure, mend)
    if not state.failures:
        lacking, texts = _unregistered(channel)
        if lacking and lacking == texts:
            mend = "请在「通知模板」中，给要发的通知填写服务商审核通过的模板编号。"
            sentence = f"通知模板都没有服务商的模板编号，{state.label}一条也发不出。"
            return Finding(Health.WARNING, sentence, "", mend)
        rest = f"{lacking} 个通知模板没有服务商的模板编号，不从这里发出。" if lacking else ""
        # Nothing of when it was last used, nor whether: who was just invited in a draw of one seat would
        # be known to have an e-mail or none (docs/decisions/0133).
        return Finding(Health.OK, f"没有出现故障。{rest}")
    sentence = f"连续 {state.failures} 次没有发出（{_moment(state.since)} 起）：{state.detail}"
    mend = f"请核对{state.label}服务的地址、账号和网络；恢复后，等待的通知会自动发出。"
    return Finding(Health.FAILED if state.is_down else Health.WARNING, sentence, figure, mend)


def _unregistered(channel: Channel) -> tuple[int, int]:
    """Return how many of the texts in use of ``channel`` its provider does not know, and how many there are."""
    if not channel.wants_registered:
        return 0, 0
    texts = [one for one in template_states() if one.channel == channel.code and one.active]
    return sum(bool(one.why_unsent) for one in texts), len(texts)


def _moment(at: datetime | None) -> str:
    """To the hour: a minute is that of one letter."""
    return f"{timezone.localtime(at):%m-%d %-H 时}" if at else "无"
