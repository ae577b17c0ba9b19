"""Blocking and allowing networks, and ending that."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.audit.services import record
from expertpool.core.client import clean_network, is_loopback, network_of, networks_around
from expertpool.core.events import publish
from expertpool.core.fields import is_vouched
from expertpool.core.locks import lock_transaction
from expertpool.core.text import moment_text
from expertpool.networks.enums import RuleKind
from expertpool.networks.events import NetworkRuled
from expertpool.networks.exceptions import AlreadyEnded, AlreadyRuled, OwnAddress
from expertpool.networks.models import NetworkRule
from expertpool.networks.queries import KEPT, is_ruled, rule_for, standing

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
    # Two of one network at once would each be the only one.
    _one_at_a_time(found)
    is_own = kind == RuleKind.BLOCK and _lies_in(address, found)
    if is_own and not _is_allowed(address, now, until):
        raise OwnAddress(address)
    if is_ruled(kind, found, now):
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
    # What a hand has decided is not overruled by a count.
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
def end_rule(*, rule: NetworkRule, actor: Any, now: datetime, address: str = "") -> None:
    """End ``rule`` before its time; failures of before count no more. Refuses one that is over (AlreadyEnded), and
    one by which alone ``address``, from where ``actor`` decides it, is not blocked (OwnAddress).

    ``actor`` None is whoever sits at the server. Writes the log and announces NetworkRuled.
    """
    rows = NetworkRule.objects.select_for_update(of=("self",)).filter(standing(now), pk=rule.pk)
    found = rows.select_related("made_by", "ended_by").first()
    if found is None:
        raise AlreadyEnded
    is_ours = is_vouched(found)
    found.ended_at, found.ended_by = now, actor
    if is_ours:
        found.save(update_fields=["ended_at", "ended_by", "proof"])
    else:  # what somebody else wrote gets no proof by being ended
        NetworkRule.objects.filter(pk=rule.pk).update(ended_at=now, ended_by=actor)
    if rule.kind == RuleKind.ALLOW and _lies_in(address, rule.network):
        left = rule_for(address, now=now)
        if left is not None and left.kind == RuleKind.BLOCK:
            raise OwnAddress(address)
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
    # Once it stands: before, this process would read what may yet be undone.
    transaction.on_commit(KEPT.read)


def _one_at_a_time(network: str) -> None:
    lock_transaction(f"networks.rule:{network}")


def _lies_in(address: str, network: str) -> bool:
    # By the address itself: what is counted as one visitor is a whole network of IPv6.
    return network in networks_around(address)


def _is_allowed(address: str, now: datetime, until: datetime | None) -> bool:
    """Tell whether no block holds at ``address`` from ``now`` until ``until`` (None: for ever)."""
    rule = rule_for(address, now=now)
    if is_loopback(address):
        return True
    if rule is None or rule.kind != RuleKind.ALLOW:
        return False
    return rule.until is None or (until is not None and until <= rule.until)
