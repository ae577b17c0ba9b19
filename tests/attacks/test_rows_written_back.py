"""Somebody kept a row of before, with the proof that this system made for it, and writes it back after it has
ended: nothing lives again (docs/decisions/0198). As the application the database refuses it; as the owner of the
tables, without its triggers, the log knows better."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import ApiToken, User
from expertpool.accounts.services.roles import Grant, save_role
from expertpool.accounts.services.tokens import find_token, revoke_token
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.codes import certificate_by
from expertpool.certificates.services.issuing import reissue_certificate, revoke_certificate
from expertpool.certificates.services.printing import own_certificate
from expertpool.certificates.services.runs import RunKind, start_run, work_off
from expertpool.core.finality import trigger_of
from expertpool.core.grants import withheld
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.exceptions import NotYourStep
from expertpool.projects.models import Project
from expertpool.projects.services.approval import approve_project
from expertpool.selfservice.models import CalendarFeed
from expertpool.selfservice.services.feed import (
    address_of,
    close_feed,
    expert_by_feed,
    feed_of,
    open_feed,
)
from expertpool.workflow.enums import Verdict
from expertpool.workflow.models import Delegation, TwoPersonRequest
from expertpool.workflow.services.delegations import delegate, end_delegation
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_token, make_user
from tests.factories.certificates import make_certificate
from tests.factories.experts import make_expert
from tests.factories.projects import make_project

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(minutes=5)

Row = dict[str, Any]


def kept(row: models.Model) -> Row:
    """What he copies of a row while it counts."""
    columns = [field.column for field in row._meta.concrete_fields]
    names = ", ".join(f'"{one}"' for one in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {row._meta.db_table} WHERE id = %s", [row.pk])  # noqa: S608
        return dict(zip(columns, cursor.fetchone(), strict=True))


def write_back(model: type[models.Model], row: Row, *, as_owner: bool, anew: bool = False) -> None:
    """Write the row as it was: over the one that is there, or ``anew`` in its place under another id."""
    table, columns = model._meta.db_table, [one for one in row if one != "id"]
    names = ", ".join(f'"{one}"' for one in columns)
    marks = ", ".join(_mark(model, one) for one in columns)
    values = [row[one] for one in columns]
    with connection.cursor() as cursor:
        if as_owner:
            cursor.execute("SET LOCAL session_replication_role = replica")
        if anew:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row["id"]])  # noqa: S608
            cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608
        else:
            cursor.execute(
                f"UPDATE {table} SET ({names}) = ROW({marks}) WHERE id = %s",  # noqa: S608
                [*values, row["id"]],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


def _mark(model: type[models.Model], column: str) -> str:
    field = next(one for one in model._meta.concrete_fields if one.column == column)
    return "%s::jsonb" if isinstance(field, models.JSONField) else "%s"


def refuse(model: type[models.Model], row: Row) -> None:
    """The application is refused what its connection is made to send."""
    assert "DELETE" in withheld()[model._meta.db_table]
    with pytest.raises(IntegrityError, match="stays so"), transaction.atomic():
        write_back(model, row, as_owner=False)


End = Callable[[Certificate, User], object]
ENDS: dict[str, End] = {
    "revoked": lambda one, admin: revoke_certificate(
        certificate=one, reason="违规", actor=admin, now=LATER
    ),
    "reissued": lambda one, admin: reissue_certificate(certificate=one, actor=admin, now=LATER),
}


@pytest.mark.parametrize("end", ENDS)
def test_a_certificate_that_has_ended_is_not_good_again(admin: User, end: str) -> None:
    expert = make_expert(user=make_user("expert"))
    one = make_certificate(expert, now=NOW)
    code, row = one.code, kept(one)
    assert certificate_by(code) == one
    ENDS[end](Certificate.objects.get(pk=one.pk), admin)
    refuse(Certificate, row)
    if end == "reissued":  # of which one is open: he takes that away
        Certificate.objects.filter(replaces=one).update(
            ending="revoked", ended_at=LATER, reason="x"
        )
    write_back(Certificate, row, as_owner=True)
    again = Certificate.objects.get(pk=one.pk)
    assert again.ending == ""
    assert certificate_by(code) is None
    assert Client().get(reverse("certificates:check", args=[code])).status_code == 404
    with pytest.raises(CertificateRefused, match="在系统之外被改动过"):
        own_certificate(expert=expert, certificate=again, actor=expert.user, now=LATER)
    run = start_run(kind=RunKind.PRINT, keys=[one.pk], actor=admin, now=LATER)
    work_off(run_id=run.pk, now=LATER)
    run.refresh_from_db()
    assert (run.made, len(run.refused)) == (0, 1)


def test_what_was_ended_is_still_known_as_that(admin: User) -> None:
    one = make_certificate(now=NOW)
    code = one.code
    revoke_certificate(certificate=one, reason="违规", actor=admin, now=LATER)
    found = certificate_by(code)
    assert found is not None
    assert found.ending == "revoked"


@pytest.mark.parametrize("by", ["closing it", "another address"])
def test_an_address_of_a_calendar_that_has_ended_reads_nothing_again(by: str) -> None:
    expert = make_expert(user=make_user("expert"))
    feed = open_feed(expert=expert, mark=uuid4(), now=NOW)
    token = address_of(feed, expert).rpartition("/")[2].removesuffix(".ics")
    assert expert_by_feed(token) == expert
    row = kept(feed)
    if by == "closing it":
        assert close_feed(expert=expert, actor=expert.user, now=LATER)
    else:
        other = open_feed(expert=expert, mark=uuid4(), now=LATER)
    assert expert_by_feed(token) is None
    refuse(CalendarFeed, row)
    if by == "another address":
        CalendarFeed.objects.filter(pk=other.pk).update(ended_at=LATER)
    for changed in ({}, {"opened_at": LATER + timedelta(minutes=1)}):
        write_back(CalendarFeed, row | changed, as_owner=True)
        assert expert_by_feed(token) is None
        assert feed_of(expert) is None
    again = open_feed(expert=expert, mark=uuid4(), now=LATER + timedelta(minutes=2))
    assert feed_of(expert) == again


@pytest.mark.parametrize("anew", [False, True])
def test_what_was_handed_over_and_ended_decides_nothing_again(admin: User, anew: bool) -> None:
    giver, to = make_user(), make_user("supervisor")
    chief = save_role(
        role=None,
        name="分管领导",
        grants=[Grant("projects.approve", Scope.ALL)],
        levels={},
        actor=admin,
        now=NOW,
    )
    giver.roles.add(chief)
    save_flow(subject="projects.project", steps=[StepData("领导审批", chief)], actor=admin, now=NOW)

    def approve(project: Project) -> Verdict:
        one, user = Project.objects.get(pk=project.pk), User.objects.get(pk=to.pk)
        return approve_project(project=one, version=one.version, actor=user, now=LATER)

    first, second = (make_project(ProjectStatus.PENDING) for _ in range(2))
    ends = NOW + timedelta(days=5)
    made = delegate(to=to, begins_at=NOW, ends_at=ends, reason="出差", actor=giver, now=NOW)
    row = kept(made)
    assert approve(first) == Verdict.APPROVED
    end_delegation(delegation=made, actor=giver, now=LATER)
    refuse(Delegation, row)
    with pytest.raises(NotYourStep):
        approve(second)
    write_back(Delegation, row, as_owner=True, anew=anew)
    with pytest.raises(NotYourStep):
        approve(second)


@pytest.mark.parametrize("anew", [False, True])
def test_a_token_that_was_revoked_acts_for_nobody_again(admin: User, anew: bool) -> None:
    text = make_token(admin, "projects.view").text
    token = find_token(text, now=NOW)
    assert token is not None
    row = kept(token)
    revoke_token(token=token, actor=admin, now=LATER)
    refuse(ApiToken, row)
    write_back(ApiToken, row, as_owner=True, anew=anew)
    assert ApiToken.objects.get().revoked_at is None
    assert find_token(text, now=LATER) is None


def test_the_database_keeps_what_a_model_says_to_be_final() -> None:
    said = {
        (model._meta.db_table, column)
        for model in apps.get_models()
        for column in getattr(model, "final", ())
    }
    assert len(said) >= 10
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname ~ '_(stays|kept)$' AND NOT tgisinternal"
        )
        kept = {name for (name,) in cursor.fetchall()}
    assert kept >= {trigger_of(*one) for one in said}
    # Where drafts may go, what went out may not.
    never = {table for table, rights in withheld().items() if "DELETE" in rights}
    assert {table for table, _ in said if f"{table}_kept" not in kept} <= never


# Columns that say an end by their name, and need no `final`: why.
KEPT_OTHERWISE = {
    "notifications_attempt.ended_at": "an answer may come after the attempt was given up; it lets nothing in (0255)",
    "operations_alert.ended_at": "nothing is let in by it; what it is about is measured anew (0177)",
    "backups_backup.removed_at": "the folder of the backups is believed, no row (0177)",
    "draws_draw.ended_at": "by its status, which the log knows (0173)",
    "draws_emergency.ended_at": "the log is asked (0134); a forged one is deleted where one is declared",
    "draws_planversion.decided_at": "an approval has a proof of its version (0134)",
    "workflow_approval.ended_at": "its moves only grow (0173)",
    "workflow_confirmationcode.used_at": "its request has ended, which stays so (0115)",
    "joining_application.decided_at": "its versions only grow (0193)",
    "joining_registration.used_at": "gone after a day; the account is asked for its rights (0192)",
    "changes_career.removed_at": "its expert's own line, deleted once that may be told (0197)",
    "changes_work.removed_at": "as above",
    "experts_avoidanceunit.removed_at": "as above: an avoidance that is written counts like a new one",
    "inspections_inspection.decided_at": "taken back where the office lets somebody hand in anew",
    "fees_accountcode.used_at": "over after ten minutes; what it did finance looks at (0303)",
    "fees_feeline.ended_at": "when a review was over; what was sent stays as a whole (0284)",
    "files_attachment.removed_at": "its expert's own file, deleted once that may be told (0197)",
    "projects_project.decided_at": "its status has a proof and a number that only grows (0134)",
    "projects_task.cancelled_at": "a note among those who work on a project",
    "papers_papertemplate.used_at": "when it was last used",
}
ENDED = re.compile(r"(ended|revoked|cancelled|removed|withdrawn|closed|decided|lifted|used)_at")


def test_each_column_that_says_an_end_is_kept() -> None:
    """A new one: say it in `final`, or here why it needs none."""
    found = {
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("expertpool.")
        for field in model._meta.concrete_fields
        if ENDED.fullmatch(field.name)
        and field.null
        and field.name not in getattr(model, "final", ())
        and not issubclass(model, TwoPersonRequest)  # which have triggers of their own (0115)
    }
    assert found == set(KEPT_OTHERWISE)
