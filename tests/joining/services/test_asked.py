"""What the steps of a flow may ask of an application, fields that the office has added included."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import Context, criteria_fields, mentions, parse, to_q
from expertpool.customforms.exceptions import FieldInUse
from expertpool.customforms.registry import running_uses
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.experts.enums import ExpertKind
from expertpool.joining.models import Application
from expertpool.joining.queries.shown import shown_steps
from expertpool.joining.services.deciding import approve, send_back
from expertpool.joining.services.drafts import save_step
from expertpool.joining.services.handing_in import hand_in
from expertpool.workflow.enums import Verdict
from expertpool.workflow.registry import FLOW_SUBJECTS
from expertpool.workflow.services.flows import StepData, save_flow
from tests.factories.accounts import make_user
from tests.factories.fields import make_field
from tests.factories.joining import fill, make_application, make_draft, typed
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("media"),
    pytest.mark.shows("OVW-05", "OVW-06"),
]
SUBJECT, EXPERTS = "joining.application", "experts.expert"


def found(field: str, op: str, value: Any) -> set[int]:
    asked = parse(SUBJECT, {"field": field, "op": op, "value": value})
    rows = Application.objects.filter(to_q(asked, Context(timezone.now())))
    return set(rows.values_list("pk", flat=True))


def handed_in(**profession: list[str]) -> Application:
    """An application that says ``profession`` beside what every one says."""
    row = fill(make_draft())
    said = typed(row.pk)["profession"] | profession
    now = timezone.now()
    row = save_step(application=row, step="profession", typed=said, version=row.version, now=now)
    return hand_in(application=row, version=row.version, consents=1, actor=row.user, now=now)


def test_a_flow_asks_what_a_record_has_and_what_the_office_adds() -> None:
    licence = make_field("执业资格", options=["注册", "无"], in_application=True)
    inner = make_field("内部评价", options=["好", "差"])
    row = handed_in(practice_years=["22"], education=["博士研究生"], **{licence.code: ["注册"]})
    other = handed_in(practice_years=["3"], **{licence.code: ["无"]})
    assert found("practice_years", "gte", 20) == {row.pk}
    assert found("education", "eq", "博士研究生") == {row.pk}
    assert found("title", "eq", "高级工程师") == {row.pk, other.pk}
    assert found(licence.code, "eq", "注册") == {row.pk}
    assert found(licence.code, "eq", "无") == {other.pk}
    codes = {field.code for field in criteria_fields(SUBJECT)}
    assert {"division", "expert_type"} <= codes
    # Of which nobody asks an applicant.
    assert inner.code not in codes


def test_a_step_is_for_whom_the_field_says_and_no_statement_leads_past_it(admin: User) -> None:
    licence = make_field("执业资格", options=["注册", "无"], in_application=True)
    condition = {"field": licence.code, "op": "eq", "value": "无"}
    steps = [StepData("初审"), StepData("复核", condition={"all": [condition]})]
    save_flow(subject=SUBJECT, steps=steps, actor=admin, now=timezone.now())
    # It cannot vanish while the flow asks it.
    assert any("复核" in use for use in running_uses("experts.expert", licence.code, admin))
    chief, now = make_user("admin"), timezone.now()
    without = handed_in(**{licence.code: ["无"]})
    Application.objects.filter(pk=without.pk).update(extra={licence.code: "注册"})
    row = Application.objects.select_related("user").get(pk=without.pk)
    assert approve(application=row, actor=admin, now=now) is Verdict.ADVANCED
    assert Application.objects.get(pk=row.pk).extra == {licence.code: "无"}
    assert approve(application=row, actor=chief, now=now) is Verdict.APPROVED
    registered = handed_in(**{licence.code: ["注册"]})
    assert approve(application=registered, actor=admin, now=now) is Verdict.APPROVED


def test_what_was_handed_in_before_is_asked_at_its_decision(admin: User) -> None:
    row = make_application()
    Application.objects.filter(pk=row.pk).update(practice_years=60, extra={"x": 1})
    row.specialties.clear()
    approve(application=row, actor=admin, now=timezone.now())
    row.refresh_from_db()
    assert (row.practice_years, row.extra, row.specialties.count()) == (None, {}, 1)


def test_a_flow_is_named_by_what_it_is_for(admin: User) -> None:
    licence = make_field("执业资格", options=["注册", "无"], in_application=True)
    condition = {"field": licence.code, "op": "eq", "value": "无"}
    steps = [StepData("初审"), StepData("复核", condition=condition)]
    for subject in (SUBJECT, EXPERTS):
        save_flow(subject=subject, steps=steps, actor=admin, now=timezone.now())
    assert set(mentions(EXPERTS, licence.code, ["无"], viewer=admin)) == {
        f"「{FLOW_SUBJECTS[subject].label}」审批流程（第 2 版）的步骤“复核”"
        for subject in (SUBJECT, EXPERTS)
    }


def test_an_option_that_an_application_says_stays_until_it_is_decided(admin: User) -> None:
    licence = make_field("执业资格", options=["注册", "无"], in_application=True)
    row = handed_in(**{licence.code: ["注册"]})
    gone, now = FieldData("执业资格", ["无"], in_application=True), timezone.now()
    with pytest.raises(FieldInUse, match="有 1 份待审核的入库申请填了选项“注册”"):
        change_field(field=licence, data=gone, actor=admin, now=now)
    send_back(application=row, note="请重选", fields={}, actor=admin, now=now)
    change_field(field=licence, data=gone, actor=admin, now=now)


def test_what_its_reviewer_may_not_read_is_left_out(client: Client, admin: User) -> None:
    seen = make_field("擅长", "text", in_application=True)
    unseen = make_field("申密", "text", in_application=True)
    row = handed_in(**{seen.code: ["桥梁"], unseen.code: ["机密"]})
    data = FieldData("申密", in_application=True, readers=["operator", "expert"])
    change_field(field=unseen, data=data, actor=None, now=timezone.now())
    lines = [line.label for part in shown_steps(row, admin) for line in part.lines]
    assert "擅长" in lines
    assert "申密" not in lines
    assert "申密" in [line.label for part in shown_steps(row) for line in part.lines]
    login(client, admin)
    page = client.get(reverse("joining:return", args=[row.pk])).content.decode()
    assert "擅长" in page
    assert "申密" not in page


@pytest.mark.shows("OVW-02")
def test_an_organisation_reads_of_no_jobs_that_it_cannot_fill_in(admin: User) -> None:
    def history(row: Application) -> list[str]:
        return [line.label for line in shown_steps(row, admin)[-1].lines]

    assert history(make_draft(kind=ExpertKind.INDIVIDUAL)) == ["工作经历", "回避关系"]
    assert history(make_draft(kind=ExpertKind.ORGANISATION)) == ["回避关系"]
