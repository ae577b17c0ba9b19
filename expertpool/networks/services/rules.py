"""Blocking and allowing networks, and ending that."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.audit.services import record
from expertpool.core.client import clean_network, is_loopback, network_of
from expertpool.core.events import publish
from expertpool.core.locks import lock_transaction
from expertpool.core.text import moment_text
from expertpool.networks.enums import RuleKind
from expertpool.networks.events import NetworkRuled
from expertpool.networks.exceptions import AlreadyEnded, AlreadyRuled, OwnAddress
from expertpool.networks.models import NetworkRule
from expertpool.networks.queries import KEPT, rule_for, standing

ACTIONS = {RuleKind.BLOCK: "network.block", RuleKind.ALLOW: "network.allow"}


@transaction.atomic
def rule_network(
    *,
    kind: RuleKind,
    network: str,
    reason: str,
    until: datetime | None,
    actor: Any,
    address: str,
    now: datetime,
) -> NetworkRule:
    """Block or allow ``network`` (an address or CIDR) by hand, from everything, until ``until``.

    Refuses what is no network or too wide a one (ValidationError), one that has such a rule already
    (AlreadyRuled), and a block of ``address``, from where ``actor`` decides it, that is not allowed by a rule
    of its own (OwnAddress): nobody shuts himself out. Writes the log and announces NetworkRuled.
    """
    found = clean_network(network)
    _one_at_a_time(found)
    if kind == RuleKind.BLOCK and _lies_in(address, found) and not _is_allowed(address, now):
        raise OwnAddress(address)
    if NetworkRule.objects.filter(standing(now), network=found, kind=kind, is_automatic=False):
        raise AlreadyRuled(found, kind.label)
    rule = NetworkRule(
        kind=kind, network=found, reason=reason, until=until, made_at=now, made_by=actor
    )
    rule.full_clean()
    return _made(rule, actor)


@transaction.atomic
def block_after_failures(
    *, address: str, failures: int, lasts: timedelta, now: datetime
) -> NetworkRule | None:
    """Block the network of ``address``, one visitor, after so many ``failures`` to sign in, for so long as
    ``lasts``; None where it is blocked or allowed already.

    Announces NetworkRuled. It shuts out who has not shown who he is (`networks.middleware`).
    """
    try:
        network = clean_network(network_of(address))
    except ValidationError:  # no address at all, as of a socket in a folder: nothing to block
        return None
    _one_at_a_time(network)
    if is_loopback(address) or rule_for(address, now=now) is not None:
        return None
    reason = f"登录失败 {failures} 次"
    rule = NetworkRule(
        kind=RuleKind.BLOCK,
        network=network,
        reason=reason,
        is_automatic=True,
        until=now + lasts,
        made_at=now,
    )
    return _made(rule, None)


@transaction.atomic
def end_rule(*, rule: NetworkRule, actor: Any, now: datetime) -> None:
    """End ``rule`` before its time; failures of before count no more. Refuses one that is over (AlreadyEnded).

    ``actor`` None is whoever sits at the server. Writes the log and announces NetworkRuled.
    """
    rows = NetworkRule.objects.filter(standing(now), pk=rule.pk)
    if not rows.update(ended_at=now, ended_by=actor):
        raise AlreadyEnded
    _written("network.release", rule, actor, now, f"{rule.get_kind_display()}：{rule.reason}")


def end_all_blocks(*, now: datetime) -> int:
    """End every block, by hand or not, from the server's own console: the way in that is always left. Returns how
    many there were."""
    rules = NetworkRule.objects.filter(standing(now), kind=RuleKind.BLOCK)
    return len([end_rule(rule=rule, actor=None, now=now) for rule in rules])


def _made(rule: NetworkRule, actor: Any) -> NetworkRule:
    rule.save()
    ends = f"{moment_text(rule.until)} 自动解除" if rule.until else "不自动解除"
    _written(ACTIONS[RuleKind(rule.kind)], rule, actor, rule.made_at, f"{rule.reason}；{ends}")
    return rule


def _written(action: str, rule: NetworkRule, actor: Any, now: datetime, note: str) -> None:
    entry = record(action, actor=actor, subject=rule, note=note, now=now)
    publish(NetworkRuled(entry.pk))
    transaction.on_commit(KEPT.read)


def _one_at_a_time(network: str) -> None:
    lock_transaction(f"networks.rule:{network}")


def _lies_in(address: str, network: str) -> bool:
    try:
        return ip_address(network_of(address).partition("/")[0]) in ip_network(network)
    except ValueError:
        return False


def _is_allowed(address: str, now: datetime) -> bool:
    rule = rule_for(address, now=now)
    return is_loopback(address) or (rule is not None and rule.kind == RuleKind.ALLOW)
