"""What certificates, inspections and applications give to event rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.models import Firing, Occurrence
from expertpool.automation.queries.firings import firings_visible_to
from expertpool.automation.services.rules import ActionData
from expertpool.automation.services.trials import try_rule
from expertpool.certificates.services.issuing import reissue_certificate, revoke_certificate
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.services.status import approve_expert, freeze_expert, unfreeze_expert
from expertpool.inspections.enums import State
from expertpool.inspections.services.deciding import decide_inspection, reopen
from expertpool.inspections.services.terms import tell_suspended
from expertpool.joining.models import Application
from expertpool.joining.services.deciding import approve, reject
from expertpool.notifications.models import Message
from tests.factories.accounts import make_user
from tests.factories.automation import FREEZE, make_rule, rule_data, settle_rules
from tests.factories.certificates import make_certificate
from tests.factories.experts import give_account, make_expert
from tests.factories.inspections import hand_in_inspection, make_inspection
from tests.factories.joining import make_application

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("OVW-07"),
]
TOLD = "automation.told"


def tell(text: str, whom: str = "expert") -> ActionData:
    values = {"whom": f"person:{whom}", "way": "site", "title": "告知", "text": text}
    return ActionData("automation.tell", values)


def told() -> list[str]:
    return [one.body for one in Message.objects.filter(occasion=TOLD).order_by("pk")]


def test_certificates_issued_and_revoked(admin: User) -> None:
    make_rule(tell("签发 {{证书编号}}"), event="certificates.issued", actor=admin)
    make_rule(FREEZE, event="certificates.revoked", actor=admin)
    one = make_certificate(make_expert("王小明"))
    new = reissue_certificate(certificate=one, actor=admin, now=timezone.now())
    settle_rules()
    # The one that was replaced is not revoked.
    assert sorted(told()) == [f"签发 {one.number}", f"签发 {new.number}"]
    revoke_certificate(certificate=new, reason="违规", actor=admin, now=timezone.now())
    last = settle_rules()[-1]
    assert (last.state, last.detail) == ("done", "已冻结该专家")
    assert Expert.objects.get().status == ExpertStatus.FROZEN
    assert not firings_visible_to(make_user("operator")).exists()


@pytest.mark.parametrize("outcome", [State.PASSED, State.FAILED, State.RETURNED])
def test_an_inspection_that_ended(admin: User, outcome: str) -> None:
    make_rule(tell("通过：{{年检}}"), event="inspections.passed", actor=admin)
    make_rule(tell("未通过：{{审核意见}}"), event="inspections.failed", actor=admin)
    row = hand_in_inspection(make_inspection())
    settle_rules()
    assert told() == []  # what he does himself is told to no rule
    now = timezone.now() + timedelta(days=1)
    decide_inspection(row=row, outcome=outcome, note="学时不足，请补", actor=admin, now=now)
    settle_rules(now)
    said = {State.PASSED: [f"通过：{row.round.name}"], State.FAILED: ["未通过：学时不足，请补"]}
    assert told() == said.get(State(outcome), [])
    if outcome == State.FAILED:
        # He may mend it, and fails once more: that is another fact.
        row.refresh_from_db()
        reopen(row=row, reason="补交材料", actor=admin, now=now)
        again = hand_in_inspection(row, now=now)
        decide_inspection(
            row=again,
            outcome=outcome,
            note="仍然不足，不通过",
            actor=admin,
            now=now + timedelta(days=1),
        )
        settle_rules(now + timedelta(days=1))
        assert len(told()) == 2


def test_who_is_not_drawn_since_he_handed_in_nothing(admin: User) -> None:
    make_rule(tell("{{专家姓名}} {{提交截止}}"), event="inspections.suspended", actor=admin)
    row = make_inspection(make_expert("王小明"))
    day = timezone.now() + timedelta(days=60)
    for _ in range(2):
        tell_suspended(now=day)
        settle_rules(day)
    assert told() == [f"王小明 {row.due_on}"]


def test_applications_admitted_and_rejected(admin: User) -> None:
    values = {"points": "5", "label": "新入库"}
    make_rule(
        ActionData("points.credit", values),
        tell("{{申请人}} {{申请编号}}", "applicant"),
        event="joining.admitted",
        actor=admin,
    )
    make_rule(tell("未通过：{{审核意见}}", "applicant"), event="joining.rejected", actor=admin)
    one, other = make_application(), make_application(name=["张申请"])
    approve(application=one, actor=admin, now=timezone.now(), note="同意")
    reject(application=other, actor=admin, now=timezone.now(), note="专业不符")
    firings = settle_rules()
    assert sorted((one.action, one.state) for one in firings) == [
        ("automation.tell", "done"),
        ("automation.tell", "done"),
        ("points.credit", "done"),
    ]
    assert sorted(told()) == ["未通过：专业不符", f"李申请 {one.number}"]
    # Whoever may not review applications reads nothing of them here.
    reader = make_user("auditor")
    assert not firings_visible_to(reader).exists()


def past_inspection(outcome: str, admin: User) -> None:
    """One that passed, did not, or was not handed in by its day; and one of which nothing has come."""
    now = timezone.now()
    row = make_inspection(now=now - timedelta(days=60))
    make_inspection()
    if outcome == "suspended":
        tell_suspended(now=now)
        return
    hand_in_inspection(row)
    decided = State(outcome)
    decide_inspection(row=row, outcome=decided, note="已核实情况", actor=admin, now=now)


@pytest.mark.parametrize(
    "event",
    [
        "certificates.issued",
        "certificates.revoked",
        "inspections.passed",
        "inspections.failed",
        "inspections.suspended",
        "joining.admitted",
        "joining.rejected",
    ],
)
def test_each_is_tried_on_what_was(admin: User, event: str) -> None:
    made: dict[str, Any] = {}
    if event.startswith("certificates"):
        row = make_certificate()
        if event.endswith("revoked"):
            revoke_certificate(certificate=row, reason="违规", actor=admin, now=timezone.now())
    elif event.startswith("inspections"):
        past_inspection(event.partition(".")[2], admin)
    else:
        made["row"] = make_application()
        (approve if event.endswith("admitted") else reject)(
            application=made["row"], actor=admin, now=timezone.now(), note="已核实情况"
        )
    whom = "applicant" if event.startswith("joining") else "expert"
    data = rule_data(tell("好", whom), event=event)
    tried = try_rule(data=data, actor=admin, now=timezone.now())
    (row,) = tried
    assert row.fits
    assert any("好" in one for one in row.effects)
    assert not Occurrence.objects.exists()
    assert not Firing.objects.exists()
    assert Application.objects.count() == len(made)


def test_admissions_are_tried_by_their_time_wherever_they_stand_today(admin: User) -> None:
    """By the log: not when the record was made, and also of who was frozen since."""
    entered, now = timezone.now() - timedelta(days=9), timezone.now()
    one = make_expert(status="pending", created_at=entered)
    two = make_expert(status="pending", created_at=entered)
    make_expert(created_at=entered)  # by a table: never announced
    approve_expert(expert=one, actor=admin, now=now - timedelta(hours=2))
    approve_expert(expert=two, actor=admin, now=now - timedelta(hours=3))
    freeze_expert(
        expert=one, reason="核实情况，暂停抽取", actor=admin, now=now - timedelta(hours=1)
    )
    data = rule_data(tell("好", "expert"), event="experts.approved")
    tried = try_rule(data=data, actor=admin, now=now)
    assert [(row.name, row.at) for row in tried] == [
        (one.name, now - timedelta(hours=2)),
        (two.name, now - timedelta(hours=3)),
    ]
    left = rule_data(tell("好", "expert"), event="experts.left")
    assert [row.name for row in try_rule(data=left, actor=admin, now=now)] == [one.name]


def test_who_is_back_is_not_welcomed_again(admin: User) -> None:
    """A letter of welcome, or points for coming in, went out with each thaw."""
    make_rule(tell("欢迎", "expert"), event="experts.approved", actor=admin)
    make_rule(tell("您已恢复", "expert"), event="experts.back", actor=admin)
    now = timezone.now()
    expert = make_expert(status="pending")
    give_account(expert, make_user("expert"))
    approve_expert(expert=expert, actor=admin, now=now)
    settle_rules()
    freeze_expert(expert=expert, reason="核实情况", actor=admin, now=now)
    unfreeze_expert(expert=expert, reason="核实完毕", actor=admin, now=now)
    settle_rules()
    assert told() == ["欢迎", "您已恢复"]
    for event in ("experts.approved", "experts.back"):
        data = rule_data(tell("好", "expert"), event=event)
        assert [one.name for one in try_rule(data=data, actor=admin, now=now)] == [expert.name]
