"""The pages of a review, for the office and for those who score."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.audit.models import Entry
from expertpool.core.documents import qr_png
from expertpool.core.mandates import forged_rows
from expertpool.core.storing import store
from expertpool.experts.models import Expert
from expertpool.files.models import Attachment
from expertpool.files.services import attach
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.projects.queries.archive import obstacles
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, Reviewer, ScoreSheet, Submission
from expertpool.reviews.models.reviews import hash_of
from expertpool.reviews.queries.sheets import content_of, seen_mark, sheets_of
from expertpool.reviews.queries.written import WRITTEN
from expertpool.reviews.services.ending import end_review
from expertpool.reviews.services.organising import Terms, Thing, create_review, open_review
from expertpool.reviews.services.returning import decide_hand_back, request_hand_back
from tests.api.caller import Caller
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw
from tests.factories.evaluations import make_reviewed
from tests.factories.experts import give_account, make_expert
from tests.factories.scoring import (
    GOOD,
    STROKES,
    fill_in,
    make_open,
    make_review,
    make_rule,
    make_submitted,
    reviewer_of,
    submit,
)
from tests.files.samples import zipped
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def expert() -> Expert:
    row = make_expert("王立新")
    give_account(row, make_user("expert"))
    return row


def open_for(operator: User, *experts: Expert, **kwargs: object) -> Review:
    return make_open(operator, now=NOW, pool=experts, **kwargs)


def as_expert(client: Client, expert: Expert) -> None:
    assert expert.user
    login(client, expert.user)


@pytest.mark.shows("OVW-11")
def test_a_review_is_made_on_the_page_of_its_project(client: Client, operator: User) -> None:
    project = make_reviewed(operator, now=NOW).project
    rule = make_rule()
    login(client, operator)
    tab = client.get(reverse("projects:detail", args=[project.pk]) + "?tab=reviews")
    assert "建立评审" in tab.content.decode()
    due = (timezone.localtime() + timedelta(days=2)).strftime("%Y-%m-%d %H:%M")
    said = {"rule": rule.pk, "due_at": due}
    done = client.post(reverse("reviews:create", args=[project.pk]), said, **HTMX)
    review = Review.objects.get(project=project)
    assert done.status_code in (204, 302)
    page = reverse("reviews:detail", args=[review.pk])
    item = {"number": "T-1", "name": "投标文件", "unit": "甲公司", "price": "120.5"}
    assert (
        client.post(reverse("reviews:item_new", args=[review.pk]), item, **HTMX).status_code == 204
    )
    again = client.post(reverse("reviews:item_new", args=[review.pk]), item, **HTMX)
    assert "已经有了" in again.content.decode()
    row = review.items.get()
    said = {**item, "name": "新名称"}
    assert client.post(reverse("reviews:item_edit", args=[row.pk]), said, **HTMX).status_code == 204
    assert client.get(reverse("reviews:edit", args=[review.pk])).status_code == 200
    assert "新名称" in client.get(page).content.decode()
    told = client.post(reverse("reviews:start", args=[review.pk]), follow=True).content.decode()
    assert "已通知评审专家" in told
    assert "还有 2 位专家没有提交" in told
    told = client.post(reverse("reviews:item_remove", args=[row.pk]), follow=True)
    assert "已经开始" in told.content.decode()
    for name, words in (("remind", "已提醒"), ("end", "不能结束"), ("stage", "都已开启")):
        told = client.post(reverse(f"reviews:{name}", args=[review.pk]), follow=True)
        assert words in told.content.decode()
    found = client.get(reverse("reviews:list"), {"q": project.number}).content.decode()
    assert project.name in found
    assert project.name not in client.get(reverse("reviews:list"), {"q": "没有"}).content.decode()


@pytest.mark.shows("OVW-11")
def test_an_item_that_is_typed_is_read_as_one_that_is_imported(
    client: Client, operator: User
) -> None:
    """K1 beside a K1 with a mark that nobody sees would be two items under one name."""
    project = make_reviewed(operator, now=NOW).project
    review = create_review(project=project, terms=Terms(), actor=operator, now=NOW)
    login(client, operator)
    new = reverse("reviews:item_new", args=[review.pk])

    def typed(**said: str) -> str:
        said = {"number": "K1", "name": "课题"} | said
        return client.post(new, said, **HTMX).content.decode()

    for name in ("number", "name"):
        assert "不能为空" in typed(**{name: "\u200b"})
    assert not typed(number="Ｋ\u200b1", unit="\u2060甲公司", category="\u200b")
    row = review.items.get()
    assert (row.number, row.alias, row.unit, row.category) == ("K1", "K1", "甲公司", "")
    for mark in "\u200b\u00ad\ufe0f\u180e\u061c\u034f\u3164\u2800\U000e0041":
        assert "已经有了" in typed(number=f"K{mark}1")
    edit = reverse("reviews:item_edit", args=[row.pk])
    assert (
        "不能为空" in client.post(edit, {"number": "K1", "name": "\u200b"}, **HTMX).content.decode()
    )


def test_no_review_is_made_of_an_archived_project(client: Client, operator: User) -> None:
    project, rule = make_reviewed(operator, now=NOW).project, make_rule()
    Project.objects.filter(pk=project.pk).update(status=ProjectStatus.ARCHIVED)
    login(client, operator)
    form = reverse("reviews:create", args=[project.pk])
    tab = client.get(reverse("projects:detail", args=[project.pk]) + "?tab=reviews")
    assert form not in tab.content.decode()
    page = client.get(form, follow=True)
    assert page.redirect_chain
    assert "项目已归档" in page.content.decode()
    sent = client.post(form, {"rule": rule.pk}, **HTMX)
    assert sent.status_code == 422
    assert "项目已归档" in sent.content.decode()
    told = Caller(operator).post(f"/projects/{project.pk}/review", {})
    assert told.status_code == 409
    assert not Review.objects.exists()


def test_a_review_of_an_archived_project_stays_as_it_is(client: Client, operator: User) -> None:
    review = make_review(operator, now=NOW)
    Project.objects.filter(pk=review.project_id).update(status=ProjectStatus.ARCHIVED)
    login(client, operator)
    detail, start = (reverse(f"reviews:{one}", args=[review.pk]) for one in ("detail", "start"))
    assert start not in client.get(detail).content.decode()
    assert "项目已归档" in client.post(start, follow=True).content.decode()
    review.refresh_from_db()
    assert review.opened_at is None


@pytest.mark.shows("OVW-13", "OVW-15")
def test_who_organises_sees_progress_and_no_scores(
    client: Client, operator: User, expert: Expert
) -> None:
    other = make_expert("李四")
    review = open_for(operator, expert, other)
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW, scores={**GOOD, "2.2": ["方案很好很好", ""]})
    page = reverse("reviews:detail", args=[review.pk])
    login(client, operator)
    shown = client.get(page).content.decode()
    assert all(words in shown for words in ("评分中", "6 / 6", "李四"))
    assert "方案很好很好" not in shown
    board = reverse("reviews:board", args=[review.pk])
    shown = client.get(board).content.decode()
    assert "已填 6 / 6" in shown
    assert "方案很好很好" not in shown
    part = client.get(board, HTTP_HX_REQUEST="true", HTTP_HX_TARGET="board").content.decode()
    assert "<header" not in part
    # Counts, and how far each has come: no other number, no grade, no vote.
    said = re.sub(r"<[^>]+>", " ", part)
    assert sorted(re.findall(r"\d+(?:\.\d+)?", said)) == ["0", "0", "0", "2", "2", "6", "6", "6"]
    assert not any(words in said for words in ("通过", "良", "总分"))
    assert "评审打分尚未结束" in obstacles(review.project)
    role = Role.objects.create(code="watcher", name="不看名单")
    role.permissions.create(code="reviews.view", scope=Scope.ALL)
    login(client, make_user(roles=(role,)))
    shown = client.get(page).content.decode()
    assert "专家 1" in shown
    assert "李四" not in shown


@pytest.mark.shows("OVW-13")
def test_an_expert_scores_submits_and_reads(client: Client, operator: User, expert: Expert) -> None:
    review = open_for(operator, expert)
    row = reviewer_of(review, expert)
    as_expert(client, expert)
    assert review.project.name in client.get(reverse("reviews:own")).content.decode()
    page = reverse("reviews:own_review", args=[row.pk])
    assert "scoring-data" in client.get(page).content.decode()
    items = {one.item.alias: {"revision": 0, "scores": GOOD} for one in sheets_of(row)}
    save = reverse("reviews:own_save", args=[row.pk])
    for wrong in (
        "no",
        "[]",
        '{"items": {"1": {}}}',
        '{"items": {"1": {"revision": 0, "scores": 7}}}',
        '{"items": {"T-1": {"revision": 1e999, "scores": {}}}}',
        '{"items": {"T-1": {"revision": Infinity, "scores": {}}}}',
    ):
        assert client.post(save, wrong, content_type="application/json").status_code == 400
    body = json.dumps({"items": items})
    done = client.post(save, body, content_type="application/json").json()
    assert {one["revision"] for one in done["items"].values()} == {1}
    sheet = reverse("reviews:own_submit", args=[row.pk])
    assert "签字提交" in client.get(sheet).content.decode()
    seen = seen_mark(sheets_of(row))
    for signature, words in (("[]", "签上您的姓名"), (STROKES, "与您看到的不同")):
        refused = client.post(sheet, {"seen": "0" * 64, "signature": signature})
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    client.post(sheet, {"seen": seen, "signature": STROKES})
    made = Submission.objects.get(reviewer=row)
    assert made.signed_from.startswith("127.0.0.1")
    read = client.get(page).content.decode()
    assert "第 1 版" in read
    assert "scoring-data" not in read
    assert client.post(save, body, content_type="application/json").status_code == 409
    assert client.get(sheet).status_code == 302


@pytest.mark.shows("OVW-13")
def test_the_page_is_told_what_is_kept_as_written_otherwise(
    client: Client, operator: User, expert: Expert
) -> None:
    """Phones type full-width digits beside Chinese: it counted as 48.5, and the page added up nothing."""
    row = reviewer_of(open_for(operator, expert), expert)
    as_expert(client, expert)
    said = {**GOOD, "2.1.1": ["４８．５分", ""], "2.1.2": ["很好", ""]}
    for revision in (0, 0):  # sent again, since the answer was lost
        body = json.dumps({"items": {"T-1": {"revision": revision, "scores": said}}})
        save = reverse("reviews:own_save", args=[row.pk])
        done = client.post(save, body, content_type="application/json").json()["items"]["T-1"]
        assert done["kept"] == {"2.1.1": "48.5"}
        assert list(done["problems"]) == ["2.1.2"]


def test_nobody_opens_the_sheet_of_another(client: Client, operator: User, expert: Expert) -> None:
    other = make_expert("李四")
    give_account(other, make_user("expert"))
    review = open_for(operator, expert, other)
    row = reviewer_of(review, expert)
    as_expert(client, other)
    for name in ("own_review", "own_submit"):
        assert client.get(reverse(f"reviews:{name}", args=[row.pk])).status_code == 404
    save = reverse("reviews:own_save", args=[row.pk])
    said = client.post(save, '{"items": {}}', content_type="application/json")
    assert said.status_code == 404


def test_an_anonymous_sheet_names_nobody(client: Client, operator: User, expert: Expert) -> None:
    review = open_for(operator, expert, anonymous=True)
    row = reviewer_of(review, expert)
    as_expert(client, expert)
    for name in ("own_review", "own_submit"):
        shown = client.get(reverse(f"reviews:{name}", args=[row.pk])).content.decode()
        assert "甲公司" not in shown
        assert "投标文件" not in shown
        assert "匿名 01" in shown or json.dumps("匿名 01").strip('"') in shown


def test_nobody_learns_today_who_scored_while_other_names_are_sealed(
    client: Client, operator: User, expert: Expert
) -> None:
    review = open_for(operator, expert)
    row = reviewer_of(review, expert)
    Project.objects.filter(pk=review.project_id).update(opening_at=NOW - timedelta(days=9))
    page = reverse("reviews:detail", args=[review.pk])
    login(client, operator)

    def shown() -> str:
        parts = [page, reverse("reviews:board", args=[review.pk]), reverse("reviews:list")]
        parts += [reverse("projects:detail", args=[review.project_id]) + "?tab=reviews"]
        parts += [reverse("experts:detail", args=[expert.pk]) + "?tab=reviews"]
        parts += [reverse("reviews:assignment_exit", args=[row.pk])]
        return re.sub(
            r'"[\w-]{64}"|nonce="[^"]*"|server-now" content="[^"]*"|idle-left="\d*"',
            "",
            "".join(client.get(one).content.decode() for one in parts),
        )

    make_draw(now=NOW - timedelta(hours=1), operator=operator)
    before = shown()
    fill_in(row, now=timezone.now())
    assert shown() == before
    made = submit(row, now=timezone.now())
    assert shown() == before
    assert "今天的进度明天显示" in before
    with pytest.raises(ReviewRefused, match="还有 1 位"):
        end_review(review=review, actor=operator, now=timezone.now())
    ask = reverse("workflow:request_ask", args=["reviews.return", made.pk])
    assert client.post(ask, {"reason": "单位弄混了"}).status_code == 404
    # On the day of its own meeting the office has to know who is missing, and needs no minute.
    Project.objects.filter(pk=review.project_id).update(opening_at=NOW - timedelta(minutes=1))
    assert "已提交" in client.get(page).content.decode()
    assert (
        f"{timezone.localtime(made.submitted_at):%H:%M}"
        not in client.get(page).content.decode().split("评审专家", 1)[1]
    )


def test_what_somebody_else_wrote_is_marked(client: Client, operator: User, expert: Expert) -> None:
    other = make_expert("李四")
    review = open_for(operator, expert, other)
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW)
    page = reverse("reviews:detail", args=[review.pk])
    login(client, operator)
    marks = {one.label for one in WRITTEN}

    def look() -> tuple[int, bool, set[str]]:
        shown = client.get(page).content.decode()
        found = {label for label in forged_rows(now=NOW) if label in marks}
        return shown.count("数据被改动过"), ">组长<" in shown, found

    assert look() == (0, False, set())
    ScoreSheet.objects.filter(reviewer=row, item__number="T-2").delete()
    assert look() == (1, False, set())
    with pytest.raises(ReviewRefused, match="系统之外"):
        submit(row, now=NOW)
    Reviewer.objects.filter(review=review, expert=other).update(is_leader=True)
    assert look() == (2, False, {"评审专家"})
    # The owner of the tables gets past the triggers.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE reviews_reviewitem SET price = 1")
        cursor.execute("UPDATE reviews_review SET ended_at = now()")
        cursor.execute("SET LOCAL session_replication_role = origin")
    shown = client.get(page).content.decode()
    assert "评审对象在系统之外被改动过" in shown
    assert forged_rows(now=NOW)["评审"] == 1


def test_materials_of_an_anonymous_review_have_neither_name_nor_number(
    client: Client, operator: User, expert: Expert
) -> None:
    """The page named the files as the office had, and gave their numbers, in the order of uploading."""
    review = make_review(operator, now=NOW, pool=(expert,), anonymous=True)
    for item in review.items.all():
        named = SimpleUploadedFile(f"{item.number} 甲公司方案.TXT", item.number.encode())
        attach(subject=item, uploaded_file=named, actor=operator, now=NOW)
    open_review(review=review, actor=operator, now=NOW)
    row = reviewer_of(review, expert)
    as_expert(client, expert)
    page = client.get(reverse("reviews:own_review", args=[row.pk])).content.decode()
    told = json.dumps("甲公司方案")[1:-1]  # as JSON in a page has it
    assert told not in page
    assert json.dumps("材料 1.txt")[1:-1] in page
    assert "/files/" not in page
    for item in review.items.all():
        url = reverse("reviews:own_material", args=[row.pk, item.alias, 1])
        answer = client.get(url)
        assert b"".join(answer.streaming_content) == item.number.encode()
        assert unquote(answer["Content-Disposition"]).endswith(f"{item.alias} 材料 1.txt")
        assert client.get(url.replace("/1/", "/2/")).status_code == 404
    looks = Entry.objects.filter(action="file.preview")
    assert looks.count() == 2
    # By the numbers of the files he finds nothing.
    for file in Attachment.objects.all():
        for name in ("download", "preview", "content"):
            assert client.get(reverse(f"files:{name}", args=[file.pk])).status_code == 404
        own = reverse("files:subject", args=[file.subject_type, file.subject_id])
        assert client.get(own).status_code == 404


def test_office_files_stand_beside_the_sheet_as_they_were_laid_out(
    client: Client, operator: User, expert: Expert, converter: Any
) -> None:
    converter()
    review = make_review(operator, now=NOW, pool=(expert,), anonymous=True)
    item = review.items.get(number="T-1")
    paper = zipped("word/document.xml")
    named = SimpleUploadedFile("甲公司方案.docx", paper)
    attach(subject=item, uploaded_file=named, actor=operator, now=NOW)
    open_review(review=review, actor=operator, now=NOW)
    row = reviewer_of(review, expert)
    as_expert(client, expert)
    item.refresh_from_db()
    url = reverse("reviews:own_material", args=[row.pk, item.alias, 1])
    page = client.get(reverse("reviews:own_review", args=[row.pk])).content.decode()
    assert f'"beside": "{url}", "kind": "pdf"' in page
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 laid out"
    assert "inline" in answer["Content-Disposition"]
    assert unquote(answer["Content-Disposition"]).endswith(f"{item.alias} 材料 1.docx.pdf")
    # What cannot be laid out is downloaded as it is.
    for kept in list(store.below("previews/")):
        store.delete(kept.name)
    converter("exit 1")
    answer = client.get(url)
    assert b"".join(answer.streaming_content) == paper
    assert "attachment" in answer["Content-Disposition"]
    # It bears no mark, so that each look is known: laid out, and taken away as it was handed in.
    assert Entry.objects.filter(action="file.preview", actor=expert.user).count() == 2


def test_pictures_and_pdf_stand_beside_the_sheet_and_each_look_is_logged(
    client: Client, operator: User, expert: Expert
) -> None:
    review = make_review(operator, now=NOW, pool=(expert,))
    item = review.items.get(number="T-1")
    for name, content in (("图纸.png", qr_png("T-1")), ("清单.txt", b"1")):
        attach(
            subject=item, uploaded_file=SimpleUploadedFile(name, content), actor=operator, now=NOW
        )
    open_review(review=review, actor=operator, now=NOW)
    row = reviewer_of(review, expert)
    as_expert(client, expert)
    page = client.get(reverse("reviews:own_review", args=[row.pk]))
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    picture, text = page.context["data"]["items"][0]["files"]
    assert (picture["kind"], text["beside"]) == ("image", "")
    shown = client.get(picture["beside"])
    assert (shown["Content-Type"], shown["X-Frame-Options"]) == ("image/png", "SAMEORIGIN")
    assert unquote(shown["Content-Disposition"]) == "inline; filename*=utf-8''图纸.png"
    assert b"".join(shown.streaming_content) == qr_png("T-1")
    looks = Entry.objects.filter(action="file.preview", actor=expert.user)
    assert looks.count() == 1
    assert b"".join(client.get(picture["beside"]).streaming_content)
    assert looks.count() == 2
    assert 'id="watermark"' in page.content.decode()
    give_account(other := make_expert("别人"), make_user("expert"))
    as_expert(client, other)
    assert client.get(picture["beside"]).status_code == 404


def test_an_anonymous_sheet_tells_neither_order_nor_what_can_be_tried_out(
    client: Client, operator: User, expert: Expert
) -> None:
    things = [
        Thing(f"P{at}", f"课题{at}", category="农业类", price=Decimal(4321)) for at in range(8)
    ]
    row = reviewer_of(open_for(operator, expert, anonymous=True, things=things), expert)
    as_expert(client, expert)
    shown = client.get(reverse("reviews:own_review", args=[row.pk]))
    told = shown.context["data"]["items"]
    aliases = [f"匿名 {at:02d}" for at in range(1, 9)]
    assert [one["id"] for one in told] == aliases
    assert not {"农业类", "4,321.00"} & {str(said) for one in told for said in one.values()}
    items = {one: {"revision": 0, "scores": GOOD} for one in reversed(aliases)}
    body = json.dumps({"items": items})
    saved = client.post(
        reverse("reviews:own_save", args=[row.pk]), body, content_type="application/json"
    )
    assert list(saved.json()["items"]) == aliases
    sheets = sheets_of(row)
    page = client.get(reverse("reviews:own_submit", args=[row.pk])).content.decode()
    assert seen_mark(sheets) in page
    assert hash_of(content_of(sheets)) not in page
    made = submit(row, now=NOW)
    read = client.get(reverse("reviews:own_review", args=[row.pk])).content.decode()
    assert made.mark[:16] in read
    assert made.content_hash[:16] not in read


def test_what_json_can_hold_and_nobody_writes_is_left_out(
    client: Client, operator: User, expert: Expert
) -> None:
    row = reviewer_of(open_for(operator, expert), expert)
    as_expert(client, expert)
    scores = {"2.2": ["\ud800好\x00", ""], "2.1.1": ["60", "\udfff满意"], "\ud800": ["1", ""]}
    items = {
        "T-1": {"revision": 0, "scores": scores},
        "\ud800": {"revision": 0, "scores": {}},
    }
    save = reverse("reviews:own_save", args=[row.pk])
    body = json.dumps({"items": items})
    assert client.post(save, body, content_type="application/json").status_code == 200
    assert sheets_of(row)[0].scores == {"2.2": ["好", ""], "2.1.1": ["60", "满意"]}


def test_the_leader_opens_the_next_stage(client: Client, operator: User, expert: Expert) -> None:
    review = open_for(operator, expert, by_stage=True)
    row = reviewer_of(review, expert)
    as_expert(client, expert)
    stage = reverse("reviews:own_stage", args=[row.pk])
    assert client.post(stage).status_code == 404
    # Written by somebody else, it makes nobody the leader.
    Reviewer.objects.filter(pk=row.pk).update(is_leader=True)
    own = reverse("reviews:own_review", args=[row.pk])
    assert "开启下一阶段" not in client.get(own).content.decode()
    assert client.post(stage).status_code == 404
    row.is_leader = True
    row.save()
    assert (
        "开启下一阶段" in client.get(reverse("reviews:own_review", args=[row.pk])).content.decode()
    )
    client.post(stage)
    assert Review.objects.get(pk=review.pk).stages == 2
    assert "都已开启" in client.post(stage, follow=True).content.decode()


@pytest.mark.shows("OVW-13")
def test_a_hand_back_is_asked_for_and_stands_on_the_page(
    client: Client, operator: User, expert: Expert
) -> None:
    made = make_submitted(operator, expert, now=NOW)
    page = reverse("reviews:detail", args=[made.reviewer.review_id])
    login(client, operator)
    assert "退回原因" in client.get(page).content.decode()
    ask = reverse("workflow:request_ask", args=["reviews.return", made.pk])
    client.post(ask, {"reason": "单位弄混了"})
    shown = client.get(page).content.decode()
    assert "退回评分表等待确认" in shown
    assert "退回原因" not in shown


def test_reviews_stand_on_the_panorama_and_on_the_home_page(
    client: Client, operator: User, expert: Expert
) -> None:
    review = open_for(operator, expert)
    login(client, operator)
    tab = client.get(reverse("experts:detail", args=[expert.pk]) + "?tab=reviews")
    assert review.project.name in tab.content.decode()
    tab = client.get(reverse("projects:detail", args=[review.project_id]) + "?tab=reviews")
    assert "0 / 1" in tab.content.decode()
    as_expert(client, expert)
    assert "评审打分" in client.get(reverse("portal:home")).content.decode()
    row = reviewer_of(review, expert)
    fill_in(row, now=NOW)
    submit(row, now=NOW)
    assert "已提交" in client.get(reverse("reviews:own")).content.decode()


@pytest.mark.shows("OVW-13")
def test_whose_sheet_was_handed_back_reads_why_where_he_mends_it(
    client: Client, operator: User, supervisor: User, expert: Expert
) -> None:
    made = make_submitted(operator, expert, now=NOW)
    page = reverse("reviews:own_review", args=[made.reviewer_id])
    as_expert(client, expert)
    assert "已退回修改" not in client.get(reverse("reviews:own")).content.decode()
    asked = request_hand_back(subject=made, reason="漏看附件三", actor=operator, now=NOW)
    decide_hand_back(request=asked, agree=True, note="", actor=supervisor, now=NOW)
    assert "已退回修改" in client.get(reverse("reviews:own")).content.decode()
    assert "漏看附件三。您填过的都还在" in client.get(page).content.decode()
    submit(made.reviewer, now=NOW)
    assert "已退回修改" not in client.get(reverse("reviews:own")).content.decode()
    assert "漏看附件三" not in client.get(page).content.decode()
