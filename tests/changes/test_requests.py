"""An expert changes his record: what is his own at once, what is not by a request."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.changes.enums import RequestState
from expertpool.changes.exceptions import ChangeRefused
from expertpool.changes.models import ChangeItem, ChangeRequest
from expertpool.changes.queries import careers_of, requests_to_decide
from expertpool.changes.services.history import save_career
from expertpool.changes.services.requests import (
    change_own,
    decide_request,
    seen_of,
    withdraw_request,
)
from expertpool.changes.services.values import NamedEmployer
from expertpool.customforms.exceptions import FieldInUse
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.experts.enums import AvoidanceKind
from expertpool.experts.models import AvoidanceUnit, Expert
from expertpool.experts.queries.names import called
from expertpool.experts.services.profile import update_expert
from expertpool.joining.services.deciding import approve
from expertpool.notifications.models import Message
from expertpool.workflow.enums import Verdict
from expertpool.workflow.queries.approvals import returned, settled_words
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import NOW, make_expert, make_specialty, make_unit
from tests.factories.fields import make_field
from tests.factories.joining import make_application


@pytest.fixture
def owner(db: None) -> User:
    return make_user("expert", name="王小明")


@pytest.fixture
def expert(owner: User) -> Expert:
    return make_expert(
        "王小明", user=owner, title="工程师", employer=make_unit("旧设计院"), address="旧路 1 号"
    )


def ask(expert: Expert, owner: User, **values: Any) -> ChangeRequest:
    _, request = change_own(
        expert=expert, values=values, reason="评上了", actor=owner, now=timezone.now()
    )
    assert request is not None
    return request


def decided(request: ChangeRequest, by: User, *, agree: bool = True, **more: Any) -> Verdict:
    return decide_request(request=request, agree=agree, actor=by, now=timezone.now(), **more)


def fresh(expert: Expert) -> Expert:
    return Expert.objects.get(pk=expert.pk)


@pytest.mark.shows("PORT-11", "PORT-14")
def test_what_is_his_own_is_changed_at_once_with_a_version(expert: Expert, owner: User) -> None:
    labels, request = change_own(
        expert=expert,
        values={"address": "新路 2 号", "position": "主任"},
        actor=owner,
        now=timezone.now(),
    )
    assert request is None
    assert set(labels) == {"职务", "通讯地址"}
    assert fresh(expert).address == "新路 2 号"
    version = expert.versions.get(number=2)
    assert (version.via, version.actor) == ("own", owner)
    assert set(version.changed) == {"position", "address"}


def test_what_waits_for_what_he_asks_for_goes_with_the_request(
    expert: Expert, owner: User, admin: User
) -> None:
    first = make_field("壬请", options=("东", "西"), owner="controlled")
    second = make_field(
        "壬依", "text", owner="own", waits_for=first.code, wait_words=["东"], required=True
    )
    labels, request = change_own(
        expert=expert,
        values={first.code: "东", second.code: "靠海", "address": "新路 2 号"},
        actor=owner,
        now=timezone.now(),
    )
    assert request is not None
    assert labels == ["通讯地址"]
    assert {item.field for item in request.items.all()} == {first.code, second.code}
    assert fresh(expert).extra == {}
    assert decided(request, admin) == Verdict.APPROVED
    assert fresh(expert).extra == {first.code: "东", second.code: "靠海"}
    # Alone it is his own, as before.
    labels, request = change_own(
        expert=fresh(expert), values={second.code: "靠山"}, actor=owner, now=timezone.now()
    )
    assert (labels, request) == (["壬依"], None)


@pytest.mark.parametrize("kind", ["choice", "words"])
def test_an_option_that_he_asks_for_stays_until_the_office_has_decided(
    kind: str, expert: Expert, owner: User, admin: User
) -> None:
    field = make_field("执业资格", kind, options=("一级", "二级", "三级"), owner="controlled")
    asked = ask(expert, owner, **{field.code: "一级" if kind == "choice" else ["一级", "二级"]})
    change_field(field=field, data=FieldData("资格", ("一级", "二级")), actor=None, now=NOW)
    gone = FieldData("资格", ("二级",))
    with pytest.raises(FieldInUse, match="有 1 份待核准的变更申请填了选项“一级”"):
        change_field(field=field, data=gone, actor=None, now=NOW)
    decided(asked, admin, agree=False, note="证书过期")
    change_field(field=field, data=gone, actor=None, now=NOW)


def test_an_option_is_not_kept_by_what_is_told_tomorrow(expert: Expert, owner: User) -> None:
    field = make_field("执业资格", options=("一级", "二级"), owner="controlled")
    # Its names are sealed: a refusal would say that somebody is at his account.
    make_draw(now=timezone.now())
    ask(expert, owner, **{field.code: "一级"})
    change_field(field=field, data=FieldData("资格", ("二级",)), actor=None, now=NOW)


def test_his_own_change_is_written_once_and_moves_no_time(expert: Expert, owner: User) -> None:
    before = fresh(expert).updated_at
    now = timezone.now()
    with CaptureQueriesContext(connection) as found:
        change_own(expert=expert, values={"address": "新路 2 号"}, actor=owner, now=now)
    written = [one["sql"] for one in found if one["sql"].startswith('UPDATE "experts_expert"')]
    assert len(written) == 1
    assert fresh(expert).updated_at == before


@pytest.mark.shows("PORT-12", "PORT-13", "PORT-14")
def test_what_is_not_waits_for_the_office_and_counts_once_it_agrees(
    expert: Expert, owner: User, admin: User
) -> None:
    held = expert.employer
    both = {"position": "总工", "title": "正高级工程师", "employer": NamedEmployer("新研究院")}
    request = ask(expert, owner, **both)
    stands = fresh(expert)
    assert (stands.title, stands.employer, stands.position) == ("工程师", held, "总工")
    assert {one.field: (one.before, one.after) for one in request.items.all()} == {
        "title": ("工程师", "正高级工程师"),
        "employer": ("旧设计院", "新研究院"),
    }
    message = Message.objects.get(occasion="change.asked")
    assert f"/changes/{request.pk}/" in message.body
    assert "正高级" not in message.body
    assert "正高级" not in str(Entry.objects.get(action="change.ask").after)
    assert list(requests_to_decide(admin)) == [request]
    assert decided(request, admin) == Verdict.APPROVED
    stands = fresh(expert)
    assert (stands.title, stands.employer.name) == ("正高级工程师", "新研究院")
    version = expert.versions.first()
    assert (version.via, version.actor) == ("request", admin)
    assert set(version.changed) == {"title", "title_level", "employer"}
    left = AvoidanceUnit.objects.get(expert=expert, unit=held)
    assert (left.kind, left.end_date) == (AvoidanceKind.PAST_EMPLOYER, timezone.localdate())
    assert not left.is_own
    told = Message.objects.filter(occasion="change.decided").first()
    # By what he asked for, not by his own name.
    assert "您的变更申请「职称、工作单位」已核准" in told.body
    with pytest.raises(ChangeRefused, match="已经处理"):
        decided(request, make_user("admin"))


@pytest.mark.shows("PORT-12")
def test_a_refusal_says_why_by_field_and_changes_nothing(
    expert: Expert, owner: User, admin: User
) -> None:
    request = ask(expert, owner, title="教授", specialties=[make_specialty("A01", "规划")])
    with pytest.raises(ChangeRefused, match="不同意的原因"):
        decided(request, admin, agree=False)
    with pytest.raises(ChangeRefused, match="有变化"):
        decided(request, admin, agree=False, note="不行", seen="older")
    with pytest.raises(ChangeRefused, match="工作账号"):
        decided(request, owner, agree=True)
    seen = seen_of(request.items.all())
    reasons = {"title": "请上传职称证书", "specialties": " "}
    assert decided(request, admin, agree=False, reasons=reasons, seen=seen) == Verdict.REJECTED
    assert fresh(expert).title == "工程师"
    why = returned("changes.changerequest", request.pk)
    assert why is not None
    assert dict(why.fields) == {"title": "请上传职称证书"}
    letter = Message.objects.filter(occasion="change.decided").first()
    assert "请上传职称证书" in letter.body
    # One word for it, as his own page has it: he may not amend this one.
    assert "未核准" in letter.body
    assert "退回" not in letter.subject + letter.body
    assert "现为“未核准”" in settled_words(request)
    assert ask(expert, owner, title="教授").is_open  # and he may ask again


@pytest.mark.shows("PORT-12")
def test_a_field_waits_in_one_request_at_a_time(expert: Expert, owner: User, admin: User) -> None:
    request = ask(expert, owner, title="教授")
    with pytest.raises(ChangeRefused, match="「职称」已有待核准"):
        ask(expert, owner, title="副教授", name="王大明")
    assert ask(expert, owner, name="王大明").is_open
    other = ChangeRequest.objects.get(items__field="name")
    again = {"field": "title", "before": "", "after": "", "value": "null"}
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeItem.objects.create(request=other, expert=expert, **again)
    withdraw_request(request=request, actor=owner, now=timezone.now())
    assert ChangeRequest.objects.get(pk=request.pk).state == RequestState.WITHDRAWN
    assert request not in requests_to_decide(admin)
    with pytest.raises(ChangeRefused, match="已经处理或撤回"):
        decided(request, admin)
    assert ask(expert, owner, title="副教授").is_open


@pytest.mark.shows("PORT-12", "EXP-15")
def test_what_somebody_changed_meanwhile_overtakes_a_request(
    expert: Expert, owner: User, admin: User
) -> None:
    request = ask(expert, owner, title="教授", name="王大明")
    seen = seen_of(request.items.all())
    update_expert(expert=expert, values={"title": "讲师"}, actor=admin, now=timezone.now())
    item = request.items.get(field="title")
    assert (item.is_open, item.overtaken_by) == (False, expert.versions.first())
    with pytest.raises(ChangeRefused, match="有变化"):  # who has seen it before
        decided(request, admin, seen=seen)
    assert decided(request, admin) == Verdict.APPROVED
    stands = fresh(expert)
    assert (stands.title, stands.name) == ("讲师", "王大明")
    # Nothing is left of this one: it ends, and he is told.
    request = ask(expert, owner, title="教授")
    update_expert(expert=expert, values={"title": "工程师"}, actor=admin, now=timezone.now())
    assert ChangeRequest.objects.get(pk=request.pk).state == RequestState.OVERTAKEN
    assert Message.objects.filter(occasion="change.overtaken").exists()


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"remark": "我最好"}, ChangeRefused, "管理部门填写"),
        ({"status": "formal"}, ChangeRefused, "管理部门填写"),
        ({"title": "工程师"}, ChangeRefused, "没有改动"),
        ({"phone": "123"}, ValidationError, "手机号"),
        ({"name": ""}, ValidationError, ""),
        ({"id_number": "110101198001010011"}, ValidationError, ""),
        ({"address": "x" * 201}, ValidationError, ""),
        ({"specialties": []}, ChangeRefused, "没有改动"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_stored(
    expert: Expert, owner: User, values: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as refused:
        change_own(expert=expert, values=values, actor=owner, now=timezone.now())
    assert words in str(refused.value)
    assert not ChangeRequest.objects.exists()
    assert not expert.versions.exists()


def test_nobody_asks_for_another_and_no_request_says_whose_a_number_is(
    expert: Expert, owner: User, admin: User
) -> None:
    other = make_expert("李四", phone="13900139000")
    with pytest.raises(ChangeRefused, match="只有专家本人"):
        change_own(expert=other, values={"position": "x"}, actor=owner, now=timezone.now())
    request = ask(expert, owner, phone="13900139000")  # taken, which he is not told
    with pytest.raises(ChangeRefused, match="李四"):
        decided(request, admin)
    assert ChangeRequest.objects.get(pk=request.pk).is_open  # nothing was decided
    assert requests_to_decide(admin).filter(pk=request.pk).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.shows("PORT-12")
def test_of_approval_and_withdrawal_at_once_one_counts() -> None:
    owner, admin = make_user("expert"), make_user("admin")
    expert = make_expert("王小明", user=owner, title="工程师")
    for turn in range(4):
        title = f"职称{turn}"
        request = ask(expert, owner, title=title)
        barrier, outcomes = threading.Barrier(2), []

        def approve(request: ChangeRequest = request) -> None:
            decided(request, admin)

        def withdraw(request: ChangeRequest = request) -> None:
            withdraw_request(request=request, actor=owner, now=timezone.now())

        def run(act: Any, barrier: Any = barrier, outcomes: Any = outcomes) -> None:
            try:
                barrier.wait(timeout=20)
                act()
                outcomes.append(act.__name__)
            except ChangeRefused:
                pass
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(act,)) for act in (approve, withdraw)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        state = ChangeRequest.objects.get(pk=request.pk).state
        assert len(outcomes) == 1
        assert (outcomes[0] == "approve") == (state == RequestState.APPROVED)
        assert (fresh(expert).title == title) == (state == RequestState.APPROVED)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_devices_that_ask_for_one_field_leave_one_request() -> None:
    owner = make_user("expert")
    expert = make_expert("王小明", user=owner, title="工程师")
    barrier, asked = threading.Barrier(2), []

    def run(title: str) -> None:
        try:
            barrier.wait(timeout=20)
            asked.append(ask(expert, owner, title=title))
        except ChangeRefused:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(title,)) for title in ("教授", "副教授")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == ChangeRequest.objects.count() == 1


@pytest.mark.usefixtures("media", "db")
def test_the_employments_of_an_application_are_lines_of_work_of_the_expert(admin: User) -> None:
    now = timezone.now()
    jobs = [
        {"unit": "旧设计院", "post": "工程师", "start": "2005-07", "end": "2010-06"},
        {"unit": "旧设计院", "post": "院长", "start": "2012-01", "end": "2015-12"},
        {"unit": "新设计院", "post": "", "start": "2016-01", "end": ""},
    ]
    application = make_application(jobs=jobs)
    approve(application=application, actor=admin, now=now)
    expert = Expert.objects.get(called(["李申请"]))
    lines = [
        (str(one.unit), one.position, str(one.start_date), str(one.end_date))
        for one in careers_of(expert)
    ]
    assert lines == [
        ("新设计院", "", "2016-01-01", "None"),
        ("旧设计院", "院长", "2012-01-01", "2015-12-31"),
        ("旧设计院", "工程师", "2005-07-01", "2010-06-30"),
    ]
    # Each is one thing to stay away from, and none is filed twice.
    filed = [one.avoidance_id for one in careers_of(expert)]
    assert len(set(filed)) == len(jobs)
    work = AvoidanceUnit.objects.filter(expert=expert, kind__endswith="employer")
    assert set(work.values_list("pk", flat=True)) == set(filed)
    assert Entry.objects.filter(action="change.career", subject_id=str(expert.pk)).count() == 3
    # He goes on with them as with his own.
    assert expert.user is not None
    last = careers_of(expert)[0]
    last.position = "总工"
    save_career(career=last, actor=expert.user, now=now)
    assert careers_of(expert)[0].position == "总工"
