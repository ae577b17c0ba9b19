"""What a message is about, and who may read such messages.

An upper app declares it for its subjects: while an expert's name is sealed, the texts and
recipients of the messages about it are shown to nobody but the recipient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet

from expertpool.core.catalogue import Catalogue
from expertpool.notifications.models import Message

if TYPE_CHECKING:
    from expertpool.accounts.models import User

SEALED, PRIVATE = "名单公开后可见", "仅收件人可见"

About = Model | tuple[str, str | int]


@dataclass(frozen=True)
class MessageSubject:
    """Messages about ``code`` (``draws.invitation``): ``readable(user, ids)`` returns those of the
    ids whose messages ``user`` may read now.

    It gets ids as text and is asked once a page. A type that nobody declared is open to everybody
    who may see the list at all.

    ``held_until(occasion, id, channel, now)`` returns until when a message of ``occasion`` about ``id`` must
    wait over ``channel``, None when it may go out; it is asked at each attempt. ``late(id, now)`` returns the values
    of the occasion's late placeholders for a message that goes out now. ``withheld(occasion, id, now)`` says
    that it goes to nobody any more, which no row may say: it is kept as one that went out. ``sealed`` stands in place
    of a recipient who may not be read, and ``fares`` says whether whoever may not read one is told how it fares. ``own(user)`` returns the ids behind which he is himself, where
    that is a secret: letters about one go to nobody else (docs/decisions/0085).
    ``named``: who gets one is no secret, only what it says.
    ``searched(user)`` gives the ids, as text, of those whose state ``user`` may search by; of a type whose recipients can be sealed nothing else is found so.
    """

    code: str
    readable: Callable[[User, Collection[str]], Collection[str]]
    held_until: Callable[[str, str, str, datetime], datetime | None] = (
        lambda occasion, pk, channel, now: None
    )
    late: Callable[[str, datetime], Mapping[str, str]] = lambda pk, now: {}
    withheld: Callable[[str, str, datetime], bool] = lambda occasion, pk, now: False
    sealed: str = SEALED
    fares: bool = False
    own: Callable[[User], Collection[int]] | None = None
    searched: Callable[[User], Collection[str] | QuerySet[Any]] = lambda user: ()
    named: bool = False


MESSAGE_SUBJECTS: Catalogue[MessageSubject] = Catalogue("message subject")


def private_subject(
    code: str,
    *,
    late: Callable[[str, datetime], Mapping[str, str]] = lambda pk, now: {},
    fares: bool = True,
    named: bool = False,
) -> MessageSubject:
    """Return the subject of messages that nobody reads but who gets them, now or ever: the link or
    the code in them acts for him."""
    return MessageSubject(
        code, readable=lambda user, ids: (), late=late, sealed=PRIVATE, fares=fares, named=named
    )


def subject_key(about: About) -> tuple[str, str]:
    """Return (type, id) of an instance (``draws.invitation``, ``12``) or of such a pair."""
    if isinstance(about, Model):
        return about._meta.label_lower, str(about.pk)
    return about[0], str(about[1])


def is_secret_whom(about: About) -> bool:
    """Tell whether it is a secret who is told about this: no row of a letter may say (0085, 0116)."""
    subject = MESSAGE_SUBJECTS.get(subject_key(about)[0])
    return subject is not None and subject.own is not None


def sealed_words(message: Message) -> str:
    """Return what stands in place of the recipient of ``message`` while he may not be read."""
    subject = MESSAGE_SUBJECTS.get(message.about_type)
    return subject.sealed if subject else SEALED


def is_fate_told(message: Message) -> bool:
    """Tell whether those who may not read ``message`` are told how it fares."""
    subject = MESSAGE_SUBJECTS.get(message.about_type)
    return subject is not None and subject.fares


def is_named(message: Message) -> bool:
    """Tell whether all who see the record of ``message`` may know who got it, whatever it says."""
    subject = MESSAGE_SUBJECTS.get(message.about_type)
    return subject is not None and subject.named


def searched_by(user: User) -> Q:
    """Return the condition of messages whose state ``user`` may search by: by others' he would learn
    what their rows do not tell him."""
    kinds = [subject for subject in MESSAGE_SUBJECTS if not subject.fares]
    found = ~Q(about_type__in=[kind.code for kind in kinds])
    for kind in kinds:
        found |= Q(about_type=kind.code, about_id__in=kind.searched(user))
    return found


def readable_by(user: User, messages: Iterable[Message]) -> set[int]:
    """Return the ids of those ``messages`` whose recipient and text ``user`` may read now."""
    found = list(messages)
    ids: dict[str, set[str]] = defaultdict(set)
    for message in found:
        ids[message.about_type].add(message.about_id)
    open_ids = {
        kind: set(MESSAGE_SUBJECTS[kind].readable(user, values))
        if kind in MESSAGE_SUBJECTS
        else values
        for kind, values in ids.items()
    }
    return {message.pk for message in found if message.about_id in open_ids[message.about_type]}
