from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from expertpool.accounts.forms.tokens import scope_choices
from expertpool.accounts.models import User
from tests.fixtures import login
from tools.openapi import TARGET, description


def operations() -> dict[str, dict[str, Any]]:
    import json

    paths = json.loads(description())["paths"]
    return {
        f"{method} {path}": operation
        for path, methods in paths.items()
        for method, operation in methods.items()
    }


def test_the_stored_description_is_the_present_one() -> None:
    assert TARGET.read_text() == description(), "run `make openapi` and look at the difference"


def test_every_operation_is_named_once_and_summed_up_in_chinese() -> None:
    found = operations()
    names = [operation["operationId"] for operation in found.values()]
    assert len(set(names)) == len(names) > 20
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)
    assert all(not operation["summary"].isascii() for operation in found.values())
    assert all(operation["tags"] and operation["security"] for operation in found.values())


def test_every_post_takes_an_idempotency_key() -> None:
    for name, operation in operations().items():
        parameters = {one["name"] for one in operation["parameters"]}
        assert ("Idempotency-Key" in parameters) == name.startswith("post"), name


def test_every_operation_tells_its_problems() -> None:
    for name, operation in operations().items():
        answers = operation["responses"]
        assert {"401", "403", "404", "409", "422", "500"} <= answers.keys(), name
        assert answers["401"] == {"$ref": "#/components/responses/problem401"}


def test_scopes_are_chosen_from_what_operations_ask_for() -> None:
    assert operations()  # what is offered is known once the addresses are read
    codes = [code for code, _ in scope_choices()]
    assert set(codes) == {
        "experts.view",
        "experts.add",
        "experts.edit",
        "experts.admit",
        "experts.leave",
        "projects.view",
        "projects.add",
        "projects.edit",
        "projects.approve",
        "draws.view",
        "draws.plan",
        "draws.run",
        "draws.confirm_steps",
        "draws.publish",
        "draws.reschedule",
        "draws.names",
        "reviews.view",
        "reviews.manage",
        "reports.screen",  # of no operation: the address of a wall screen
    }


@pytest.mark.django_db
def test_administrators_read_the_description(client: Client, admin: User, operator: User) -> None:
    address = "/api/v1/openapi.json"
    assert client.get(address)["Location"].startswith("/login/")
    assert login(Client(), operator).get(address).status_code == 403
    answer = login(client, admin).get(address)
    assert answer.json()["info"]["title"] == "专家库综合管理系统接口"
