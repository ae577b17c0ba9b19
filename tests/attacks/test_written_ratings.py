"""Somebody with live SQL takes ratings out of a mean, lays them upon others, answers objections and cautions experts:
most of it the database refuses; the rest counts for nothing, and is told (docs/decisions/0267)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.actions import FORGED
from expertpool.audit.models import Entry
from expertpool.audit.services.health import find_forged
from expertpool.core.health import Health
from expertpool.core.mandates import look_at_all
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.exports import MeasureExport
from expertpool.evaluations.models import CautionObjection, Rating, RatingObjection, Sanction
from expertpool.evaluations.queries.ratings import ratings_of, summary_of
from expertpool.evaluations.queries.sanctions import all_cautions, cautions_of
from expertpool.evaluations.services.lifts import request_lift
from expertpool.evaluations.services.objections import answer_objection
from expertpool.evaluations.services.sanctions import decide_sanction, request_sanction
from expertpool.experts.models import Expert
from tests.factories.accounts import make_user
from tests.factories.evaluations import make_caution_objection, make_objection, make_rating
from tests.factories.experts import give_account, make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def as_owner(statement: str, *values: Any) -> None:
    write("SET LOCAL session_replication_role = replica")
    write(statement, *values)
    write("SET LOCAL session_replication_role = origin")


def is_told() -> bool:
    return find_forged(timezone.now()).state is Health.FAILED


@pytest.fixture
def rating(operator: User) -> Rating:
    expert = make_expert("王立新")
    give_account(expert, make_user("expert", name="王立新"))
    return make_rating(expert, operator, now=NOW)


@pytest.mark.parametrize(
    "column", ["expert_id", "invitation_id", "evaluation_id", "rater_id", "form_id", "target"]
)
def test_a_rating_is_laid_upon_nobody_else(rating: Rating, column: str) -> None:
    """By another expert it left one mean for another, by a line of a draw that was voided it left all."""
    value = "organiser" if column == "target" else 1_000_000
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(**{column: value})
    assert not is_told()


def test_a_rating_that_is_laid_elsewhere_counts_not_and_is_told(rating: Rating) -> None:
    other = make_expert()
    as_owner("UPDATE evaluations_rating SET expert_id = %s WHERE id = %s", other.pk, rating.pk)
    assert len(ratings_of(other)) == 1
    assert summary_of(ratings_of(other)).reviews == 0
    assert is_told()


def test_a_rating_that_somebody_withdraws_is_told_however_old_it_is(
    rating: Rating, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("UPDATE evaluations_rating SET withdrawn_at = now() WHERE id = %s", rating.pk)
    assert "专家评价 1 项" in find_forged(timezone.now()).figure
    # Among the latest it is no more: the night finds it.
    monkeypatch.setattr("expertpool.core.mandates.LATEST", 0)
    assert not is_told()
    assert look_at_all(now=timezone.now()) == 1
    assert Entry.objects.filter(action=FORGED, subject_id=rating.pk).count() == 1
    assert is_told()


def test_a_rating_that_somebody_adds_makes_nobody_look_careless(
    client: Client, operator: User, admin: User
) -> None:
    expert, now = make_expert("王立新"), timezone.now()
    rating = make_rating(expert, operator, now=now)
    columns = ", ".join(
        one.column
        for one in Rating._meta.concrete_fields
        if one.column not in ("id", "uid", "rater_id", "scores")
    )
    write(
        f"INSERT INTO evaluations_rating (uid, rater_id, scores, {columns})"  # noqa: S608 (of the model)
        f" SELECT gen_random_uuid(), %s, %s::jsonb, {columns} FROM evaluations_rating WHERE id = %s",
        admin.pk,
        json.dumps(dict.fromkeys(rating.scores, 10)),
        rating.pk,
    )
    assert Rating.objects.count() == 2
    page = login(client, admin).get(reverse("evaluations:measures"))
    assert 'data-label="认真程度">85.0<' in re.sub(r"\s+", " ", page.content.decode())
    (row,) = MeasureExport().rows(admin, page.wsgi_request.GET).iterator(1)
    assert row.diligence == 85
    assert is_told()


def test_what_was_withdrawn_for_an_objection_is_ours(
    rating: Rating, operator: User, supervisor: User
) -> None:
    objection = make_objection(rating)
    answer_objection(
        objection=objection, uphold=True, answer="属实", actor=supervisor, now=objection.asked_at
    )
    assert not is_told()
    assert look_at_all(now=timezone.now()) == 0
    changes: list[dict[str, Any]] = [{"upheld": False}, {"answer": "x"}, {"answered_by": operator}]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            RatingObjection.objects.filter(pk=objection.pk).update(**change)


def test_an_answer_that_nobody_gave_is_marked_and_told(
    client: Client, rating: Rating, supervisor: User
) -> None:
    objection = make_objection(rating)
    write(
        "UPDATE evaluations_ratingobjection SET upheld = false, answer = '维持', answered_by_id = %s,"
        " answered_at = now() WHERE id = %s",
        supervisor.pk,
        objection.pk,
    )
    assert RatingObjection.objects.get().state_label == "答复被改动过"
    assert is_told()
    assert rating.expert is not None
    assert rating.expert.user is not None
    page = login(client, rating.expert.user).get(
        reverse("evaluations:own_rating", args=[rating.pk])
    )
    assert "维持" not in page.content.decode()


@pytest.fixture
def expert(db: None) -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def test_a_caution_that_nobody_agreed_to_is_none(
    expert: Expert, operator: User, supervisor: User
) -> None:
    asked = request_sanction(
        expert=expert, kind=SanctionKind.CAUTION, reason="多次接听电话", actor=operator, now=NOW
    )
    write(
        "UPDATE evaluations_sanction SET agreed = true, decided_by_id = %s, decided_at = requested_at"
        " WHERE id = %s",
        supervisor.pk,
        asked.pk,
    )
    assert cautions_of(expert) == []
    assert not all_cautions().exists()  # rules count none
    assert is_told()


def test_a_caution_is_neither_taken_away_nor_laid_upon_another(
    expert: Expert, supervisor: User
) -> None:
    asked = request_sanction(
        expert=expert, kind=SanctionKind.CAUTION, reason="多次接听电话", actor=supervisor, now=NOW
    )
    decide_sanction(request=asked, agree=True, note="", actor=make_user("supervisor"), now=NOW)
    assert cautions_of(expert) == [asked]
    changes: list[dict[str, Any]] = [
        {"agreed": False},
        {"expert": make_expert()},
        {"kind": "blacklist"},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            Sanction.objects.filter(pk=asked.pk).update(**change)
    assert not is_told()
    # Nor is it taken back by one person who writes that another agreed.
    lift = request_lift(
        subject=asked, reason="评价已撤销，警告不再有依据", actor=supervisor, now=NOW
    )
    write(
        "UPDATE evaluations_cautionlift SET agreed = true, decided_by_id = %s, decided_at = requested_at"
        " WHERE id = %s",
        make_user("supervisor").pk,
        lift.pk,
    )
    assert [one.lifted_at for one in cautions_of(expert)] == [None]
    assert all_cautions().get() == asked
    assert "撤销警告 1 项" in find_forged(timezone.now()).figure
    as_owner("UPDATE evaluations_sanction SET reason = '别的' WHERE id = %s", asked.pk)
    assert Sanction.objects.filter(agreed=True).exists()
    assert cautions_of(expert) == []
    assert is_told()


def test_a_caution_is_set_aside_by_nobody_who_writes_the_answer(
    expert: Expert, supervisor: User
) -> None:
    objection = make_caution_objection(expert)
    said = [True, "属实", supervisor.pk, objection.pk]
    write(
        "UPDATE evaluations_cautionobjection SET upheld = %s, answer = %s, answered_by_id = %s,"
        " answered_at = now() WHERE id = %s",
        *said,
    )
    assert CautionObjection.objects.get().state_label == "答复被改动过"
    assert all_cautions().exists()
    (shown,) = cautions_of(expert)
    assert shown.lifted_at is None
    assert is_told()
