"""The pages: drawing a rule up, trying it, what it did, doing that again, seeing to what it gave."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.automation.models import Errand, EventRule, Firing, Occurrence, RuleRequest
from expertpool.automation.queries.rules import latest_version
from expertpool.automation.registry import RULE_ACTIONS
from expertpool.automation.services.rules import ActionData, save_rule, switch_rule
from expertpool.core.criteria import canonical, parse
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import DictionaryItem
from expertpool.notifications.models import Message
from tests.automation.test_firings import broken
from tests.factories.automation import FREEZE, make_errand, make_rule, rule_data, settle_rules
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.fixtures import login, read_version

pytestmark = pytest.mark.django_db
CREATE, LIST = reverse("automation:create"), reverse("automation:list")
FIRINGS = reverse("automation:firings")
POSTED = {
    "name": "审核通过后通知",
    "purpose": "及时安排抽取",
    "event": "projects.approved",
    "condition-projects-approved": '{"field": "regime", "op": "in", "value": ["internal"]}',
    "active": "on",
    "action": ["1", "2"],
    "a1-do": "automation.tell",
    "a1-whom": "person:applicant",
    "a1-way": "all",
    "a1-title": "可以抽取了",
    "a1-text": "「{{项目名称}}」已审核通过",
    "a2-do": "automation.errand",
    "a2-role": "operator",
    "a2-errand": "安排抽取",
}


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_rule_is_drawn_up_read_and_edited(client: Client, admin: User) -> None:
    login(client, admin)
    assert "则" in text(client, CREATE)
    assert client.post(CREATE, POSTED).status_code == 302
    rule = EventRule.objects.get()
    version = latest_version(rule)
    assert version is not None
    assert [one["action"] for one in version.actions] == ["automation.tell", "automation.errand"]
    assert version.actions[0]["values"]["way"] == "all"
    shown = text(client, LIST)
    assert "审核通过后通知" in shown
    assert "通知项目申请人（站内信，并用短信、邮件）：可以抽取了" in shown
    assert "及时安排抽取" in text(client, reverse("automation:detail", args=[rule.pk]))
    edit = reverse("automation:edit", args=[rule.pk])
    page = text(client, edit)
    assert "可以抽取了" in page
    assert "安排抽取" in page
    changed = POSTED | {"a1-title": "请抽取"} | read_version(client, edit)
    assert client.post(edit, changed).status_code == 302
    later = latest_version(rule)
    assert later is not None
    assert (later.number, later.actions[0]["values"]["title"]) == (2, "请抽取")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"a1-text": "{{专家姓名}}"}, "专家姓名"),
        ({"a1-whom": "person:expert"}, "is-invalid"),
        ({"name": ""}, "is-invalid"),
        ({"a2-errand": ""}, "is-invalid"),
        ({"condition-projects-approved": "{}}"}, "格式"),
        ({"action": []}, "1 至 10 个动作"),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(
    client: Client, admin: User, change: dict[str, Any], message: str
) -> None:
    answer = login(client, admin).post(CREATE, POSTED | change)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "及时安排抽取" in answer.content.decode()
    assert not EventRule.objects.exists()


def test_a_button_adds_moves_and_removes_an_action(client: Client, admin: User) -> None:
    login(client, admin)
    rows = reverse("automation:rows")
    answer = client.post(rows, POSTED | {"op": "add"}).content.decode()
    assert answer.count('name="action"') == 3
    assert "可以抽取了" in answer
    answer = client.post(rows, POSTED | {"op": "up:2"}).content.decode()
    assert answer.index("安排抽取") < answer.index("可以抽取了")
    answer = client.post(rows, POSTED | {"op": "remove:1"}).content.decode()
    assert answer.count('name="action"') == 1
    # Another event asks other fields, and has other people.
    answer = client.post(rows, POSTED | {"op": "look", "event": "experts.approved"})
    assert "专家本人" in answer.content.decode()
    assert "condition-experts-approved" in answer.content.decode()
    # And stays the one that was chosen: the next button would go back to the first.
    assert '<option value="experts.approved" selected>' in answer.content.decode()


def test_what_is_tried_does_nothing(client: Client, admin: User) -> None:
    make_project("approved", name="桥梁加固", regime="internal")
    make_project("approved", name="道路改造")
    login(client, admin)
    answer = client.post(reverse("automation:trial"), POSTED).content.decode()
    assert "《可以抽取了》「桥梁加固」已审核通过" in answer
    assert "「道路改造」已审核通过" not in answer
    refused = client.post(reverse("automation:trial"), POSTED | {"a1-text": "{{专家}}"})
    assert "专家" in refused.content.decode()
    incomplete = client.post(reverse("automation:trial"), POSTED | {"name": ""})
    assert "请先填完" in incomplete.content.decode()
    assert not Message.objects.filter(occasion="automation.told").exists()
    assert not Occurrence.objects.exists()


def test_a_second_person_finds_what_he_confirms(
    client: Client, admin: User, supervisor: User
) -> None:
    data = rule_data(FREEZE, event="experts.approved", name="核实后入库")
    asked = save_rule(rule=None, data=data, actor=admin, now=timezone.now())
    assert isinstance(asked, RuleRequest)
    login(client, supervisor)
    assert "核实后入库" in text(client, reverse("workflow:request_list"))
    page = text(client, reverse("automation:detail", args=[asked.rule_id]))
    assert "冻结该专家：核实资料期间" in page
    agree = reverse("workflow:request_agree", args=["automation.rule", asked.pk])
    assert client.post(agree).status_code == 204
    assert latest_version(asked.rule) is not None
    assert "核实后入库" in text(client, LIST)


def test_a_failed_action_is_done_again_from_the_list_once(client: Client, admin: User) -> None:
    with RULE_ACTIONS.holding(broken(ValueError)):
        make_rule(ActionData("test.broken"), actor=admin)
        make_project("approved", name="桥梁加固")
        [firing] = settle_rules()
        login(client, admin)
        page = text(client, FIRINGS)
        assert "桥梁加固" in page
        assert "重新执行" in page
        assert "执行时出错" in text(client, reverse("automation:firing", args=[firing.pk]))
        again = reverse("automation:replay", args=[firing.pk])
        assert client.post(again).status_code == 204
        assert client.post(again).status_code == 409
        settle_rules()
    assert Firing.objects.count() == 2
    assert "已由" in text(client, reverse("automation:firing", args=[firing.pk]))


def test_firings_are_narrowed(client: Client, admin: User) -> None:
    first, second = make_rule(name="甲规则"), make_rule(name="乙规则")
    make_project("approved")
    settle_rules()
    login(client, admin)
    shown = text(client, f"{FIRINGS}?rule={first.pk}&event=projects.approved&tab=done")
    rows = shown.split("<tbody>")[1]
    assert "甲规则" in rows
    assert "乙规则" not in rows
    assert second.pk


def test_an_errand_is_finished_from_the_list(client: Client) -> None:
    errand = make_errand("admin")
    reader = errand_reader()
    login(client, reader)
    assert errand.text in text(client, reverse("automation:errands"))
    done = client.post(reverse("automation:errand_done", args=[errand.pk]), {"note": "办好了"})
    assert done.status_code == 204
    entry = Entry.objects.get(action="automation.errand_done")
    assert (entry.after, entry.note) == ({"待办": errand.text}, "办好了")
    assert Errand.objects.get().note == "办好了"
    assert "办好了" in text(client, reverse("automation:errands") + "?tab=done")


def errand_reader() -> User:
    return User.objects.filter(roles__code="admin").first() or User.objects.none().get()


def test_switching_and_moving_from_the_list(client: Client, admin: User) -> None:
    first, second = make_rule(name="甲"), make_rule(name="乙")
    login(client, admin)
    switch = reverse("automation:switch", args=[first.pk])
    assert client.post(f"{switch}?to=off").status_code == 204
    assert "停用" in text(client, LIST)
    assert client.post(f"{reverse('automation:move', args=[second.pk])}?to=up").status_code == 204
    assert [one.name for one in EventRule.objects.all()] == ["乙", "甲"]
    assert client.post(f"{switch}?to=on").status_code == 204


def test_a_rule_whose_word_is_gone_says_so_beside_what_was_agreed_to(
    client: Client, admin: User
) -> None:
    item = DictionaryItem.objects.create(dictionary=DictionaryCode.EXPERT_TYPE, name="寅类")
    leaf = {"field": "expert_type", "op": "eq", "value": "寅类"}
    look = ActionData("automation.errand", {"role": "operator", "errand": "看看「{{专家姓名}}」"})
    rule = make_rule(look, name="寅规则", event="experts.approved", condition=leaf)
    pages = reverse("automation:list"), reverse("automation:detail", args=[rule.pk])
    login(client, admin)
    for page in pages:
        assert "条件须修改" not in client.get(page).content.decode()
    item.delete()
    for page in pages:
        seen = client.get(page).content.decode()
        assert "专家类型 是 寅类" in seen
        assert "条件须修改" in seen
        assert "没有“寅类”这一项，请重新选择。" in seen
    assert "在改好之前，这条规则不执行" in seen
    # What is off does nothing in any case.
    switch_rule(rule=rule, active=False, actor=admin, now=timezone.now())
    for page in pages:
        assert "条件须修改" not in client.get(page).content.decode()


def test_a_condition_that_its_editor_may_not_see_stays(
    client: Client, admin: User, operator: User
) -> None:
    field = make_field("癸选", options=("甲级", "乙级"), subject="projects.project")
    seen = {"field": "regime", "op": "in", "value": ["internal"]}
    unseen = {"field": field.code, "op": "in", "value": ["甲级"]}
    rule = make_rule(condition={"all": [seen, unseen]})
    data = FieldData(field.label, field.options, readers=["operator"])
    change_field(field=field, data=data, actor=None, now=timezone.now())
    login(client, admin)
    edit = reverse("automation:edit", args=[rule.pk])
    shown = client.get(edit)
    name = "condition-projects-approved"
    box = html.unescape(str(shown.context["form"][name]))
    assert "甲级" not in box
    assert field.code not in box
    found = re.search(r">\s*(\{.*?)</textarea>", box, re.DOTALL)
    assert found
    posted = POSTED | {name: found[1], "name": "换了名称"}
    # Nobody finds out by trying whom it fits.
    tried = client.post(reverse("automation:trial"), posted).content.decode()
    assert "有一个条件您看不到" in tried
    assert client.post(edit, posted).status_code == 302
    version = latest_version(rule)
    assert version is not None
    assert version.name == "换了名称"
    assert version.condition == canonical(parse("projects.project", {"all": [seen, unseen]}))
    # It is switched as it stands, and its reader takes it away as what it is.
    switch = reverse("automation:switch", args=[rule.pk])
    assert client.post(f"{switch}?to=off").status_code == 204
    assert client.post(f"{switch}?to=on").status_code == 204


def test_trying_says_what_is_wrong_with_the_condition(client: Client, admin: User) -> None:
    login(client, admin)
    leaf = {"field": "regime", "op": "in", "value": ["癸类"]}
    posted = POSTED | {"condition-projects-approved": json.dumps(leaf)}
    tried = client.post(reverse("automation:trial"), posted).content.decode()
    assert "没有“癸类”这一项，请重新选择。" in tried
    assert "请先填完" not in tried
    unfilled = client.post(reverse("automation:trial"), POSTED | {"name": ""}).content.decode()
    assert "请先填完" in unfilled
