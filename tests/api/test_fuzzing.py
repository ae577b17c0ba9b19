"""Whatever is sent: no failure of ours, and no answer that the description does not tell of.

schemathesis makes the values from the description, the same ones in each run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as run_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from expertpool.files.services import attach
from expertpool.projects.enums import ProjectStatus
from expertpool.reviews.services.organising import Terms, Thing, add_items, create_review
from tests.api.caller import Caller
from tests.api.test_attachments import PDF, form
from tests.factories.accounts import make_department, make_user
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tools.openapi import description

# Not that of `config.wsgi`, which asks the database for the keys as it starts.
application = get_wsgi_application()
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 10

schema = schemathesis.openapi.from_dict(json.loads(description()))
operations = [found.ok() for found in schema.get_all_operations()]


def site(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The web application, with its answers read to the end: schemathesis does not close them."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the connection of the test's transaction between calls, as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def world(once: Any, media_once: None) -> dict[str, Any]:
    """A caller with all rights, and a row for each address: ids by the last word of the path."""
    with once():
        return make_rows()


def make_rows() -> dict[str, Any]:
    caller = Caller(make_user("admin", department=make_department()))
    now = timezone.now()
    expert, *_ = (make_expert() for _ in range(3))
    project = make_project(ProjectStatus.DRAFT, applicant=caller.user)
    batch = make_batch(make_members(72, 96, now=now), now=now)
    apart = make_members(72, 96, now=now)
    stored = attach(
        subject=project,
        uploaded_file=form(project, PDF)["file"],
        actor=caller.user,
        now=now,
    )
    reviewed = make_project(ProjectStatus.DRAFT, applicant=caller.user)
    review = create_review(project=reviewed, terms=Terms(), actor=caller.user, now=now)
    (item,) = add_items(review=review, things=[Thing("T-1", "标书")], actor=caller.user, now=now)
    return {
        "caller": caller,
        "draft": project.pk,
        "pending": make_project(ProjectStatus.PENDING, department=make_department()).pk,
        "ready": make_ready_project(now=now, seats=1).pk,
        "draw": make_draw(now=now, seats=1).pk,
        "attachment": stored.pk,
        "batch": batch.pk,
        "expert": expert.pk,
        "item": item.pk,
        "review": review.pk,
        "apart": [member.pk for member in apart],
    }


def place(path: str, world: dict[str, Any]) -> dict[str, Any]:
    """Return ids that exist, in a state in which the call can succeed."""
    project = "ready" if path.endswith(("plan", "prequery", "draws")) else "draft"
    if path.endswith(("approve", "reject")):
        project = "pending"
    ids = {
        "project_id": world[project],
        "draw_id": world["draw"],
        "attachment_id": world["attachment"],
        "batch_id": world["batch"],
        "expert_id": world["expert"],
        "review_id": world["review"],
        "item_id": world["item"],
    }
    return {name: value for name, value in ids.items() if f"{{{name}}}" in path}


def point_at(case: Any, world: dict[str, Any]) -> None:
    """Let a body name rows that exist; no description can know their ids."""
    known = {
        "department_id": world["caller"].user.department_id,
        "subject_type": "projects.project",
        "subject_id": str(world["draft"]),
        "project_ids": world["apart"],
    }
    if isinstance(case.body, dict):
        case.body.update({name: known[name] for name in known.keys() & case.body.keys()})


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
@pytest.mark.parametrize("operation", operations, ids=lambda one: one.label)
def test_every_answer_is_one_that_is_described(
    operation: Any, mode: GenerationMode, world: dict[str, Any]
) -> None:
    fixed = {"path_parameters": place(operation.path, world)} if mode.is_positive else {}
    checks = CHECKS if mode.is_positive else [*CHECKS, negative_data_rejection]
    headers = {"Authorization": f"Bearer {world['caller'].token.text}"}

    @run_settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **fixed))
    def answered(case: Any) -> None:
        if mode.is_positive:
            point_at(case, world)
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=checks, app=site)
            transaction.set_rollback(True)

    answered()
