"""The page of all settings."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.forms import FileInput
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.core.configuration.catalogue import SITE_SETTINGS, setting_groups
from expertpool.core.settings import WATERMARK
from expertpool.core.text import moment_text
from expertpool.draws.settings import OWN_NUMBERS, OWN_REVEAL_BY, REPLY_SHORTEST
from expertpool.projects.enums import Regime
from expertpool.siteconfig.forms import SettingsForm, field_name
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.page import version_of
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.siteconfig.conftest import (
    HANDS,
    LEAST,
    NAME,
    PASSWORD,
    SAMPLES,
    SHOWN,
    USUAL,
)

EDIT = "/settings/groups/samples/"


@pytest.fixture
def signed_in(client: Client, admin: User) -> Client:
    return login(client, admin)


def typed(client: Client, **changes: str | list[str] | None) -> dict[str, str | list[str]]:
    """Return what the form posts as it was opened, with ``changes`` typed; None is left out."""
    form = client.get(EDIT).context["form"]
    values: dict[str, str | list[str] | None] = {
        "version": str(form["version"].value()),
        **{f"samples-{name}": value for name, value in STARTED.items()},
    }
    values |= {f"samples-{name}": value for name, value in changes.items()}
    return {name: value for name, value in values.items() if value is not None}


STARTED: dict[str, str | None] = {
    "name": "默认名",
    "least": "5",
    "usual": "30",
    "kept": "7",
    "shown": "on",
    "mode": "none",
    "quiet": "",
    "sender": "",
    "password": "",
}


def test_every_kind_is_changed_on_one_form(signed_in: Client) -> None:
    new: dict[str, Any] = {"name": "专家库", "least": "6", "usual": "31"}
    new |= {"kept": "8", "shown": None, "hands": ["a", "c"]}
    new |= {"mode": "tls", "quiet": "22:00-07:00", "sender": "a@b.cn", "password": "geheim"}
    answer = signed_in.post(EDIT, typed(signed_in, **new))
    assert answer.status_code == 204
    words = [setting.kind.words(value_of(setting)) for setting in SAMPLES]
    assert words == [
        "专家库",
        "6 分钟",
        "31 分钟",
        "8 天",
        "关闭",
        "TLS",
        "22:00 至 次日 07:00",
        "a@b.cn",
        "••••••",
        "甲、丙",
    ]
    page = signed_in.get("/settings/").content.decode()
    for text in (*words, "默认：默认名", "已修改"):
        assert text in page


def as_a_browser_posts(form: SettingsForm) -> dict[str, Any]:
    """Return what goes out when nothing was typed."""
    posted: dict[str, Any] = {}
    for bound in form:
        value, widget = bound.value(), bound.field.widget
        if isinstance(widget, FileInput) or value is False:
            continue
        if isinstance(value, tuple | list):
            posted[bound.html_name] = list(value)
        else:
            posted[bound.html_name] = "on" if value is True else str("" if value is None else value)
    return posted


def test_every_group_is_saved_as_it_opens(signed_in: Client) -> None:
    for group in setting_groups():
        url = f"/settings/groups/{group.code}/"
        form = signed_in.get(url).context["form"]
        answer = signed_in.post(url, as_a_browser_posts(form))
        assert answer.status_code == 204, (group.code, answer.context["form"].errors)
    assert not SettingChange.objects.exists()


def test_a_regime_says_what_holds_for_all(signed_in: Client) -> None:
    """What an empty field means, and in what it is counted, stands beside it."""
    configure(REPLY_SHORTEST, 45)
    own = OWN_NUMBERS[REPLY_SHORTEST.code, "internal"]
    form = signed_in.get("/settings/groups/policy_internal/").context["form"]
    told = form[field_name(own)].help_text
    assert told == "只适用于内部评审项目，以分钟计。通用规定现为 45 分钟。"
    by_sign_in = form[field_name(OWN_REVEAL_BY["internal"])].help_text
    assert by_sign_in.endswith("通用规定现为 到名单公开时间。")
    page = signed_in.get("/settings/", {"q": own.code}).content.decode()
    assert "通用规定现为 45 分钟" in page


def test_before_a_reset_one_reads_of_what_and_to_what(signed_in: Client) -> None:
    signed_in.post(EDIT, typed(signed_in, least="9"))
    asked = "把“样例”里的“最短时限”恢复为默认（5 分钟）？"
    for url in ("/settings/", f"/settings/{LEAST.code}/history/"):
        assert asked in signed_in.get(url).content.decode()


@pytest.mark.parametrize("regime", Regime.values)
def test_a_regime_keeps_the_usual_way_to_reveal_the_names(signed_in: Client, regime: str) -> None:
    url = f"/settings/groups/policy_{regime}/"
    fewest = OWN_NUMBERS["draws.candidates_per_seat", regime]
    posted = as_a_browser_posts(signed_in.get(url).context["form"])
    answer = signed_in.post(url, posted | {field_name(fewest): "4"})
    assert answer.status_code == 204, answer.context["form"].errors
    assert value_of(fewest) == 4
    assert value_of(OWN_REVEAL_BY[regime]) == ""


def test_what_is_refused_stays_typed(signed_in: Client) -> None:
    answer = signed_in.post(EDIT, typed(signed_in, name="好", least="99"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "最短时限：应为 1 至 60 分钟，填的是 99。" in html
    assert 'value="99"' in html
    assert 'value="好"' in html
    answer = signed_in.post(EDIT, typed(signed_in, least="31"))
    assert "默认时限不能短于最短时限。" in answer.content.decode()
    assert value_of(LEAST) == 5


def test_the_later_of_two_editors_is_told_and_loses_nothing(
    signed_in: Client, supervisor: User
) -> None:
    mine = typed(signed_in, name="我的名", least="9")
    other = typed(signed_in, name="他的名", usual="45", shown=None, hands=["a", "c"])
    assert signed_in.post(EDIT, other).status_code == 204
    answer = signed_in.post(EDIT, mine)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "把“名字”从 默认名（默认） 改为 他的名" in html
    assert "把“默认时限”从 30 分钟（默认） 改为 45 分钟" in html
    form = answer.context["form"]
    again = {bound.html_name: bound.value() for bound in form}
    assert again["samples-name"] == "我的名"  # both typed one
    assert again["samples-least"] == "9"
    assert again["samples-usual"] == 45  # left alone here, set there
    assert again["samples-shown"] is False
    assert list(again["samples-hands"]) == ["a", "c"]
    assert not form.errors
    assert html.count(" checked") == 2
    posted = as_a_browser_posts(form)
    assert signed_in.post(EDIT, posted).status_code == 204
    assert (value_of(NAME), value_of(LEAST), value_of(USUAL)) == ("我的名", 9, 45)
    assert value_of(SHOWN) is False
    assert value_of(HANDS) == ("a", "c")


def test_a_secret_is_never_sent_back(signed_in: Client) -> None:
    configure(PASSWORD, "Geheim-1")
    for url in ("/settings/", EDIT, f"/settings/{PASSWORD.code}/history/"):
        assert "Geheim-1" not in signed_in.get(url).content.decode()
    assert "已设置，留空则不改" in signed_in.get(EDIT).content.decode()
    assert signed_in.post(EDIT, typed(signed_in, name="新")).status_code == 204
    assert value_of(PASSWORD) == "Geheim-1"
    answer = signed_in.post(EDIT, typed(signed_in, password="Geheim-2", least="99"))
    assert "Geheim-2" not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "found", "missing"),
    [
        ("名字", "谁的名字", "最短时限"),
        ("谁的", "谁的名字", "最短时限"),
        ("45", "默认时限", "最短时限"),
        ("样例 时限", "最短时限", "谁的名字"),
        ("４５", "默认时限", "最短时限"),
        ("samples.le", "没有找到设置", "最短时限"),  # stands in codes alone
        (LEAST.code, "最短时限", "谁的名字"),
        ("没有这种东西", "没有找到设置", "最短时限"),
    ],
)
def test_search_looks_at_names_help_and_values(
    signed_in: Client, query: str, found: str, missing: str
) -> None:
    configure(USUAL, 45)
    html = signed_in.get("/settings/", {"q": query}, headers={"HX-Request": "true"})
    text = html.content.decode()
    assert found in text
    assert missing not in text


def test_history_and_the_way_back(signed_in: Client) -> None:
    signed_in.post(EDIT, typed(signed_in, name="甲"))
    url = f"/settings/{NAME.code}"
    assert "甲" in signed_in.get(f"{url}/history/").content.decode()
    assert signed_in.post(f"{url}/reset/", {"version": version_of(NAME)}).status_code == 204
    assert value_of(NAME) == "默认名"
    assert "默认名（默认）" in signed_in.get(f"{url}/history/").content.decode()
    configure(LEAST, 31)
    configure(USUAL, 40)
    read = {"version": version_of(USUAL)}
    refused = signed_in.post(f"/settings/{USUAL.code}/reset/", read)
    assert refused.status_code == 409
    assert "默认时限不能短于最短时限。" in refused.content.decode()
    for unknown in ("/settings/groups/none/", "/settings/none/history/", "/settings/none/reset/"):
        assert signed_in.post(unknown).status_code in (404, 405)


@pytest.mark.parametrize("page", ["/settings/", f"/settings/{NAME.code}/history/"])
def test_the_default_does_not_replace_what_another_saved_meanwhile(
    signed_in: Client, admin: User, page: str
) -> None:
    url = f"/settings/{NAME.code}/reset/"
    signed_in.post(EDIT, typed(signed_in, name="甲"))
    button = re.search(rf'hx-post="{url}"[^>]* value="(\d+)"', signed_in.get(page).content.decode())
    assert button
    read = {"version": button[1]}
    signed_in.post(EDIT, typed(signed_in, name="乙"))
    change = SettingChange.objects.latest("id")
    for stale in (read, {}, {"version": "x"}):
        answer = signed_in.post(url, stale)
        assert answer.status_code == 409
        told = f"{admin} 于 {moment_text(change.at)} 把“名字”从 甲 改为 乙"
        assert told in answer.content.decode()
    # what nobody has read yet: it would undo unseen whatever is saved until it is sent
    assert signed_in.post(url, {"version": change.pk + 9}).status_code == 409
    assert value_of(NAME) == "乙"
    signed_in.post(EDIT, typed(signed_in, name="乙", least="6"))  # of another setting: no matter
    assert signed_in.post(url, {"version": change.pk}).status_code == 204
    assert value_of(NAME) == "默认名"


def test_a_trial_takes_what_is_typed_and_saves_nothing(signed_in: Client) -> None:
    values = typed(signed_in, name="试", password="p") | {"address": "a@b.cn"}
    assert "试 已发给 a@b.cn" in signed_in.post(f"{EDIT}try/", values).content.decode()
    values["samples-password"] = ""
    assert "没有口令。" in signed_in.post(f"{EDIT}try/", values).content.decode()
    configure(PASSWORD, "stored")
    assert "试 已发给" in signed_in.post(f"{EDIT}try/", values).content.decode()
    values["samples-least"] = "0"
    assert "应为 1 至 60 分钟" in signed_in.post(f"{EDIT}try/", values).content.decode()
    assert value_of(NAME) == "默认名"
    assert signed_in.post("/settings/groups/site/try/", {}).status_code == 409


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_the_same_for_any_number_of_changes(
    signed_in: Client, count: int, django_assert_num_queries: Any
) -> None:
    new = {"name": "专家库", "least": "6", "usual": "31"}
    for name in list(new)[:count]:
        signed_in.post(EDIT, typed(signed_in, **{name: new[name]}))
    with django_assert_num_queries(PAGE_QUERIES):
        signed_in.get("/settings/")


# One asks the log how many changes it has, one what was changed within a day, one for added fields, two for the roles of
# whom a second step is demanded.
PAGE_QUERIES = 12


def test_the_watermark_can_be_turned_off(signed_in: Client) -> None:
    assert 'id="watermark"' in signed_in.get("/settings/").content.decode()
    configure(WATERMARK, False)
    assert 'id="watermark"' not in signed_in.get("/settings/").content.decode()


def test_a_label_is_followed_by_one_colon_only() -> None:
    assert [setting.label for setting in SITE_SETTINGS if "：" in setting.label] == []
