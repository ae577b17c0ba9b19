"""Where the main job ends another begins: the panel scores, on telephones and at a desk, is paid and rated, the project is
archived, and all that proves it is checked by somebody who has nothing but the file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from expertpool.accounts.models import User
from expertpool.bundles.models import Bundle
from expertpool.bundles.services.making import make_bundle
from expertpool.core.documents import qr_png
from expertpool.draws.models import Draw
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.sheet_files import store_sheet
from expertpool.evaluations.models import Evaluation
from expertpool.evaluations.services.windows import close_evaluation, open_evaluation
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import called, name_index
from expertpool.fees.models import BankAccount, FeeLine, Payment
from expertpool.fees.services.accounts import decide_account
from expertpool.files.services import attach
from expertpool.projects.models import Project
from expertpool.reviews.calculation import Indicator, Kind, RuleTree, Stage
from expertpool.reviews.models import ReassignRequest, Review, Reviewer, ReviewResult
from expertpool.reviews.services.organising import Terms, Thing, add_items, create_review
from tests.e2e.conftest import OpenBrowser
from tests.e2e.pages import Screen, drawer, every
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.experts import give_account, make_expert, make_tag
from tests.factories.fees import CARD, make_rate
from tests.factories.scoring import make_rule
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

HOUR = timedelta(hours=1)
SCORE = Indicator("1", "方案", Kind.SCORE, high=Decimal(100))
RULE = RuleTree((Stage("评分", (SCORE,)),))
THINGS = (Thing("T-1", "一标段投标文件", "甲公司"), Thing("T-2", "二标段投标文件", "乙公司"))
NAMES = ("王立新", "李建国", "周敏", "赵明华", "陈志强")


def let_in(screen: Screen, user: User) -> Screen:
    """Sign ``user`` in without the form, which others try."""
    cookie = login(Client(), user).cookies["sessionid"]
    screen.page.context.add_cookies(
        [{"name": "sessionid", "value": cookie.value, "url": screen.address}]
    )
    return screen


def make_drawn(operator: User) -> Draw:
    """Four who sit and one who stands by, of a review that began this morning; their names are released."""
    now = timezone.now()
    tag = make_tag("参评")
    for name in NAMES:
        expert = make_expert(name, bank_name="中国工商银行", bank_account=CARD)
        give_account(expert, make_user("expert", name=name))
        tag.experts.add(expert)
    among = {"field": "tag", "op": "in", "value": [str(tag.pk)]}
    draw = make_draw(
        now=now - 29 * HOUR,
        operator=operator,
        groups=[GroupInput("综合", 4, [among], standby_seats=1)],
        opens_in_hours=24,
        reveal_hours=2,
        reply_minutes=60,
    )
    accept_all(draw, now=now - 29 * HOUR)
    release(draw_id=draw.pk, now=draw.project.opening_at - HOUR)
    store_sheet(draw_id=draw.pk, now=now)
    draw.refresh_from_db()
    return draw


def make_prepared(draw: Draw, operator: User) -> Review:
    now = timezone.now()
    review = create_review(
        project=draw.project,
        terms=Terms(make_rule(rule=RULE), False, None),
        actor=operator,
        now=now,
    )
    item, _ = add_items(review=review, things=THINGS, actor=operator, now=now)
    drawing = SimpleUploadedFile("图纸.png", qr_png("一标段"))
    attach(subject=item, uploaded_file=drawing, actor=operator, now=now)
    return review


def sign(screen: Screen) -> None:
    """Draw a hand on the glass."""
    pad = screen.page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    mouse = screen.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 40)
    mouse.down()
    for at in range(12):
        mouse.move(box["x"] + 30 + 12 * at, box["y"] + 40 + 9 * (at % 3))
    mouse.up()


def open_sheet(screen: Screen) -> None:
    screen.open("/my/scoring/")
    screen.press("评分")
    screen.page.wait_for_selector('[data-row="0"]')


def score_on_phone(phone: Screen, values: Sequence[str], *, loses_line: bool = False) -> None:
    """One item after the other; ``loses_line`` before the first is sent."""
    open_sheet(phone)
    assert phone.overflow <= 0
    phone.page.context.set_offline(loses_line)
    for at, value in enumerate(values):
        phone.page.get_by_label("评审对象").select_option(str(at))
        phone.page.locator('[data-row="0"]:visible').first.fill(value)
    if loses_line:
        phone.sees("评分已暂存在这台设备上")
        phone.page.context.set_offline(False)
    phone.sees("已保存")
    phone.press("核对提交")
    hand_in(phone)


def score_at_desk(desk: Screen, values: Sequence[str]) -> None:
    """The table, by the keyboard, with a drawing beside it."""
    open_sheet(desk)
    desk.press("图纸.png")
    expect(desk.page.get_by_role("img", name="图纸.png")).to_be_visible()
    assert desk.overflow <= 0
    for column, value in enumerate(values):
        desk.page.locator(f'[data-row="0"][data-column="{column}"]').fill(value)
        desk.page.keyboard.press("Enter")
    desk.sees("已保存")
    desk.press("核对提交")
    hand_in(desk)


def hand_in(screen: Screen) -> None:
    sign(screen)
    screen.press("签字提交")
    screen.sees("第 1 版")


def replace(operator: Screen, supervisor: Screen, review: Review, leaver: str, comes: str) -> None:
    """He drops out, to which a supervisor agrees; who stood by comes in."""
    operator.open(f"/reviews/{review.pk}/")
    line = operator.page.locator("tr").filter(has_text=leaver)
    operator.press("退出", within=line)
    drawer(operator).get_by_label("原因").select_option(label="健康原因")
    operator.fill("说明", "突发疾病，不能继续评审", within=drawer(operator))
    drawer(operator).locator("button[type=submit]").click()
    operator.sees("等待监督人确认")
    asked = ReassignRequest.objects.get(review=review)
    supervisor.open(f"/workflow/requests/reviews.reassign/{asked.pk}/")
    supervisor.sees("突发疾病，不能继续评审")
    supervisor.press("确认")
    supervisor.confirm()
    supervisor.sees("已确认，他已退出评审。")
    operator.open(f"/reviews/{review.pk}/")
    expect(line).to_contain_text("突发疾病")
    operator.press("候补专家加入")
    operator.page.locator("#drawer select").first.select_option(label=comes)
    drawer(operator).locator("button[type=submit]").click()
    expect(operator.page.get_by_role("table", name="评审专家")).to_contain_text(comes)


def pay_letters(
    operator: Screen, phones: dict[str, Screen], project: Project, *, leaver: str, comes: str
) -> None:
    """Fees are entered and their letters sent; each signs his own on the telephone."""
    operator.open(f"/fees/projects/{project.pk}/")
    left = operator.page.locator("fieldset").filter(has_text=leaver)
    left.get_by_label("评审情况").select_option(label="未完成评审")
    # He came in and handed in within this minute, which nobody is paid for.
    came = operator.page.locator("fieldset").filter(has_text=comes).get_by_label("开始时间")
    came.fill(f"{timezone.localtime() - HOUR:%Y-%m-%d %H:%M}")
    if timezone.localdate(project.closing_at) < timezone.localdate():  # run after midnight
        for note in every(operator.page.get_by_label("说明", exact=True)):
            note.fill("评审过了零点才结束")
    operator.press("保存并计算")
    operator.press("发送 5 份确认函")
    operator.confirm()
    operator.sees("已发送 5 份确认函")
    for name, phone in phones.items():
        line = FeeLine.objects.get(project=project, expert__name_index=name_index(name))
        phone.open(f"/my/fees/{line.pk}/")
        assert phone.overflow <= 0
        sign(phone)
        phone.press("确认签字")
        phone.sees("已签字")


def pay_batch(first: Screen, second: Screen) -> None:
    """One of finance puts the batch together, another agrees, and it is paid."""
    first.open("/fees/batches/new/")
    first.fill("批次名称", "评审劳务费")
    first.press("建立批次，提交复核")
    first.sees("等待另一位有权限的人员复核")
    second.open(first.page.url.removeprefix(second.address))
    second.press("同意付款")
    second.confirm()
    second.press("全部登记为已付款")
    drawer(second).locator("button[type=submit]").click()
    second.sees("已办完")


def rate(operator: Screen, expert: Screen, project: Project) -> None:
    """The office rates the experts, an expert the office; then its time is over."""
    evaluation = open_evaluation(project_id=project.pk, now=timezone.now())
    assert evaluation
    operator.open(f"/evaluations/{evaluation.pk}/")
    for field in every(operator.page.locator("form[data-dirty] select")):
        field.select_option(index=1)
    for field in operator.page.locator("form[data-dirty] input[type=number]").all():
        field.fill("90")
    operator.press("提交评价")
    operator.confirm()
    operator.sees("您已评完")
    expert.open("/my/evaluations/")
    expert.press("评价")
    for field in every(expert.page.locator("main form select")):
        field.select_option(index=1)
    expert.press("提交评价")
    expert.sees("已评价")
    evaluation = Evaluation.objects.get(pk=evaluation.pk)
    close_evaluation(evaluation_id=evaluation.pk, now=evaluation.due_at)


def archive(operator: Screen, project: Project) -> Bundle:
    operator.open(f"/projects/{project.pk}/")
    operator.press("归档")
    dialog = operator.page.get_by_role("alertdialog")
    dialog.locator("textarea").fill("评审已结束，资料齐全")
    operator.confirm()
    operator.sees("此项目只能查看")
    bundle = Bundle.objects.get(project=project)
    make_bundle(bundle_id=bundle.pk, now=timezone.now())  # the job
    bundle.refresh_from_db()
    assert bundle.is_done, bundle.error
    return bundle


@pytest.mark.shows("OVW-13", "OVW-15", "EXP-31")
@pytest.mark.long
def test_from_the_drawn_panel_to_the_paid_and_proven_project(
    open_browser: OpenBrowser, tmp_path: Path
) -> None:
    users = {role: make_user(role) for role in ("operator", "supervisor", "finance", "admin")}
    draw = make_drawn(users["operator"])
    project, review = draw.project, make_prepared(draw, users["operator"])
    make_rate(now=timezone.now())
    operator = let_in(open_browser(), users["operator"])
    operator.open(f"/reviews/{review.pk}/")
    operator.press("开始评审")
    operator.confirm()
    operator.sees("还有 4 位专家没有提交")
    panel = [one.expert.name for one in Reviewer.objects.filter(review=review).order_by("pk")]
    (waits,) = set(NAMES) - set(panel)
    supervisor = let_in(open_browser(), users["supervisor"])
    replace(operator, supervisor, review, panel[3], waits)

    phones = {
        name: let_in(open_browser(phone=True), Expert.objects.get(called([name])).user)
        for name in (panel[0], panel[1], waits)
    }
    desk = let_in(open_browser(), Expert.objects.get(called([panel[2]])).user)
    score_on_phone(phones[panel[0]], ("90", "80"))
    score_on_phone(phones[panel[1]], ("86", "70"), loses_line=True)
    score_on_phone(phones[waits], ("88", "75"))
    score_at_desk(desk, ("92", "83"))

    operator.open(f"/reviews/{review.pk}/")
    operator.press("结束评审")
    operator.confirm()
    operator.press("评审汇总表")
    operator.sees("89.00")
    operator.sees("77.00")
    result = ReviewResult.objects.get(review=review)

    people = {**phones, panel[2]: desk}
    pay_letters(operator, people, project, leaver=panel[3], comes=waits)
    for account in BankAccount.objects.all():
        decide_account(
            account=account, agree=True, note="", actor=users["finance"], now=timezone.now()
        )
    second = make_user("finance")
    pay_batch(let_in(open_browser(), make_user("finance")), let_in(open_browser(), second))
    assert Payment.objects.filter(paid_at__isnull=False).count() == 4

    rate(operator, phones[panel[0]], project)
    bundle = archive(operator, project)

    admin = let_in(open_browser(), users["admin"])
    admin.open(f"/bundles/{bundle.pk}/")
    admin.sees(bundle.digest)
    admin.download("下载证据包").save_as(tmp_path / "证据包.zip")
    elsewhere = tmp_path / "另一台电脑"
    elsewhere.mkdir()
    command = [str(Path(sys.executable).parent / "expertpool"), "verify-bundle"]
    done = subprocess.run(
        [*command, str(tmp_path / "证据包.zip"), bundle.digest],
        cwd=elsewhere,
        env={"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "不一致" not in done.stdout
    assert "抽取记录 2 份、评审记录 1 份" in done.stdout
    assert result.digest
