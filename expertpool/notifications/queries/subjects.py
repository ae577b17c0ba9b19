"""What a message is about, and who may read such messages.

An upper app registers a policy for its subjects: while an expert's name is sealed, the texts and
recipients of the messages about it are shown to nobody but the recipient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from django.db.models import Model

from expertpool.notifications.models import Message

if TYPE_CHECKING:
    from expertpool.accounts.models import User

About = Model | tuple[str, str | int]
# Of these ids of one type, those whose messages the user may read now.
Policy = Callable[["User", Collection[str]], Collection[str]]

_policies: dict[str, Policy] = {}


def register_subject_policy(about_type: str, readable: Policy) -> None:
    """Let ``readable(user, ids)`` choose which messages about ``about_type`` may be read.

    It gets ids as text and is asked once a page. A type without policy is open to everybody who
    may see the list at all.
    """
    _policies[about_type] = readable


def subject_key(about: About) -> tuple[str, str]:
    """Return (type, id) of an instance (``draws.invitation``, ``12``) or of such a pair."""
    if isinstance(about, Model):
        return about._meta.label_lower, str(about.pk)
    return about[0], str(about[1])


def readable_by(user: User, messages: Iterable[Message]) -> set[int]:
    """Return the ids of those ``messages`` whose recipient and text ``user`` may read now."""
    found = list(messages)
    ids: dict[str, set[str]] = defaultdict(set)
    for message in found:
        ids[message.about_type].add(message.about_id)
    open_ids = {
        kind: set(_policies[kind](user, values)) if kind in _policies else values
        for kind, values in ids.items()
    }
    return {message.pk for message in found if message.about_id in open_ids[message.about_type]}
