"""An office at work on two hosts: draws that run, experts who answer, letters that are sent."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import Self

import django

django.setup()

from django.db import connection, connections  # noqa: E402 - needs the apps
from django.utils import timezone  # noqa: E402

from expertpool.draws.enums import DrawStatus, InvitationState  # noqa: E402
from expertpool.draws.models import Draw, Invitation  # noqa: E402
from expertpool.draws.settings import QUIET_HOURS  # noqa: E402
from expertpool.notifications.models import Message  # noqa: E402
from tests.factories.accounts import PASSWORD, make_user  # noqa: E402
from tests.factories.siteconfig import configure  # noqa: E402
from tests.fixtures import SMALL  # noqa: E402
from tests.ha.witnesses import Witness  # noqa: E402
from tests.notifications.mail_server import MailServer  # noqa: E402
from tests.torture import office  # noqa: E402

SEATS = 2
REPLY_MINUTES = 1  # who does not answer by then loses his seat
PATIENCE = 300  # seconds until everything is done that was due
RUNS = (DrawStatus.SEALED, DrawStatus.INVITING)
# Each job by how often it was done: the queue notes it in the transaction that ends the job.
DONE = """
    SELECT count(*) FILTER (WHERE done > 1), count(*) FILTER (WHERE done = 1),
        count(*) FILTER (WHERE status = 'succeeded' AND done = 0)
    FROM (
        SELECT jobs.status, count(*) FILTER (WHERE events.type = 'succeeded') AS done
        FROM procrastinate_jobs jobs JOIN procrastinate_events events ON events.job_id = jobs.id
        GROUP BY jobs.id
    ) each
"""
# Each worker looks at the clock; a tick is queued by one of them.
TICKS = """
    SELECT count(*), count(*) FILTER (WHERE times > 1)
    FROM (
        SELECT count(*) AS times FROM procrastinate_jobs WHERE args ? 'timestamp'
        GROUP BY task_name, args->>'timestamp'
    ) each
"""


class Experts(Witness):
    """One after the other answers; notes what the system has acknowledged."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self._random = random
        self.answered: list[tuple[int, str]] = []

    def act(self) -> None:
        try:
            self.answered += office.one_answers(self._random)
        finally:
            connections.close_all()
        self.ended.wait(self._random.uniform(2, 8))


class Office:
    def __init__(self, random: Random) -> None:
        for setting, value in SMALL.items():
            vars(setting)["default"] = value
        self._random, self._mail, self._drawn = random, MailServer(), 0
        self._experts = Experts(random)
        self.witnesses: list[Witness] = [self._experts]
        self._done = ""

    def __enter__(self) -> Self:
        self._mail.__enter__()
        self._mail.configure()
        configure(QUIET_HOURS, None)
        return self

    def __exit__(self, *error: object) -> None:
        connections.close_all()
        self._mail.__exit__(*error)

    def account(self) -> tuple[str, str]:
        """The name and password of an operator."""
        return make_user("operator").username, PASSWORD

    def open_draw(self) -> None:
        office.open_draws(
            1, seats=SEATS, now=timezone.now(), reply_minutes=REPLY_MINUTES, before=self._drawn
        )
        self._drawn += 1
        connections.close_all()

    def end(self) -> list[str]:
        """Let the draws end; return what is lost, done twice or stuck."""
        end = time.monotonic() + PATIENCE
        while Draw.objects.filter(status__in=RUNS).exists() and time.monotonic() < end:
            self._experts.answered += office.one_answers(self._random)
            time.sleep(1)
        office.rest(PATIENCE)
        found = office.faults() + office.not_as_answered(self._experts.answered)
        running = Draw.objects.filter(status__in=RUNS).count()
        found += [f"{running} draws did not end"] if running else []
        with connection.cursor() as cursor:
            cursor.execute(DONE)
            twice, once, untold = cursor.fetchone()
            cursor.execute(TICKS)
            ticks, double = cursor.fetchone()
        if double or not ticks:
            found.append(f"{double} of {ticks} ticks of the clock were queued by two workers")
        if twice or untold:
            found.append(f"{twice} jobs were done twice, {untold} without a note")
        self._done = f"{once} jobs done once"
        return found + self._letters()

    def _letters(self) -> list[str]:
        """No letter was sent twice, and each that says so was sent."""
        ids = Counter(letter["Message-ID"] for letter in self._mail.accepted)
        return [f"letter {name} was sent {count} times" for name, count in ids.items() if count > 1]

    def figures(self) -> str:
        states = dict(Counter(Draw.objects.values_list("status", flat=True)))
        asked = Invitation.objects.exclude(state=InvitationState.INVITED).count()
        return (
            f"draws {states}, {asked} lines, {len(self._experts.answered)} answers, {self._done},"
            f" {Message.objects.count()} messages, {len(self._mail.accepted)} letters taken"
        )
