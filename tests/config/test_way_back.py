"""What earlier versions left counts as it did. A database of today goes back through its migrations and up again, once
for all who look at what becomes of their rows: nearly all of the time goes into the models of each version
(docs/decisions/0381)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration.reading import current
from expertpool.directory.models import Specialty
from expertpool.draws import occasions as draws
from expertpool.draws.enums import InvitationState
from expertpool.draws.models import AnswerRequest, ReleaseRequest, VoidRequest
from expertpool.draws.queries.blocks import candidates_of
from expertpool.draws.services.answers import request_answer
from expertpool.draws.services.releasing import request_release
from expertpool.draws.services.voiding import decide_void, request_void
from expertpool.evaluations.enums import SanctionKind
from expertpool.evaluations.models import Sanction
from expertpool.evaluations.queries.sanctions import all_cautions, cautions_of
from expertpool.evaluations.services.lifts import decide_lift, request_lift
from expertpool.evaluations.services.sanctions import decide_sanction, request_sanction
from expertpool.experts.models import Expert
from expertpool.experts.occasions import CONTACT_CHANGED
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.queries.templates import template_state
from expertpool.notifications.services.account_acts import ACTED
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.queries.stored import is_cut
from expertpool.siteconfig.services import save_settings
from expertpool.workflow.enums import RequestOutcome
from expertpool.workflow.queries.requests import lines_to_decide
from expertpool.workflow.settings import SECOND_DAYS
from tests.attacks.test_dump_narrows import UNITS, block_of, draw_of_units, who_it_may_be
from tests.attacks.test_written_texts import SINK
from tests.config.rules_of_before import choose_rules, rules_count_as_chosen
from tests.database import migrate_on
from tests.factories.accounts import make_user
from tests.factories.draws import expert_id_of, make_draw
from tests.factories.experts import make_expert
from tests.fixtures import login

WEEK = timedelta(days=7)
LATEST = [
    ("evaluations", "0004_cautions_are_taken_back"),
    ("experts", "0054_who_entered_an_expert_stays"),
]
NARROWED = [("draws", "0053_letters_to_nobody")]
UNPROVEN = [("draws", "0050_ids_never_change")]
TEXTS = [("notifications", "0007_channel_health")]
OLDEST = [("draws", "0022_alarms"), ("projects", "0013_approvals_of_contents"), *TEXTS]
TODAY: list[tuple[str, str]] = []
# Up from the first one, for what evaluations know is lost further back.
WAY = (LATEST, TODAY, NARROWED, UNPROVEN, OLDEST, UNPROVEN, TODAY)
# One that makes its rows, and again at each place it names.
Matter = Callable[[User, User], Iterator[list[tuple[str, str]]]]


def _rows_that_narrowed(operator: User, supervisor: User) -> Iterator[list[tuple[str, str]]]:
    """Candidates were narrowed by their rows, and are sealed."""
    draw = draw_of_units()
    people = list(Expert.objects.all())
    candidates, lines = candidates_of(draw), list(draw.invitations.order_by("line"))
    yield NARROWED
    found = [who_it_may_be(line.commit, block_of(draw), people) for line in lines]
    yield TODAY
    assert all(expert_id_of(line) in one for line, one in zip(lines, found, strict=True))
    assert all(len(one) < sum(UNITS) for one in found)
    assert candidates_of(draw) == candidates


def _cautions(operator: User, supervisor: User) -> Iterator[list[tuple[str, str]]]:
    """They go on counting, but for those taken back."""
    now, other_supervisor = timezone.now(), make_user("supervisor")
    expert, other = make_expert(), make_expert()
    for one in (expert, other):
        asked = request_sanction(
            expert=one, kind=SanctionKind.CAUTION, reason="多次接听电话", actor=supervisor, now=now
        )
        decide_sanction(request=asked, agree=True, note="", actor=other_supervisor, now=now)
    lift = request_lift(
        subject=Sanction.objects.get(expert=other), reason="评价已撤回", actor=supervisor, now=now
    )
    decide_lift(request=lift, agree=True, note="", actor=other_supervisor, now=now)
    kept = list(Sanction.objects.order_by("pk").values_list("proof", flat=True))
    yield LATEST
    yield TODAY
    assert [one.expert_id for one in all_cautions()] == [expert.pk]
    assert cautions_of(other)[0].lifted_at == now
    assert list(Sanction.objects.order_by("pk").values_list("proof", flat=True)) == kept


def _tokens(operator: User, supervisor: User) -> Iterator[list[tuple[str, str]]]:
    """The version before finds each by what he holds; whoever holds nothing is there, too."""
    one, other = Specialty.objects.filter(scheme__code="ndrc2018", level=3).order_by("pk")[:2]
    held = {
        make_expert(specialties=some).pk: [f"#{leaf.pk}" for leaf in some]
        for some in ((one, other), (other,), ())
    }
    yield LATEST
    old = MigrationExecutor(connection).loader.project_state(LATEST).apps
    rows = old.get_model("experts", "Expert").objects.filter(pk__in=held)
    assert dict(rows.values_list("pk", "search_tokens")) == held
    yield TODAY
    assert Expert.objects.filter(pk__in=held).count() == len(held)


def _requests_without_end(operator: User, supervisor: User) -> Iterator[list[tuple[str, str]]]:
    """From before they could run out of time: they are kept, those that wait for a week more."""
    long_ago = timezone.now() - timedelta(days=60)
    draw = make_draw(now=long_ago, seats=1, operator=operator, opens_in_hours=600)
    by = {"draw": draw, "actor": operator, "now": long_ago}
    settled, waiting = request_void(reason="重抽", **by), request_release(reason="提前", **by)
    decide_void(request=settled, agree=False, note="否", actor=supervisor, now=long_ago)
    yield OLDEST
    yield TODAY
    settled = VoidRequest.objects.get(pk=settled.pk)
    waiting = ReleaseRequest.objects.get(pk=waiting.pk)
    assert settled.outcome == RequestOutcome.TURNED_DOWN
    assert settled.expires_at == long_ago + WEEK
    assert waiting.outcome == RequestOutcome.WAITING
    assert abs(waiting.expires_at - timezone.now() - WEEK) < timedelta(minutes=30)


def _requests_without_proof(operator: User, supervisor: User) -> Iterator[list[tuple[str, str]]]:
    """Whoever has to decide finds them."""
    now = timezone.now()
    draw = make_draw(now=now, operator=operator, seats=1)
    asked = request_release(draw=draw, reason="评审提前", actor=operator, now=now)
    answer = request_answer(
        invitation=draw.invitations.get(),
        state=InvitationState.ACCEPTED,
        reason="电话",
        actor=operator,
        now=now,
    )
    yield UNPROVEN
    with _kept_aside(AnswerRequest._meta.db_table):  # a table that was not there yet
        yield OLDEST
        yield UNPROVEN
    yield TODAY
    found = [line.asked for line in lines_to_decide(supervisor, now=now + timedelta(minutes=5))]
    assert answer in found
    assert asked in found


@contextmanager
def _kept_aside(table: str) -> Iterator[None]:
    """Put the rows of ``table`` back where it was made anew."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE kept_aside AS TABLE {table}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} SELECT * FROM kept_aside")  # noqa: S608
        cursor.execute("DROP TABLE kept_aside")


