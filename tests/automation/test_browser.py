"""What needs a browser: a rule drawn up by choosing, tried, saved, and what it did done again."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from expertpool.automation.models import EventRule
from expertpool.automation.queries.rules import latest_version
from expertpool.customforms.models import CustomField
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.notifications.models import Message
from tests.accounts.test_browser import sign_in
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.automation import make_rule, settle_rules
from tests.factories.fields import make_field
from tests.factories.projects import make_project

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("OVW-07")
def test_a_rule_is_drawn_up_tried_and_acts(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    operator = make_user("operator")
    make_project("approved", applicant=operator, name="桥梁加固")
    make_project("approved", applicant=operator, name="道路改造", regime="internal")
    sign_in(page, live_server, make_user("admin").username, PASSWORD)
    page.goto(f"{live_server.url}{reverse('automation:list')}")
    page.get_by_role("link", name="新增规则").click()
    page.get_by_label("规则名称").fill("内部评审通过后通知")
    page.get_by_label("用途说明").fill("及时安排抽取")
    body = page.locator("#rule-body")
    # Another event: its people and its placeholders.
    body.locator("select[name=event]").select_option("experts.approved")
    expect(body.get_by_text("{{专家姓名}}").first).to_be_visible()
    body.locator("select[name=event]").select_option("projects.approved")
    expect(body.get_by_text("{{项目名称}}").first).to_be_visible()
    actions = body.locator(".rule-action")
    actions.first.get_by_label("发给").select_option(label="项目申请人")
    actions.first.get_by_label("标题").fill("可以抽取了")
    actions.first.get_by_label("正文").fill("「{{项目名称}}」已审核通过。")
    body.get_by_role("button", name="添加动作").click()
    expect(actions).to_have_count(2)
    expect(actions.first.get_by_label("标题")).to_have_value("可以抽取了")
    actions.last.locator("select[name$=-do]").select_option(label="列入待办")
    actions.last.get_by_label("待办事项").fill("安排「{{项目名称}}」抽取")
    actions.last.get_by_label("交给").select_option("operator")
    actions.last.get_by_role("button", name="上移").click()
    expect(actions.first.get_by_label("待办事项")).to_be_visible()
    page.get_by_role("button", name="用以往的事件试一试").click()
    tried = page.locator("#trial")
    expect(tried.get_by_role("row", name="桥梁加固")).to_contain_text("安排「桥梁加固」抽取")
    assert not Message.objects.filter(occasion="automation.told").exists()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("规则已保存")).to_be_visible()
    version = latest_version(EventRule.objects.get())
    assert version is not None
    assert [one["action"] for one in version.actions] == ["automation.errand", "automation.tell"]

    make_project("approved", applicant=operator, name="河道治理")
    settle_rules()
    page.get_by_role("link", name="触发记录").click()
    expect(page.get_by_role("row", name="河道治理")).to_have_count(2)
    told = page.get_by_role("row", name="发送通知")
    told.get_by_role("button", name="重新执行").click()
    page.locator(".question").get_by_role("button", name="重新执行").click()
    expect(page.get_by_text("已重新执行")).to_be_visible()
    settle_rules()
    page.reload()
    expect(page.get_by_role("row", name="发送通知")).to_have_count(2)
    expect(page.get_by_role("button", name="重新执行")).to_have_count(1)  # of the errand
    assert Message.objects.filter(occasion="automation.told").count() == 2


CHOOSE = """(codes) => {
  const select = () => document.querySelector("#rule-body select[name=event]");
  const choose = (code) => {
    select().value = code;
    select().dispatchEvent(new Event("change", { bubbles: true }));
  };
  const [asked, meanwhile, atOnce] = codes;
  choose(asked);
  choose(meanwhile);
  const before = select();
  new MutationObserver((_, observer) => {
    if (select() === before) return;
    observer.disconnect();
    choose(atOnce);
  }).observe(document.querySelector("form:has(#rule-body)"), { childList: true, subtree: true });
}"""


def test_who_chooses_again_quicker_than_any_answer_is_heard(
    page: Page, live_server: LiveServer
) -> None:
    sign_in(page, live_server, make_user("admin").username, PASSWORD)
    answers: list[str | None] = []
    page.on("request", lambda it: "/rows/" in it.url and answers.append(it.post_data))
    page.goto(f"{live_server.url}{reverse('automation:create')}")
    # Twice before the answer; once more in the moment in which it was put into the page.
    page.evaluate(CHOOSE, ["experts.approved", "draws.confirmed", "projects.approved"])
    body = page.locator("#rule-body")
    expect(body.get_by_text("{{项目名称}}").first).to_be_visible()
    expect(body.locator("select[name=event]")).to_have_value("projects.approved")
    assert len(answers) == 3


def test_a_condition_that_is_not_shown_keeps_its_place(page: Page, live_server: LiveServer) -> None:
    projects = "projects.project"
    unseen, old = make_field("癸选", subject=projects), make_field("旧选", subject=projects)
    rule = make_rule(condition={"any": [asked(unseen), asked(old)]})
    node: dict[str, Any] = asked(unseen)
    for at in range(9):
        node = {("any", "all")[at % 2]: [asked(old), node]}
    deep = make_rule(name="深层规则", condition=node)
    data = FieldData(unseen.label, unseen.options, readers=["operator"])
    change_field(field=unseen, data=data, actor=None, now=timezone.now())
    CustomField.objects.filter(pk=old.pk).update(active=False)
    sign_in(page, live_server, make_user("admin").username, PASSWORD)
    page.goto(f"{live_server.url}{reverse('automation:edit', args=[rule.pk])}")
    builder = page.locator(".conditions")
    expect(builder.get_by_text("（您看不到的条件）保存时保留")).to_be_visible()
    expect(builder.locator(".rule-held button")).to_have_count(0)
    expect(builder.get_by_label("字段").locator("option:checked")).to_have_text("旧选（已停用）")
    builder.get_by_role("button", name="删除这个条件").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("规则已保存")).to_be_visible()
    version = latest_version(rule)
    assert version is not None
    assert version.condition == asked(unseen)
    # As deep as a condition may be, it stands on a phone, and nothing of it out of sight.
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}{reverse('automation:edit', args=[deep.pk])}")
    expect(builder.locator(".rule-group")).to_have_count(9)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def asked(field: CustomField) -> dict[str, Any]:
    return {"field": field.code, "op": "in", "value": ["无"]}
