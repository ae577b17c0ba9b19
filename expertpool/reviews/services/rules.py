"""What reviews are judged by: each save is a version."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import save_version
from expertpool.core.locks import lock_transaction
from expertpool.reviews.calculation import RuleTree
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import ReviewRule
from expertpool.reviews.queries.rules import latest_rule
from expertpool.reviews.rules.wording import lines_text, settings_words

LOCK = "reviews.rules"
MEANWHILE = "这个规则刚刚由别人保存过，请重新打开后再改。"


@transaction.atomic
def save_rule(
    *,
    name: str,
    tree: RuleTree,
    project_kind: str,
    anonymous: bool,
    source: str,
    active: bool,
    base: int,
    actor: User | None,
    now: datetime,
) -> ReviewRule:
    """Save the next version of the rule ``name``; without a difference the one that stands is returned. ``base`` is
    the version that was read, 0 for a new rule. Reviews go on by the version they name. Logged.

    Refuses (ReviewRefused) a name that is taken, and what others saved since.
    """
    lock_transaction(LOCK)
    known = latest_rule(name)
    if known is not None and base == 0:
        raise ReviewRefused("已有同名的规则，请修改那一个或换个名称。", field="name")
    row = ReviewRule(
        name=name,
        version=base + 1,
        active=active,
        project_kind=project_kind,
        anonymous=anonymous,
        content=tree.as_json(),
        source=source,
        at=now,
        by=actor,
    )
    return save_version(
        row,
        known=known,
        said=_said,
        words=_words,
        action="review.rule",
        meanwhile=ReviewRefused(MEANWHILE),
        actor=actor,
        now=now,
    )


def _said(rule: ReviewRule) -> tuple[object, ...]:
    return rule.active, rule.project_kind, rule.anonymous, rule.content, rule.source


def _words(rule: ReviewRule) -> dict[str, str]:
    tree = rule.tree()
    return {
        "版本": f"第 {rule.version} 版",
        "指标": lines_text(tree),
        "计算": "；".join(settings_words(tree)),
        "项目类型": rule.kind_label,
        "匿名评审": "是" if rule.anonymous else "否",
        "依据": rule.source,
        "启用": "是" if rule.active else "否",
    }
