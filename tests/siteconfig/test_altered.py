"""Somebody with SQL changes what is stored: one setting is lost, everything else goes on."""

from __future__ import annotations

import logging

import pytest
from django.db import connection
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.configuration import value_of
from expertpool.siteconfig.models import StoredSetting
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.siteconfig.conftest import KEPT, LEAST, NAME, PASSWORD, USUAL

UNREADABLE = "无法读取，请重新填写"
EDIT = "/settings/groups/samples/"


def alter_secret() -> None:
    configure(PASSWORD, "geheim")
    with connection.cursor() as cursor:
        cursor.execute(
            r"UPDATE siteconfig_storedsetting SET secret = '\x03deadbeef' || substr(secret, 6)"
            " WHERE secret <> ''"
        )


def alter(code: str, json: str) -> None:
    StoredSetting.objects.create(code=code, value=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE siteconfig_storedsetting SET value = %s::jsonb WHERE code = %s", [json, code]
        )


def test_a_secret_that_cannot_be_opened_stops_no_page(
    client: Client, admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    alter_secret()
    configure(NAME, "甲")
    assert client.get("/login/").status_code == 200
    page = login(client, admin).get("/settings/")
    assert page.status_code == 200
    assert page.content.decode().count(UNREADABLE) == 1
    assert UNREADABLE in client.get(EDIT).content.decode()
    with caplog.at_level(logging.ERROR):
        assert [value_of(PASSWORD), value_of(PASSWORD), value_of(NAME)] == ["", "", "甲"]
    told = [line for line in caplog.messages if PASSWORD.code in line]
    assert len(told) == 1  # once, not for each reading
    assert not any("geheim" in line for line in caplog.messages)


def test_it_is_mended_by_typing_it_again(client: Client, admin: User) -> None:
    alter_secret()
    login(client, admin)
    form = client.get(EDIT).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    saved = client.post(EDIT, data | {"samples-password": "neu", "samples-quiet": ""})
    assert saved.status_code == 204
    assert value_of(PASSWORD) == "neu"
    assert UNREADABLE not in client.get("/settings/").content.decode()


@pytest.mark.parametrize("json", ["1e30", "1e11", "1e5000", '"sieben"', "null", "[1]", "{}"])
def test_a_value_of_a_wrong_shape_counts_as_not_set(client: Client, admin: User, json: str) -> None:
    for setting in (KEPT, LEAST):
        alter(setting.code, json)
        assert value_of(setting) == setting.default
    page = login(client, admin).get("/settings/")
    assert page.status_code == 200
    assert page.content.decode().count("数据库被直接改动") == 2


def test_saving_the_default_over_it_removes_it(client: Client, admin: User) -> None:
    alter(USUAL.code, "[1]")
    login(client, admin)
    form = client.get(EDIT).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    assert client.post(EDIT, data | {"samples-quiet": ""}).status_code == 204
    assert StoredSetting.objects.get(code=USUAL.code).reset


def test_the_length_of_a_session_altered_into_nonsense(client: Client, admin: User) -> None:
    alter("accounts.session_length", "1e30")
    login(client, admin)
    assert client.get("/settings/").status_code == 200
    assert client.get("/").status_code == 200
