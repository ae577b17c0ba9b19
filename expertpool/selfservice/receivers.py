"""What other apps announce, as it matters to what an expert reads."""

from __future__ import annotations

from expertpool.accounts.events import AccessEnded
from expertpool.accounts.models import User
from expertpool.experts.models import Expert
from expertpool.selfservice.services.feed import close_feed


def access_ended(event: AccessEnded) -> None:
    """The address of a calendar is one more thing by which somebody reads in his name; it does not come back."""
    actor = User.objects.filter(pk=event.actor_id).first() if event.actor_id else None
    for expert in Expert.objects.filter(user=event.user_id):
        close_feed(expert=expert, actor=actor, now=event.at)
