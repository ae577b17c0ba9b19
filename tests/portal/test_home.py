from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from expertpool.accounts.models import LoginRecord, Role, RolePermission, User
from expertpool.accounts.services.demo import DEMO_PASSWORD
from expertpool.accounts.services.duties import make_roles
from expertpool.audit.models import Entry
from expertpool.core.models import AskedJob
from expertpool.draws.enums import SEATED_STATES
from expertpool.draws.exceptions import WideningRefused
from expertpool.draws.models import Draw, DrawPlan, Invitation
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.panel import who_sat
from expertpool.draws.services.demo import TAG
from expertpool.draws.services.widening import request_widening
from expertpool.draws.settings import QUIET_HOURS
from expertpool.evaluations.enums import Target
from expertpool.evaluations.models import Evaluation
from expertpool.experts.models import Expert, Tag
from expertpool.experts.queries.experts import expert_for
from expertpool.fees.models import PaymentBatch, PaymentRequest
from expertpool.points.models import PointEntry
from expertpool.portal.services.demo import STAGES
from expertpool.projects.models import Project
from expertpool.reports.queries.candidacies import candidacies_of
from expertpool.reviews.models import ItemAssignment, Review, ReviewResult
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.results import Summary, names_in
from tests.factories.accounts import make_user
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.portal.dumped import EMPLOYERS, NAMES, WORDS, told_by

pytestmark = pytest.mark.django_db
# Of an administrator, who sees all of it: the session and his rights, one for all kinds of todo, one for all
# numbers, one for all counts of the menu; what two persons decide is asked once for all matters; each kind of what
# the demonstration has waiting for him, once.
# Whether anybody may be drawn by the plans that wait for a draw: these, their groups and levels, the words that
# they name and the fields that joined, each once for all of them (docs/decisions/0553).
MOST_QUERIES = 47  # what a new installation still needs, by one; a dozen ask to which of those who wait an administrator may agree
ROLES = (
    *("admin", "operator", "department", "supervisor"),
    *("finance", "auditor", "expert", "applicant"),
)


@pytest.fixture(scope="module")
def demonstration(once: Any, media_once: None) -> dict[str, tuple[bool, ...]]:
    """Made by the stages of the command, one after the other: what there was after each."""
    found = {}
    with once():
        for stage in STAGES:
            call_command("seed_demo", "--stage", stage, stdout=StringIO())
            found[stage] = tuple(model.objects.exists() for model in (Expert, Project, Draw))
    return found


@pytest.fixture
def demo(demonstration: object) -> dict[str, User]:
    """The whole demonstration, at any hour; the demo accounts by role."""
    configure(QUIET_HOURS, None)
    return {user.username: user for user in User.objects.filter(username__in=ROLES)}


def home(user: User) -> Any:
    return login(Client(), user).get("/").context


def labels(items: Any) -> list[str]:
    return [item.label for item in items]


@pytest.mark.shows("OVW-03", "SYS-13")
def test_each_role_has_its_own_menu_and_home_page(demo: dict[str, User]) -> None:
    pages = {role: home(user) for role, user in demo.items()}
    menus = {
        role: tuple(item["label"] for group in page["menu_groups"]() for item in group["items"])
        for role, page in pages.items()
    }
    contents = {
        role: (tuple(labels(page["stats"])), tuple(labels(page["shortcuts"])), page["has_todos"])
        for role, page in pages.items()
    }
    assert set(menus) == set(ROLES)
    assert len(set(menus.values())) == len(ROLES)
    assert len(set(contents.values())) == len(ROLES)


@pytest.mark.shows("OVW-10")
def test_each_group_of_modules_has_its_list(demo: dict[str, User]) -> None:
    """专家管理、评审抽取、综合评价、通知、专家费、成果平台: who has one of them finds its list behind its first entries; the
    demonstration has rows in each."""
    modules = {"experts", "projects", "evaluations", "notifications", "fees", "achievements"}
    held = {}
    for role, user in demo.items():
        client = login(Client(), user)
        groups = {one["code"]: one["items"] for one in client.get("/").context["menu_groups"]()}
        held[role] = modules & groups.keys()
        for code in held[role]:
            pages = [client.get(item["url"]) for item in groups[code][:2]]
            assert {page.status_code for page in pages} == {200}, (role, code)
            rows = [
                page.context["page"].paginator.count for page in pages if "page" in page.context
            ]
            assert any(rows) or role not in {"admin", "auditor"}, code
    assert held["admin"] == held["auditor"] == modules
    assert held["operator"] >= {"experts", "projects", "evaluations", "fees"}
    assert held["finance"] >= {"projects", "fees"}
    assert "projects" in held["department"]
    assert held["expert"] == held["applicant"] == set()  # their own pages stand at the top


