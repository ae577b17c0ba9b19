"""Jobs of this app."""

from __future__ import annotations

from django.utils import timezone

from expertpool.core.jobs import DEADLINES, MESSAGES, app, retry_external
from expertpool.notifications.services import (
    bounces,
    delivery,
    line,
    password_ends,
    replies,
    reports,
)


@app.task(name="notifications.deliver_message", queue=MESSAGES, retry=retry_external)
def deliver_message(message_id: int) -> None:
    """Make one attempt to send a message; its own retries are jobs of their own."""
    delivery.deliver(message_id=message_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name=delivery.REAPING, queue=DEADLINES, queueing_lock=delivery.REAPING)
def reap_stuck_messages(timestamp: int) -> None:
    """Every minute: bring forward what a dead worker left behind."""
    delivery.reap_stuck(now=timezone.now())


@app.task(name="notifications.ask_provider", queue=MESSAGES, retry=retry_external)
def ask_provider(attempt_id: int) -> None:
    """Ask a provider what became of an attempt; when it is asked again is written with the attempt."""
    reports.ask_provider(attempt_id=attempt_id, now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="notifications.ask_due", queue=DEADLINES, queueing_lock="notifications.ask_due")
def ask_due(timestamp: int) -> None:
    """Every minute: ask of attempts of which nobody knows enough."""
    reports.ask_due(now=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="notifications.keep_line", queue=MESSAGES, queueing_lock="notifications.keep_line")
def keep_line(timestamp: int) -> None:
    """Every minute: see to it that the line to a gateway stands, in the process that sends messages."""
    line.keep_line()


@app.periodic(cron="* * * * *")
@app.task(
    name="notifications.read_bounces", queue=MESSAGES, queueing_lock="notifications.read_bounces"
)
def read_bounces(timestamp: int) -> None:
    """Every minute: read which letters came back."""
    bounces.read_bounces(now=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(
    name="notifications.forget_waiting",
    queue=DEADLINES,
    queueing_lock="notifications.forget_waiting",
)
def forget_waiting(timestamp: int) -> None:
    """Every night: remove reports and replies of which nobody found the message."""
    reports.forget_waiting(now=timezone.now())
    replies.forget_replies(now=timezone.now())


@app.periodic(cron="10 8 * * *")
@app.task(
    name="notifications.tell_ending_passwords",
    queueing_lock="notifications.tell_ending_passwords",
)
def tell_ending_passwords(timestamp: int) -> None:
    """Each morning: tell whose password soon gets too old."""
    password_ends.tell_ending_passwords(now=timezone.now())
