"""Telling of a change of the mail server by the one before: the new one may be anybody's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from threading import Thread
from typing import Any

from django.db import connections, transaction

from expertpool.core.configuration.reading import Stored
from expertpool.notifications.channels.base import Outbound, SendStatus
from expertpool.notifications.channels.email.smtp import MailServer, Smtp, mail_server
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.occasions import OCCASIONS, fill
from expertpool.notifications.queries.templates import states_of
from expertpool.notifications.services.sending import Envelope
from expertpool.siteconfig.services import reader

PATIENCE = 10  # seconds for each answer of the server

logger = logging.getLogger(__name__)


def tell_by_old_server(occasion: str, envelopes: Sequence[Envelope], *, before: Stored) -> None:
    """Hand ``envelopes`` with a mail address to the server of the settings ``before``, once the change
    is committed. Nothing where there was none. Best effort: it may be gone, which is why it was changed.
    """
    server = mail_server(reader({}, before))
    if server is None:
        return
    server = replace(server, timeout=min(server.timeout, PATIENCE))
    (state,) = states_of(OCCASIONS[occasion], [ChannelCode.EMAIL])
    letters = []
    for envelope in envelopes:
        if address := envelope.recipient.email:
            text: Any = fill(state.text, envelope.context)
            letters.append(
                Outbound(envelope.key.replace(":", "-"), address, text.subject, text.body)
            )
    # Not by a job, which would need what is not stored any more: the old password.
    transaction.on_commit(lambda: Thread(target=_hand_in, args=(server, letters)).start())


def _hand_in(server: MailServer, letters: Sequence[Outbound]) -> None:
    try:
        for letter in letters:
            result = Smtp(server).send(letter)
            if result.status is not SendStatus.ACCEPTED:
                logger.warning(
                    "the mail server before the change took no letter: %s", result.detail
                )
                return
    finally:
        connections.close_all()  # of this thread: a letter reads how the office is called
