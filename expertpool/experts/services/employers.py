"""The employers of some experts, where only a name was typed of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.directory.models import Unit
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.models import Expert
from expertpool.experts.services.merging import explain
from expertpool.experts.services.profile import update_expert


@transaction.atomic
def assign_employer(
    *, experts: Iterable[Expert], into: Unit, actor: User | None, now: datetime
) -> int:
    """Let ``experts`` work for ``into``, each with a version and an entry; return how many they are.

    Refuses (ExpertRefused) all of them where one record contradicts itself, and names it.
    """
    count = 0
    for expert in experts:
        try:
            update_expert(expert=expert, values={"employer": into}, actor=actor, now=now)
        except ValidationError as error:
            raise ExpertRefused(f"{expert}：{explain(error)}") from error
        count += 1
    return count
