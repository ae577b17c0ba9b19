"""Invited experts with their links, for the pages around one draw."""

from __future__ import annotations

import re

from expertpool.draws.models import Draw, Invitation
from expertpool.notifications.models import Message


def lines(draw: Draw) -> list[Invitation]:
    """The lines of a draw, fresh from the database."""
    return list(
        Invitation.objects.filter(draw=draw).select_related("draw__project").order_by("line")
    )


def link_of(invitation: Invitation) -> str:
    """The path of the personal link, read from the latest letter that carries one."""
    messages = Message.objects.filter(about_type="draws.invitation", about_id=str(invitation.pk))
    found = [re.search(r"/r/[\w=-]+/", message.body) for message in messages.order_by("-pk")]
    return next(link[0] for link in found if link)
