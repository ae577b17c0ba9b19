"""Jobs of experts; each calls one service."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import app


@app.task(name="experts.end_blacklist_entry")
def end_blacklist_entry(entry_id: int) -> None:
    """End an entry of the blacklist on the day after its last."""
    from expertpool.experts.services.blacklist import end_entry

    end_entry(entry_id=entry_id, now=timezone.now())


@app.task(name="experts.open_accounts")
def open_accounts(expert_ids: list[int], actor_id: int | None) -> None:
    """Open the accounts of experts who were imported with that wish."""
    from expertpool.experts.services.accounts import open_accounts

    open_accounts(expert_ids=expert_ids, actor_id=actor_id, now=timezone.now())
