from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.locks import lock_transaction
from expertpool.projects.models import RegimeSetting, RuleSetting
from expertpool.projects.queries.projects import blocking_rules
from expertpool.projects.queries.regimes import options_on
from expertpool.projects.rules import RULES

LOCK = "projects.rules"


@transaction.atomic
def set_blocking_rules(*, codes: frozenset[str], actor: User, now: datetime) -> None:
    """Let exactly the rules ``codes`` stop a draw and all others only be shown; logs each change.

    Raises ValueError for a code that is no rule.
    """
    unknown = codes - {rule.code for rule in RULES}
    if unknown:
        raise ValueError(f"unknown rules: {sorted(unknown)}")
    lock_transaction(LOCK)
    before = blocking_rules()
    for code in sorted(before ^ codes):
        setting, _ = RuleSetting.objects.update_or_create(
            rule=code, defaults={"blocking": code in codes}
        )
        record(
            "project.rule",
            actor=actor,
            now=now,
            subject=setting,
            before={"blocking": code in before},
            after={"blocking": code in codes},
        )


@transaction.atomic
def set_regime_options(*, options: frozenset[tuple[str, str]], actor: User, now: datetime) -> None:
    """Let exactly the ``options``, as (regime, option), be on; logs each change."""
    lock_transaction(LOCK)
    before = options_on()
    for regime, option in sorted(before ^ options):
        on = (regime, option) in options
        setting, _ = RegimeSetting.objects.get_or_create(regime=regime, option=option)
        setting.on = on
        setting.full_clean()
        setting.save()
        record(
            "project.option",
            actor=actor,
            now=now,
            subject=setting,
            before={"启用": not on},
            after={"启用": on},
        )
