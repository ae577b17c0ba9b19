"""Somebody with live SQL writes objections that nobody made, into what waits for an answer and into what a public notice takes: they
are answered, counted and shown by nobody, told, and take no place (docs/decisions/0456)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.mandates import forged_rows
from expertpool.evaluations.exceptions import EvaluationRefused
from expertpool.evaluations.models import CautionObjection, RatingObjection
from expertpool.evaluations.services.caution_objections import (
    answer_caution_objection,
    object_to_caution,
)
from expertpool.evaluations.services.objections import answer_objection, object_to
from expertpool.projects.enums import ProjectStatus
from expertpool.workflow.enums import StepKind
from expertpool.workflow.models import Objection, PublicNotice
from expertpool.workflow.queries.notices import objections_to
from expertpool.workflow.services.flows import StepData
from expertpool.workflow.services.objections import MOST, file_objection
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_caution, make_rating
from tests.factories.experts import give_account, make_expert
from tests.factories.projects import make_project
from tests.fixtures import login
from tests.workflow.test_fuller_steps import chief, draw_up

__all__ = ["chief"]  # fixture
pytestmark = pytest.mark.django_db
WORDS = "当天签到系统故障，我九点前已到场"


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_nobody_answers_what_nobody_said_of_a_rating_and_its_expert_still_may(
    operator: User, admin: User
) -> None:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    rating = make_rating(expert, operator)
    write(
        "INSERT INTO evaluations_ratingobjection (rating_id, uid, text, asked_at, answer)"
        " VALUES (%s, %s, 'x', now() - interval '3 days', '')",
        rating.pk,
        uuid4(),
    )
    forged = RatingObjection.objects.get()
    now = timezone.now()
    assert forged_rows(now=now) == {"评价申诉及其答复": 1}
    page = login(Client(), admin).get(reverse("evaluations:objections")).content.decode()
    assert "不是在系统中提出的" in page
    assert reverse("evaluations:answer", args=[forged.pk]) not in page
    said = {"uphold": True, "answer": "情况属实，予以撤销", "actor": admin, "now": now}
    with pytest.raises(EvaluationRefused, match="不是专家在系统中提出的"):
        answer_objection(objection=forged, **said)  # type: ignore[arg-type]
    assert expert.user is not None
    own = login(Client(), expert.user)
    assert own.get(reverse("evaluations:own")).status_code == 200
    made = object_to(rating=rating, expert=expert, text=WORDS, actor=expert.user, now=now)
    assert RatingObjection.objects.get() == made
    assert RatingObjection.objects.get().readable_text == WORDS
    assert forged_rows(now=now) == {}
    with pytest.raises(EvaluationRefused, match="已经申诉过"):
        object_to(rating=rating, expert=expert, text=WORDS, actor=expert.user, now=now)


def test_nor_of_a_caution() -> None:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert"))
    caution, now = make_caution(expert), timezone.now()
    write(
        "INSERT INTO evaluations_cautionobjection (caution_id, uid, text, asked_at, answer)"
        " VALUES (%s, %s, '', now(), '')",
        caution.pk,
        uuid4(),
    )
    said = {"uphold": True, "answer": "情况属实，予以撤销", "now": now}
    with pytest.raises(EvaluationRefused, match="不是专家在系统中提出的"):
        answer_caution_objection(
            objection=CautionObjection.objects.get(),
            actor=make_user("supervisor"),
            **said,  # type: ignore[arg-type]
        )
    assert expert.user is not None
    caution = type(caution).objects.get(pk=caution.pk)
    object_to_caution(caution=caution, expert=expert, text=WORDS, actor=expert.user, now=now)
    assert CautionObjection.objects.get().readable_text == WORDS


def test_they_fill_no_notice_and_stop_no_page(admin: User, chief: Any) -> None:
    draw_up(admin, StepData("公示", kind=StepKind.NOTICE, days=3), StepData("终审", chief))
    project = make_project(ProjectStatus.PENDING)
    notice = PublicNotice.objects.get()
    write(
        "INSERT INTO workflow_objection"
        " (code, notice_id, name, contact, text, filed_at, address_index, once, proof)"
        " SELECT gen_random_uuid(), %s, 'x', 'x', 'x', now(), decode(md5('a'), 'hex'),"
        " decode(md5(n::text), 'hex'), decode(md5(n::text), 'hex') FROM generate_series(1, %s) n",
        notice.pk,
        MOST,
    )
    said = {"name": "乙", "contact": "13800000001", "text": "与事实不符", "address": "192.0.2.1"}
    own = file_objection(notice=notice, **said, now=notice.begins_at)  # type: ignore[arg-type]
    assert Objection.objects.count() == MOST + 1
    assert objections_to(PublicNotice.objects.all()) == [own]
    assert forged_rows(now=notice.begins_at) == {"公示期间的异议": MOST}
    page = login(Client(), admin).get(reverse("projects:detail", args=[project.pk]))
    assert page.status_code == 200
