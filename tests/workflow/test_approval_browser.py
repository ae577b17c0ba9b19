"""What needs a browser: a flow drawn up by mouse and by keyboard, and an approval with a return and its reasons."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from expertpool.projects.enums import ProjectStatus
from expertpool.workflow.enums import OnRejection, StepKind
from expertpool.workflow.models import FlowVersion
from tests.accounts.test_browser import sign_in
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.projects import make_project

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.mark.shows("OVW-06")
def test_a_flow_is_drawn_up_and_an_application_sent_back(
    page: Page, live_server: LiveServer
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    supervisor = make_user("supervisor")
    sign_in(page, live_server, make_user("admin").username, PASSWORD)
    page.goto(f"{live_server.url}{reverse('workflow:flow', args=['projects.project'])}")
    flow = page.locator("#steps")
    boxes = flow.locator(".flow-box")
    expect(boxes).to_have_count(1)
    # By mouse: a notice before the step that there is.
    flow.get_by_role("button", name="在最前面添加步骤").click()
    expect(boxes).to_have_count(2)
    first = boxes.first
    first.get_by_label("步骤名称").fill("公示")
    first.get_by_label("类型").select_option("公示")
    expect(first.get_by_label("审批角色")).to_be_hidden()
    first.get_by_label("期限（工作日）").fill("3")
    first.get_by_role("button", name="改好了，看图").click()
    expect(boxes.first).to_contain_text("公示 3 个工作日")
    # By keyboard: a last step, which sends back to the one before it.
    flow.get_by_role("button", name="在「审核」之后添加步骤").focus()
    page.keyboard.press("Enter")
    expect(boxes).to_have_count(3)
    last = boxes.last
    last.get_by_label("步骤名称").focus()
    page.keyboard.type("终审")
    last.get_by_label("不同意时").focus()
    for _ in range(3):  # past the applicant, the step before, and the notice
        page.keyboard.press("ArrowDown")
    expect(last.get_by_label("不同意时")).to_have_value("1")
    last.get_by_role("button", name="改好了，看图").focus()
    page.keyboard.press("Enter")
    expect(boxes.last).to_contain_text("不同意：退回「审核」")
    # The notice moves up as the keyboard says, and the last step still leads to what it named.
    summary = boxes.last.locator("summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(boxes.last.get_by_label("步骤名称")).to_be_visible()
    boxes.first.get_by_role("button", name="下移").focus()
    page.keyboard.press("Enter")
    expect(boxes.first).to_contain_text("审核")
    expect(page.locator(".flow-returns path").first).to_be_attached()
    page.get_by_role("button", name="保存为新版本").click()
    expect(page.get_by_text("已保存为第 2 版")).to_be_visible()
    steps = list(FlowVersion.objects.get(number=2).steps.order_by("order"))
    assert [step.name for step in steps] == ["审核", "公示", "终审"]
    assert (steps[1].kind, steps[1].days) == (StepKind.NOTICE, 3)
    assert (steps[2].on_rejection, steps[2].return_to) == (OnRejection.STEP, 1)

    project = make_project(ProjectStatus.PENDING)
    page.context.clear_cookies()
    sign_in(page, live_server, supervisor.username, PASSWORD)
    page.get_by_role("link", name="待我审批").click()
    page.get_by_role("row", name=project.name).get_by_role("button", name="退回").click()
    drawer = page.locator("#drawer")
    drawer.get_by_label("预算（元）").fill("与批复不符")
    drawer.get_by_role("button", name="退回").click()
    expect(drawer.get_by_text("请填写退回原因")).to_be_visible()
    expect(drawer.get_by_label("预算（元）")).to_have_value("与批复不符")
    drawer.get_by_label("退回原因").fill("请按批复修改预算")
    drawer.get_by_role("button", name="退回").click()
    expect(page.get_by_text("没有等您审批的申请")).to_be_visible()
    page.goto(f"{live_server.url}{reverse('projects:detail', args=[project.pk])}")
    expect(page.get_by_text("预算（元）：与批复不符")).to_be_visible()