def test_a_number_that_is_nothing_is_a_nought(client: Client) -> None:
    """An office on its first day has noughts, not empty tiles."""
    page = login(client, make_user("admin")).get("/").content.decode()
    shown = re.findall(r'<span class="stat-value">(.*?)</span>', page, re.DOTALL)
    assert shown
    assert all(value.strip() for value in shown), shown


@pytest.mark.shows("OVW-03")
def test_each_role_counts_what_it_may_see(demo: dict[str, User]) -> None:
    stats = {
        role: {stat.label: stat.value for stat in home(user)["stats"]}
        for role, user in demo.items()
    }
    assert stats["admin"]["在库专家"] == stats["operator"]["在库专家"] > 200
    fees = stats["finance"].pop("劳务费记录")
    assert fees == stats["admin"]["劳务费记录"] > 0
    assert stats["finance"] == {"项目": 13, "待抽取项目": 1}
    assert stats["department"]["项目"] == 13
    assert {"今年参评", "今年实收（元）", "我的积分"} <= stats["expert"].keys()
    other = make_user("department", department=None)
    assert {stat.label: stat.value for stat in home(other)["stats"]}["项目"] == 0


def test_every_number_leads_to_a_list_with_so_many_rows(demo: dict[str, User]) -> None:
    LoginRecord.objects.create(
        at=timezone.now(), account="x", address="10.0.0.1", outcome="unknown_account"
    )
    User.objects.filter(username="expert").update(
        locked_until=timezone.now() + timedelta(minutes=5)
    )
    client = login(Client(), demo["admin"])
    for stat in client.get("/").context["stats"]:
        page = client.get(stat.url).context["page"]
        assert page.paginator.count == stat.value, stat.label


def test_what_waits_leads_to_where_it_is_done(demo: dict[str, User]) -> None:
    for role in ("operator", "supervisor", "department", "admin"):
        client = login(Client(), demo[role])
        todos = client.get("/").context["todos"]
        assert todos, role
        for todo in todos:
            assert client.get(todo.url).status_code == 200, todo


def test_todos_of_each_role(demo: dict[str, User]) -> None:
    titles = {
        role: [todo.title.split("：")[0] for todo in home(user)["todos"]]
        for role, user in demo.items()
    }
    assert titles["operator"] == ["抽取专家", "补足专家", "评价专家"]
    # The other project is on public notice.
    assert titles["supervisor"] == ["审核项目", "答复个人信息请求", "答复评价申诉"]
    assert titles["department"] == ["修改项目"]
    assert titles["finance"] == ["核对收款账户"]
    assert titles["auditor"] == []
    assert titles["expert"] == ["评审打分", "提交年检", "签劳务费确认函", "阅读通知"]


def test_nothing_is_said_twice(demo: dict[str, User]) -> None:
    """What an app shows in words of its own is not shown by 待我审批 as well."""
    for role, user in demo.items():
        todos = [(todo.title, todo.url) for todo in home(user)["todos"]]
        pages = [url for _, url in todos]
        assert len(set(pages)) == len(pages), (role, todos)


def test_the_expert_finds_his_invitation(demo: dict[str, User]) -> None:
    page = login(Client(), demo["expert"]).get("/").content.decode()
    assert "答复" in page
    assert "在库专家" not in page


def test_somebody_without_a_role_is_told_so(client: Client) -> None:
    assert "还没有权限" in login(client, make_user()).get("/").content.decode()


@pytest.mark.shows("OVW-03")
def test_each_of_three_administrators_finds_his_work_at_home(db: None) -> None:
    make_roles(actor=make_user("admin"), now=timezone.now())
    told = {
        "system": ["用户管理", "运行状况"],
        "security": ["用户管理", "角色权限"],
        "audit": ["操作日志", "登录记录"],
    }
    for duty, shortcuts in told.items():
        role = Role.objects.get(code=f"three-{duty}")
        page = login(Client(), make_user(roles=(role,))).get("/")
        assert labels(page.context["shortcuts"]) == shortcuts
        assert "还没有权限" not in page.content.decode()


def test_who_has_a_role_without_shortcuts_is_not_told_that_he_has_none(client: Client) -> None:
    role = Role.objects.create(code="own", name="文书")
    RolePermission.objects.create(role=role, code="papers.templates")
    page = login(client, make_user(roles=(role,))).get("/").content.decode()
    assert "文书" in page
    assert "还没有权限" not in page


