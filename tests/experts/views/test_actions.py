"""Actions on one expert and on many: rights are those over each record."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, RoleField, RolePermission, User
from expertpool.audit.models import Entry
from expertpool.core.views import bulk, listing
from expertpool.experts.models import BlacklistEntry, Expert, Leave
from expertpool.experts.settings import REVEALS_PER_DAY
from expertpool.notifications.models import Message
from expertpool.notifications.queries.messages import recipient_key
from expertpool.privacy.services.erasing import erase
from tests.attacks.test_rights import make_role
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_tag
from tests.factories.joining import make_application
from tests.factories.siteconfig import configure
from tests.fixtures import login


def post(client: Client, name: str, *args: Any, query: str = "", **data: Any) -> HttpResponse:
    address = reverse(f"experts:{name}", args=args) + query
    return client.post(address, data, headers={"HX-Request": "true"})


def toast(response: HttpResponse) -> str:
    return str(json.loads(response["HX-Trigger"])["toast"]["message"])


def status(expert: Expert) -> str:
    return Expert.objects.get(pk=expert.pk).status


@pytest.mark.shows("EXP-19", "EXP-34", "EXP-36")
def test_one_expert_through_all_statuses(client: Client, admin: User) -> None:
    login(client, admin)
    expert = make_expert("甲", status="pending")
    for name, data, after in (
        ("approve", {}, "formal"),
        ("freeze", {"reason": "年检"}, "frozen"),
        ("unfreeze", {}, "formal"),
        ("blacklist_add", {"reason": "泄密"}, "blacklisted"),
        ("blacklist_remove", {"reason": "复议"}, "formal"),
        ("delete", {"reason": "退休"}, "deleted"),
        ("restore", {}, "formal"),
    ):
        answer = post(client, name, expert.pk, query="?from=detail", **data)
        # Of the blacklist it goes on with the evidence.
        assert answer.status_code == (200 if name == "blacklist_add" else 204), name
        assert "page:refresh" in answer["HX-Trigger"]
        assert status(expert) == after
    assert post(client, "unfreeze", expert.pk).status_code == 409
    assert post(client, "freeze", expert.pk, reason="").status_code == 409


@pytest.mark.shows("EXP-19", "EXP-40")
def test_bulk_deletion_leaves_alone_what_is_out_of_reach(db: None, client: Client) -> None:
    ours, theirs = make_department("甲部"), make_department("乙部")
    role = Role.objects.create(code="clerk", name="库员")
    for code, scope in (("experts.view", Scope.ALL), ("experts.delete", Scope.DEPARTMENT)):
        RolePermission.objects.create(role=role, code=code, scope=scope)
    login(client, make_user(roles=(role,), department=ours))
    mine, foreign = make_expert(department=ours), make_expert(department=theirs)
    answer = post(client, "delete_many", pk=[mine.pk, foreign.pk], reason="合并")
    page = answer.content.decode()
    assert "已删除 1 位专家。" in page
    assert f"{foreign.name}（{foreign.number}）" in page
    assert "不在您可以办理的范围内" in page
    assert (status(mine), status(foreign)) == ("deleted", "formal")
    assert post(client, "delete", foreign.pk, reason="合并").status_code == 404
    assert post(client, "freeze_many", pk=[mine.pk], reason="xy").status_code == 403


@pytest.mark.shows("EXP-19")
def test_everything_that_the_list_shows(client: Client, admin: User) -> None:
    login(client, admin)
    shown = [make_expert("甲"), make_expert("甲")]
    others = [make_expert("乙"), make_expert("甲", status="frozen")]
    answer = post(client, "freeze_many", query="?q=甲&tab=formal", all="1", count=2, reason="年检")
    assert toast(answer) == "已冻结 2 位专家。"
    assert [status(expert) for expert in shown + others] == ["frozen", "frozen", "formal", "frozen"]
    assert post(client, "freeze_many", reason="年检").status_code == 409


@pytest.mark.shows("EXP-19")
def test_of_many_each_that_is_refused_is_told_with_its_reason(client: Client, admin: User) -> None:
    login(client, admin)
    fit, waiting = make_expert("甲"), make_expert("乙", status="pending")
    answer = post(client, "freeze_many", pk=[fit.pk, waiting.pk], reason="年检")
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#drawer")
    assert "已冻结 1 位专家" in page
    assert "乙现为“待审核”" in page
    assert (status(fit), status(waiting)) == ("frozen", "pending")


def test_more_than_one_request_can_do_is_refused_as_a_whole(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_PICKED", 1)
    rows = [make_expert("甲"), make_expert("乙")]
    answer = post(login(client, admin), "freeze_many", pk=[row.pk for row in rows], reason="年检")
    assert (answer.status_code, toast(answer)) == (
        409,
        "一次最多处理 1 条，请用筛选条件分批处理。",
    )
    assert {status(row) for row in rows} == {"formal"}


@pytest.mark.shows("EXP-19", "EXP-52")
@pytest.mark.parametrize(
    ("act", "done", "undone"),
    [("freeze_many", "frozen", "formal"), ("delete_many", "deleted", "formal")],
)
def test_what_can_be_taken_back_is_offered_beside_the_message(
    client: Client, admin: User, act: str, done: str, undone: str
) -> None:
    login(client, admin)
    fit = [make_expert("甲"), make_expert("乙")]
    answer = post(client, act, pk=[one.pk for one in fit], count=2, reason="年检")
    assert [status(one) for one in fit] == [done, done]
    undo = json.loads(answer["HX-Trigger"])["toast"]["undo"]
    assert client.post(undo["url"], {"pk": undo["pk"]}).status_code == 204
    assert [status(one) for one in fit] == [undone, undone]


@pytest.mark.shows("EXP-19")
def test_whoever_came_for_another_is_not_meant(client: Client, admin: User) -> None:
    """As many as the question named, and yet others than the list showed."""
    login(client, admin)
    left, came = make_expert("甲"), make_expert("乙", status="frozen")
    page = client.get(reverse("experts:list") + "?tab=formal").content.decode()
    shown_at = html.unescape(re.findall(r'data-at="([^"]+)"', page)[0])
    post(client, "freeze", left.pk, reason="年检")
    post(client, "unfreeze", came.pk)
    asked = {"query": "?tab=formal", "all": "1", "count": 1, "reason": "年检"}
    answer = post(client, "freeze_many", at=shown_at, **asked)
    assert (answer.status_code, status(came)) == (409, "formal")
    assert "其中 1 条在您打开列表之后有改动" in toast(answer)
    assert post(client, "freeze_many", at=timezone.now().isoformat(), **asked).status_code == 204


@pytest.mark.shows("EXP-19")
def test_what_was_done_of_many_is_taken_back_where_some_were_refused(
    client: Client, admin: User
) -> None:
    login(client, admin)
    fit, waiting = make_expert("甲"), make_expert("乙", status="pending")
    page = post(client, "freeze_many", pk=[fit.pk, waiting.pk], reason="年检").content.decode()
    assert "撤销已处理的 1 位专家" in page
    values = json.loads(html.unescape(re.findall(r'hx-vals="([^"]+)"', page)[0]))
    assert post(client, "unfreeze_many", **values).status_code == 204
    assert (status(fit), status(waiting)) == ("formal", "pending")


@pytest.mark.shows("EXP-19")
def test_more_than_a_header_names_are_said_not_to_be_taken_back(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_UNDONE", 1)
    rows = [make_expert("甲"), make_expert("乙")]
    answer = post(login(client, admin), "freeze_many", pk=[one.pk for one in rows], reason="年检")
    assert toast(answer) == "已冻结 2 位专家。一次超过 1 位专家的不能在此撤销。"
    assert "undo" not in json.loads(answer["HX-Trigger"])["toast"]


@pytest.mark.shows("EXP-19")
def test_a_filter_that_became_invalid_means_nobody(client: Client, admin: User) -> None:
    """A deleted group, a broken condition: everybody would have been deleted."""
    login(client, admin)
    tag, expert = make_tag(), make_expert("甲")
    address = f"?tag={tag.pk}"
    tag.delete()
    for query in (address, "?where={broken", "?term=nonsense"):
        page = client.get(reverse("experts:list") + query)
        assert page.context["total"] == 0
        # Of the list alone, too, which has no place for what is wrong with a filter.
        asked = {"HX-Request": "true", "HX-Target": "list"}
        part = client.get(reverse("experts:list") + query, headers=asked)
        assert toast(part).startswith("没有查询，筛选条件有误")
        answer = post(client, "delete_many", query=query, all="1", count=1, reason="清理")
        assert answer.status_code == 409
    assert status(expert) == "formal"


@pytest.mark.shows("EXP-20")
def test_the_deleted_are_listed_and_restored(client: Client, admin: User) -> None:
    login(client, admin)
    gone = [make_expert("甲"), make_expert("乙")]
    post(client, "delete_many", pk=[expert.pk for expert in gone], reason="重复建档")
    page = client.get(reverse("experts:deleted")).content.decode()
    assert page.count("重复建档") == 2
    assert "管理员老张" in page
    answer = post(client, "restore_many", query="?q=甲", all="1", count=1)
    assert toast(answer) == "已恢复 1 位专家。"
    assert post(client, "restore_many", query="?tab=deleted", all="1", count=1).status_code == 204
    assert [status(expert) for expert in gone] == ["formal", "formal"]


@pytest.mark.shows("EXP-20")
def test_who_was_merged_is_not_ticked_to_be_restored(client: Client, admin: User) -> None:
    login(client, admin)
    gone, merged, kept = make_expert("甲"), make_expert("乙"), make_expert("丙")
    post(client, "delete_many", pk=[gone.pk, merged.pk], reason="重复建档")
    Expert.objects.filter(pk=merged.pk).update(merged_into=kept)
    for address in (reverse("experts:deleted"), f"{reverse('experts:list')}?tab=deleted"):
        page = client.get(address).content.decode()
        assert "乙" in page
        assert f'value="{gone.pk}" data-pick' in page
        assert f'value="{merged.pk}" data-pick' not in page


@pytest.mark.shows("EXP-20")
def test_whoever_was_erased_is_not_offered_to_be_restored(client: Client, admin: User) -> None:
    login(client, admin)
    gone, erased = make_expert("甲"), make_expert("乙")
    post(client, "delete_many", pk=[gone.pk, erased.pk], reason="本人要求")
    erased.refresh_from_db()
    erase(erased, actor=admin, now=timezone.now())
    for address in (reverse("experts:deleted"), f"{reverse('experts:list')}?tab=deleted"):
        page = client.get(address).content.decode()
        assert erased.number in page
        for one, offered in ((gone, True), (erased, False)):
            assert (f'value="{one.pk}" data-pick' in page) == offered, address
            assert (f'{reverse("experts:restore", args=[one.pk])}"' in page) == offered, address
    for one, offered in ((gone, True), (erased, False)):
        page = client.get(reverse("experts:detail", args=[one.pk])).content.decode()
        assert (f"{reverse('experts:restore', args=[one.pk])}?" in page) == offered


@pytest.mark.shows("EXP-32")
def test_groups_in_bulk(client: Client, admin: User) -> None:
    login(client, admin)
    tag, expert, other = make_tag(), make_expert("甲"), make_expert("乙")
    url = reverse("experts:tag_many")
    drawer = client.get(url, {"pk": [expert.pk]})
    assert f'name="pk" value="{expert.pk}"' in drawer.content.decode()
    assert client.post(url, {"pk": [expert.pk]}).status_code == 422
    assert client.post(url, {"pk": [expert.pk], "add": [tag.pk]}).status_code == 204
    assert client.post(f"{url}?q=乙", {"all": "1", "count": 1, "add": [tag.pk]}).status_code == 204
    assert [one.tags.count() for one in (expert, other)] == [1, 1]
    page = client.get(reverse("experts:tag_list"))
    assert page.context["table"][0]["cells"][1][1] == 2


@pytest.mark.shows("EXP-34")
def test_the_blacklist_page(client: Client, admin: User) -> None:
    login(client, admin)
    expert, pending = make_expert("甲"), make_expert("乙", status="pending")
    data = {"reason": "泄密", "evidence": "〔2026〕1 号", "until_date": "2099-12-31"}
    assert post(client, "blacklist_new", expert=pending.pk, **data).status_code == 422
    assert post(client, "blacklist_new", expert=expert.pk, **data).status_code == 200
    late = data | {"until_date": "2020-01-01"}
    answer = post(client, "blacklist_add", make_expert().pk, **late)
    assert answer.status_code == 422
    assert "期限已过" in answer.content.decode()
    page = client.get(reverse("experts:blacklist"))
    assert "〔2026〕1 号" in page.content.decode()
    assert "2099-12-31" in page.content.decode()
    post(client, "blacklist_remove", expert.pk, reason="复议成立")
    assert not client.get(reverse("experts:blacklist")).context["page"]
    removed = client.get(reverse("experts:blacklist") + "?tab=removed")
    assert "复议成立" in removed.content.decode()
    assert BlacklistEntry.objects.get().removed_by == admin


@pytest.mark.shows("PORT-21", "PORT-23")
def test_the_leave_page(client: Client, admin: User) -> None:
    login(client, admin)
    expert = make_expert("甲")
    data = {"start": "2099-01-02 00:00", "end": "2099-01-01 00:00", "reason": "出国"}
    refused = post(client, "leave_add", expert.pk, **data)
    assert refused.status_code == 422
    assert "不晚于开始" in refused.content.decode()
    data["end"] = "2099-01-09 00:00"
    assert post(client, "leave_new", expert=expert.pk, **data).status_code == 204
    assert "重叠" in post(client, "leave_add", expert.pk, **data).content.decode()
    coming = client.get(reverse("experts:leave_list") + "?tab=coming")
    assert "2099-01-02 00:00 至 2099-01-09 00:00" in coming.content.decode()
    leave = Leave.objects.get()
    assert post(client, "leave_cancel", leave.pk).status_code == 204
    assert post(client, "leave_cancel", leave.pk).status_code == 409


@pytest.mark.shows("EXP-36")
def test_a_leave_of_many_years_is_asked_about_once(client: Client, admin: User) -> None:
    login(client, admin)
    expert = make_expert()
    data = {"start": "2090-01-01", "end": "2098-01-01", "reason": "出国"}
    asked = post(client, "leave_add", expert.pk, **data)
    assert "请核对年份" in asked.content.decode()
    assert not Leave.objects.exists()
    said = {"asked": asked.context["form"]["asked"].value()}
    assert post(client, "leave_add", expert.pk, **(data | said)).status_code == 204


@pytest.mark.parametrize("name", ["leave_list", "blacklist", "deleted"])
@pytest.mark.parametrize("count", [1, 3])
def test_the_cost_of_lists(
    client: Client, admin: User, name: str, count: int, django_assert_max_num_queries: Any
) -> None:
    login(client, admin)
    experts = [make_expert() for _ in range(count)]
    for expert in experts:
        post(client, "leave_add", expert.pk, start="2099-01-01", end="2099-01-02", reason="xy")
        if name == "blacklist":
            post(client, "blacklist_add", expert.pk, reason="xy")
        if name == "deleted":
            post(client, "delete", expert.pk, reason="xy")
    url = reverse(f"experts:{name}") + ("?tab=all" if name != "deleted" else "")
    assert len(client.get(url).context["page"]) == count
    with django_assert_max_num_queries(16):
        client.get(url)


@pytest.mark.shows("EXP-41")
def test_revealing_over_the_page(client: Client, admin: User, operator: User) -> None:
    expert = make_expert(id_number="110101198001010010")
    login(client, admin)
    detail = client.get(reverse("experts:detail", args=[expert.pk])).content.decode()
    assert "1101************10" in detail
    assert "110101198001010010" not in detail
    assert post(client, "reveal", expert.pk, "id_number").status_code == 409
    answer = post(client, "reveal", expert.pk, "id_number", reason="核对")
    assert answer.content.decode() == "110101198001010010"
    entry = Entry.objects.get(action="expert.reveal")
    assert (entry.after, entry.note) == ({"内容": "证件号码"}, "核对")
    # As many letters as the question lets one type stand in the log to the last.
    assert (
        post(client, "reveal", expert.pk, "id_number", reason="字" * 499 + "终").status_code == 200
    )
    assert Entry.objects.filter(action="expert.reveal", note="字" * 499 + "终").exists()
    assert post(client, "reveal", expert.pk, "title", reason="核对").status_code == 404
    login(client, operator)
    assert post(client, "reveal", expert.pk, "phone", reason="核对").status_code == 403


@pytest.mark.shows("EXP-41")
def test_a_few_reveals_a_day(
    client: Client, admin: User, operator: User, time_machine: Any
) -> None:
    """Of experts and applications together; by account, from midnight on; the refused are no reveals."""
    time_machine.move_to("2026-12-08T20:00:00+08:00", tick=False)
    configure(REVEALS_PER_DAY, 2)
    expert, application = make_expert(), make_application()
    security = make_user("admin")
    login(client, admin)

    def reveal(reason: str = "电话核对") -> int:
        return post(client, "reveal", expert.pk, "phone", reason=reason).status_code

    def reveal_applied() -> Any:
        address = reverse("joining:reveal", args=[application.pk, "phone"])
        return client.post(address, {"reason": "电话核对"})

    assert [reveal(""), reveal(), reveal("")] == [409, 200, 409]
    assert reveal_applied().status_code == 200
    refused = [reveal(), reveal_applied(), reveal()]
    assert (refused[0], refused[1].status_code, refused[2]) == (409, 409, 409)
    assert "已达 2 次" in refused[1].content.decode() + str(refused[1].headers)
    assert Entry.objects.filter(action__in=("expert.reveal", "joining.reveal")).count() == 2
    # Told once a day, to who looks after security.
    entry = Entry.objects.get(action="expert.reveals_used")
    assert (entry.actor, entry.subject_id) == (admin, str(admin.pk))
    told = Message.objects.filter(occasion="account.acted")
    assert [one.recipient_key for one in told] == [recipient_key(security.username)]
    # Another has his own.
    login(client, security)
    assert reveal() == 200
    login(client, admin)
    time_machine.move_to("2026-12-08T23:59:59+08:00", tick=False)
    assert reveal() == 409
    time_machine.move_to("2026-12-09T00:00:01+08:00", tick=False)
    assert reveal() == 200


@pytest.mark.django_db
@pytest.mark.shows("EXP-41")
def test_only_whom_the_right_to_reveal_reaches_and_what_is_not_hidden(client: Client) -> None:
    near = make_department("工程部")
    roles = (make_role("experts.view"), make_role("experts.reveal", scope=Scope.DEPARTMENT))
    clerk = make_user(roles=roles, department=near)
    own, other = make_expert(department=near), make_expert(department=make_department("财务部"))
    login(client, clerk)
    assert client.get(reverse("experts:detail", args=[other.pk])).status_code == 200
    assert post(client, "reveal", other.pk, "phone", reason="核对").status_code == 404
    assert post(client, "reveal", own.pk, "phone", reason="核对").status_code == 200
    for role in roles:
        RoleField.objects.create(role=role, field="experts.phone", level="hidden")
    assert post(client, "reveal", own.pk, "phone", reason="核对").status_code == 404
    assert Entry.objects.filter(action="expert.reveal").count() == 1
