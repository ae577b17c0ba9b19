from __future__ import annotations

import io
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from expertpool.accounts.models import User
from expertpool.accounts.services.demo import DEMO_PASSWORD
from expertpool.audit.models import Entry
from expertpool.draws.enums import SEATED_STATES
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.services.demo import TAG
from expertpool.evaluations.models import Evaluation
from expertpool.experts.models import Expert, Tag
from expertpool.experts.queries.experts import expert_for
from expertpool.points.models import PointEntry
from expertpool.projects.models import Project
from expertpool.reports.queries.candidacies import candidacies_of
from expertpool.reviews.models import ItemAssignment, Review
from expertpool.reviews.queries.progress import progress_of
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Expert, Project, Draw, Entry))


def test_the_demonstration_is_made_once(db: None) -> None:
    output = run("seed_demo")
    assert DEMO_PASSWORD in output
    before = counts()
    assert all(before)
    run("seed_demo")
    assert counts() == before
    expert = expert_for(User.objects.get(username="expert"))
    assert expert is not None
    states = set(Project.objects.values_list("draw_state", flat=True))
    assert states == {"not_drawn", "drawing", "success", "unsatisfied"}
    # One review is over: his record, his points and his schedule tell of the same.
    line = Invitation.objects.get(expert=expert)
    assert (line.draw.project.number, line.state) == ("YS-011", "accepted")
    assert [one.draw for one in candidacies_of(expert)] == [line.draw]
    # Of the group that is asked few sit in a draw, so that its list does not tell who does.
    group = Tag.objects.get(name=TAG).experts.count()
    for number in ("YS-003", "YS-010"):
        seated = Invitation.objects.filter(draw__project__number=number, state__in=SEATED_STATES)
        assert 2 <= seated.count() <= group / 2
    # In the one review the demo account may still score, of the other all sheets are in.
    waiting, ended, shared = Review.objects.order_by("project__number")
    assert [one.is_missing for one in progress_of(waiting)].count(True) == 1
    assert (waiting.ended_at, bool(ended.ended_at)) == (None, True)
    # The third is shared out by chance, and half of its experts have submitted.
    assert ItemAssignment.objects.get(review=shared).drawn_at
    assert [one.submission is not None for one in progress_of(shared)] == [True, False] * 3
    # Two are still to be rated.
    rated = Evaluation.objects.filter(closed_at=None).order_by("project__number")
    assert [one.project.number for one in rated] == ["YS-012", "YS-013"]
    entries = PointEntry.objects.filter(invitation=line)
    assert sorted(entry.label for entry in entries) == ["参加评审", "确认参加"]


@pytest.mark.parametrize(("stage", "filled"), [("pool", False), ("draw", True)])
def test_a_stage_has_what_comes_before_it(stage: str, filled: bool) -> None:
    run("seed_demo", "--stage", stage)
    assert Expert.objects.exists()
    assert Project.objects.exists() is filled
    assert not Draw.objects.exists()


def test_an_installation_in_use_is_left_alone(db: None) -> None:
    make_user("admin")
    output = run("seed_demo", "--if-empty")
    assert (User.objects.count(), Expert.objects.count()) == (1, 0)
    assert "operator" not in output


def test_a_first_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Ganz-geheim-1\n"))
    run("create_admin", "chef", "--name", "主管")
    user = User.objects.get(username="chef")
    assert user.check_password("Ganz-geheim-1")
    assert user.has_permission("accounts.roles")
    assert Entry.objects.get(action="user.create").actor is None


def test_an_administrator_with_a_one_time_password(db: None) -> None:
    output = run("create_admin", "chef", "--name", "主管", "--one-time")
    user = User.objects.get(username="chef")
    assert user.must_change_password
    assert user.check_password(output.split("一次性密码：")[1].strip())


@pytest.mark.parametrize("password", ["", "schwach"])
def test_an_administrator_needs_a_good_password(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    with pytest.raises(CommandError):
        run("create_admin", "chef", "--name", "主管")
    assert not User.objects.exists()