def _texts(operator: User, supervisor: User) -> Iterator[list[tuple[str, str]]]:
    """Letters that watch are switched on, and texts kept, but for those that would lead elsewhere."""
    yield OLDEST
    old = MigrationExecutor(connection).loader.project_state(TEXTS)
    template = old.apps.get_model("notifications", "MessageTemplate")
    off = [("draw.alarm", "site"), (CONTACT_CHANGED.code, "sms"), ("account.acted", "sms")]
    for occasion, channel in off:
        template.objects.create(occasion=occasion, channel=channel, active=False)
    good, bad = "好：{{答复链接}}", SINK
    template.objects.create(occasion="draw.invitation", channel="sms", body=good)
    template.objects.create(occasion="draw.standby", channel="sms", body=bad)
    yield TODAY
    rows = {(one.occasion, one.channel): one.active for one in MessageTemplate.objects.all()}
    assert [rows[one] for one in off] == [True, True, False]
    logged = Entry.objects.filter(action="notifications.template_save", actor=None)
    assert {one.subject_label for one in logged} == {
        "draw.alarm 站内信",
        "expert.contact_changed 短信",
    }
    assert template_state(draws.INVITATION, "sms").text.body == good
    assert not template_state(ACTED, "sms").active
    refused = template_state(draws.STANDBY_INVITATION, "sms")
    assert refused.text == draws.STANDBY_INVITATION.default("sms")
    assert "前后只能是" in refused.why_not


def _rules(operator: User, supervisor: User) -> Iterator[list[tuple[str, str]]]:
    """Rules and options are settings beside others that were set, and vouched for."""
    admin = make_user("admin")
    save_settings(
        group=SECOND_DAYS.group,
        values={SECOND_DAYS.code: 30},
        version=version_of(SECOND_DAYS.group),
        actor=admin,
        now=timezone.now() - timedelta(days=3),
    )
    yield OLDEST
    choose_rules()
    yield TODAY
    assert not is_cut(current())
    assert "数据库被直接改动" not in login(Client(), admin).get("/settings/").content.decode()
    rules_count_as_chosen()


MATTERS: tuple[Matter, ...] = (
    _rows_that_narrowed,  # first: of a pool of nobody else
    _cautions,
    _tokens,
    _requests_without_end,
    _requests_without_proof,
    _texts,
    _rules,
)


@pytest.mark.long
@pytest.mark.timeout(1800)  # a hundred migrations, there and back
@pytest.mark.django_db(transaction=True)
def test_what_earlier_versions_left_counts_as_it_did(
    operator: User, supervisor: User, subtests: pytest.Subtests
) -> None:
    going = {one: one(operator, supervisor) for one in MATTERS}
    waits = {one: next(matter) for one, matter in going.items()}
    try:
        for place in WAY:
            _go_to(place)
            for one in [one for one, wanted in waits.items() if wanted == place]:
                with subtests.test(one.__name__):
                    waits[one] = next(going[one], None)  # type: ignore[arg-type]
    finally:
        migrate_on()
    assert set(waits.values()) == {None}


def _go_to(place: list[tuple[str, str]]) -> None:
    if place == TODAY:
        migrate_on()
    else:
        MigrationExecutor(connection).migrate(place)
