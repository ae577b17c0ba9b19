"""Doing what a rule says: each action once, in a transaction of its own, with its outcome."""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.automation.enums import FiringState
from expertpool.automation.exceptions import ActionRefused, ActionSkipped, ReplayRefused
from expertpool.automation.models import Firing
from expertpool.automation.queries.firings import action_label, may_replay, row_of
from expertpool.automation.registry import EVENT_KINDS, RULE_ACTIONS, Doing
from expertpool.automation.services.happening import acting
from expertpool.core.aftermath import writing_afterwards
from expertpool.core.fields import is_vouched
from expertpool.core.jobs import defer

BROKEN = "执行时出错，没有产生任何效果；请管理员查看「运行状况」中的程序日志"
FORGED = "规则的这个版本在系统之外被改动过，不执行"
NO_RIGHT = "规则由 {} 制定，他现在没有「{}」所需的权限"

logger = logging.getLogger(__name__)


@transaction.atomic
def act(*, firing_id: int, now: datetime) -> None:
    """Do one action that waits, and keep what has come of it; nothing where it is done.

    What it does and that it is done are one transaction. What goes wrong undoes the action and is kept;
    only a database that is away leaves it waiting (OperationalError).
    """
    rows = Firing.objects.select_for_update(of=("self",))
    # Held: a job that is run again beside itself finds it done.
    firing = rows.select_related("occurrence", "rule", "version__rule").get(pk=firing_id)
    if firing.state != FiringState.WAITING:
        return
    state, detail = _outcome(firing, now)
    firing.state, firing.detail, firing.done_at = state, detail[:300], now
    firing.save(update_fields=["state", "detail", "done_at"])


def _outcome(firing: Firing, now: datetime) -> tuple[FiringState, str]:
    action = RULE_ACTIONS.get(firing.action)
    refused: tuple[type[Exception], ...] = (
        *(ActionRefused, ValidationError),
        *(action.refused if action else ()),
    )
    caused = acting.set(firing)
    try:
        # What a refusal leaves behind is written after the action is undone.
        with writing_afterwards(), transaction.atomic():
            return FiringState.DONE, _do(firing, now)
    except ActionSkipped as why:
        return FiringState.SKIPPED, str(why)
    # Nothing is known of what was done: the job is tried again, and finds it as it was.
    except (OperationalError, InterfaceError):
        raise
    except refused as why:
        # Words for people: what a service refuses, it says in a sentence.
        text = "；".join(why.messages) if isinstance(why, ValidationError) else str(why)
        return FiringState.FAILED, text
    except Exception:
        logger.exception("action %s of firing %s", firing.action, firing.pk)
        return FiringState.FAILED, BROKEN
    finally:
        acting.reset(caused)


def _do(firing: Firing, now: datetime) -> str:
    version, occurrence = firing.version, firing.occurrence
    kind, action = EVENT_KINDS.get(occurrence.kind), RULE_ACTIONS.get(firing.action)
    if not (is_vouched(version) and is_vouched(occurrence)) or version.rule_id != firing.rule_id:
        raise ActionRefused(FORGED)
    chosen = version.actions[firing.number - 1]
    if kind is None or action is None or chosen["action"] != firing.action:
        raise ActionRefused("本版本没有这个事件或动作")
    row = row_of(kind, occurrence.subject_id)
    if row is None:
        raise ActionSkipped("事件涉及的对象已不存在")
    # By the rights of who drew it up, as they are now: a rule does nothing that he could not.
    author = version.created_by
    if action.permission and not (author.is_active and author.has_permission(action.permission)):
        raise ActionRefused(NO_RIGHT.format(author.name, action.label))
    # Asked of the row as well: the second person is what makes such an action allowed.
    if action.weighty and version.confirmed_by_id is None:
        raise ActionRefused(FORGED)
    doing = Doing(
        # One key for each firing: an action that is done twice tells nobody twice.
        key=f"rule:{firing.pk}",
        kind=kind,
        row=row,
        values=chosen["values"],
        rule=version.name,
        author=author,
        now=now,
    )
    return action.run(doing)


@transaction.atomic
def replay(*, firing: Firing, actor: User, now: datetime) -> Firing:
    """Do an action again as its rule said then, once; logs it.

    Refuses (ReplayRefused) one that waits, one that was done again already or is that itself, and what
    changed a state.
    """
    # Of two who press it at once, one waits here and finds it done again.
    firing = Firing.objects.select_for_update(of=("self",)).get(pk=firing.pk)
    if not may_replay(firing):
        raise ReplayRefused(
            "这个动作还没有执行完、已经重新执行过，或已改变了状态，不能再执行；请刷新页面查看。"
        )
    again = Firing(
        occurrence=firing.occurrence,
        rule=firing.rule,
        version=firing.version,
        number=firing.number,
        action=firing.action,
        created_at=now,
        replay_of=firing,
        replayed_by=actor,
    )
    again.save(force_insert=True)
    note = f"第 {firing.number} 个动作「{action_label(firing.action)}」，原结果：{firing.get_state_display()}"
    record("automation.replay", actor=actor, now=now, subject=firing.rule, note=note)
    defer("automation.act", firing_id=again.pk)
    return again