def test_the_home_page_asks_few_questions(
    demo: dict[str, User], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = login(Client(), demo["admin"])
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get("/")


@pytest.mark.parametrize(("path", "status"), [("/nirgends/", 404), ("/users/", 403)])
def test_errors_are_pages_of_ours(client: Client, operator: User, path: str, status: int) -> None:
    response = login(client, operator).get(path)
    assert response.status_code == status
    assert "专家库综合管理系统" in response.content.decode()


def test_the_times_of_the_demonstration_follow_each_other(demo: dict[str, User]) -> None:
    now = timezone.now()
    for project in Project.objects.exclude(submitted_at=None):
        assert project.created_at < project.submitted_at < min(now, project.opening_at)
        assert project.decided_at is None or project.submitted_at < project.decided_at < now
    for draw in Draw.objects.all():
        for project in draw.covered:
            assert project.decided_at is not None
            assert project.decided_at < draw.sealed_at
        for row in draw.invitations.all():
            assert draw.sealed_at <= row.invited_at < row.deadline_at
            assert row.replied_at is None or row.invited_at < row.replied_at <= now


@pytest.mark.shows("DRAW-34")
def test_the_demonstration_can_show_that_the_same_conditions_are_not_wider(
    demo: dict[str, User],
) -> None:
    short = Project.objects.get(draw_state="unsatisfied")
    plan = DrawPlan.objects.get(project=short)
    with pytest.raises(WideningRefused, match="也没有符合条件的专家入库"):
        request_widening(
            base=valid_draws(short)[-1],
            reason="专家已全部问过",
            version=plan.version,
            actor=demo["operator"],
            now=timezone.now(),
        )


def test_a_stage_has_what_comes_before_it(demonstration: dict[str, tuple[bool, ...]]) -> None:
    """Experts, projects and draws."""
    assert demonstration == {
        "pool": (True, False, False),
        "draw": (True, True, False),
        "review": (True, True, True),
        "done": (True, True, True),
    }


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (User, Expert, Project, Draw, Entry))


@pytest.mark.shows("EXP-38")
def test_a_dump_of_it_names_experts_in_known_places_alone(demonstration: object) -> None:
    experts = list(Expert.objects.all())
    names = sorted({one.name for one in experts if len(one.name) > 1})
    assert len(names) > 100
    told = told_by(names)
    assert told.keys() - NAMES.keys() - WORDS == set(), told
    # A word that is there for certain is found: negative control.
    assert "experts_expert.number" in told_by([experts[0].number])


@pytest.mark.shows("EXP-38")
def test_a_dump_of_it_tells_no_number_mail_account_or_address(demonstration: object) -> None:
    experts = list(Expert.objects.select_related("employer"))
    numbers = ("phone", "id_number", "email", "bank_account", "address")
    words = {value for one in experts for name in numbers if (value := getattr(one, name))}
    words |= {value for one in User.objects.all() for value in (one.phone, one.email) if value}
    assert len(words) > 1000
    assert told_by(sorted(words)) == {}
    # An employer is a unit of the directory, in clear (docs/decisions/0540).
    employers = {str(one.employer) for one in experts if one.employer}
    assert {column.partition(".")[0] for column in told_by(sorted(employers))} == EMPLOYERS


def test_the_demonstration_is_made_once(demonstration: object) -> None:
    before, output = counts(), StringIO()
    assert all(before)
    call_command("seed_demo", stdout=output)
    assert DEMO_PASSWORD in output.getvalue()
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
    # Who waits for something has an account by then: no job opens one in the past, when it would do nothing.
    assert not AskedJob.objects.exists()
    # Two are still to be rated.
    rated = Evaluation.objects.filter(closed_at=None).order_by("project__number")
    assert [one.project.number for one in rated] == ["YS-012", "YS-013"]
    entries = PointEntry.objects.filter(invitation=line)
    assert sorted(entry.label for entry in entries) == ["参加评审", "确认参加"]


@pytest.mark.shows("PRJ-31", "EXP-29", "OVW-15")
def test_the_demonstration_goes_on_to_a_paid_rated_and_sealed_project(
    demo: dict[str, User],
) -> None:
    batch = PaymentBatch.objects.get()
    assert batch.made_by != PaymentRequest.objects.get(batch=batch).decided_by
    payments = list(batch.payments.select_related("line__project"))
    assert payments
    assert all(one.paid_at and one.line.signed_at for one in payments)
    assert sum(one.amount for one in payments) == batch.total
    closed = Evaluation.objects.get(project=payments[0].line.project)
    assert closed.closed_at
    assert closed.ratings.filter(target=Target.EXPERT).count() == len(who_sat(closed.project))
    results = list(ReviewResult.objects.select_related("review__project", "review__rule"))
    assert results
    assert all(Summary(one, names_in(one.review)).agrees for one in results)
    # What he was paid is read by the expert of the demonstration himself.
    year = timezone.localdate(payments[0].line.sent_at).year
    url = reverse("fees:own_statement", args=[year])
    assert login(Client(), demo["expert"]).get(url).status_code == 200
