"""What a blocked address still opens, and the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.networks.enums import RuleKind
from expertpool.networks.models import NetworkRule
from expertpool.networks.queries import KEPT
from expertpool.networks.services.rules import block_after_failures
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.networks import make_network_rule
from tests.fixtures import login

pytestmark = pytest.mark.django_db
OFFICE = "203.0.113.7"


def from_office(client: Client) -> Client:
    client.defaults["REMOTE_ADDR"] = OFFICE
    return client


def blocked(*, automatic: bool) -> None:
    now = timezone.now()
    if automatic:
        block_after_failures(address=OFFICE, failures=30, lasts=timedelta(hours=1), now=now)
    else:
        make_network_rule(OFFICE, now=now)
    KEPT.read()


def status(client: Client, address: str, **headers: Any) -> int:
    return client.get(address, **headers).status_code


@pytest.mark.shows("SYS-16")
def test_a_blocked_address_opens_neither_front_nor_back_office(client: Client) -> None:
    from_office(client)
    blocked(automatic=True)
    for address in ("/", "/login/", "/verify/", "/join/"):
        assert status(client, address) == 403, address
    assert "之后可以访问" in client.get("/login/").content.decode()
    assert status(Client(), "/login/") == 200
    assert status(client, "/health/") != 403


@pytest.mark.shows("SYS-16")
def test_after_failures_who_has_shown_who_he_is_goes_on(client: Client) -> None:
    """Many sit behind one address; also who comes by a link of his own, and other platforms."""
    user = make_user("admin", username="chef")
    blocked(automatic=True)
    assert status(login(from_office(client), user), "/") == 200
    stranger = from_office(Client())
    assert status(stranger, "/r/none-such/") == 404
    assert status(stranger, "/api/v1/projects", headers={"Authorization": "Bearer x"}) == 401


@pytest.mark.shows("SYS-16")
def test_a_block_by_hand_shuts_everything(client: Client) -> None:
    user = make_user("admin")
    login(from_office(client), user)
    blocked(automatic=False)
    for address in ("/", "/r/none-such/"):
        assert status(client, address) == 403
    assert status(client, "/api/v1/projects", headers={"Authorization": "Bearer x"}) == 403


@pytest.mark.shows("SYS-16")
def test_who_has_signed_in_by_this_browser_before_still_does(client: Client) -> None:
    make_user("admin", username="chef")
    make_user("admin", username="other")
    from_office(client)
    form = {"identifier": "chef", "password": PASSWORD}
    assert client.post("/login/", form).status_code == 302
    client.post("/logout/")
    blocked(automatic=True)
    assert status(client, "/login/") == 200
    answer = client.post("/login/", form | {"identifier": "other"})
    assert (answer.status_code, "从这个网络地址失败的次数太多" in answer.content.decode()) == (
        422,
        True,
    )
    assert client.post("/login/", form).status_code == 302
    forged = from_office(Client())
    forged.cookies["known"] = "1"
    assert status(forged, "/login/") == 403


@pytest.mark.shows("SYS-16")
def test_the_list_blocks_allows_and_releases(client: Client) -> None:
    login(client, make_user("admin"))
    form = {"network": "203.0.113.0/24", "reason": "扫描", "until": ""}
    assert client.post("/networks/block/new/", form).status_code == 204
    assert client.post("/networks/allow/new/", form | {"network": "10.0.0.0/8"}).status_code == 204
    page = client.get("/networks/").content.decode()
    assert "203.0.113.0/24" in page
    assert "10.0.0.0/8" not in page
    assert "10.0.0.0/8" in client.get("/networks/?tab=allow").content.decode()
    assert "203.0.113.0/24" in client.get("/networks/?q=203.0.113.9").content.decode()
    rule = NetworkRule.objects.get(kind=RuleKind.BLOCK)
    assert client.post(f"/networks/{rule.pk}/end/").status_code == 204
    assert client.post(f"/networks/{rule.pk}/end/").status_code == 409
    assert "203.0.113.0/24" in client.get("/networks/?tab=ended").content.decode()


def test_what_was_typed_wrongly_is_kept_and_said(client: Client) -> None:
    login(client, make_user("admin"))
    form = {"network": "203.0.113", "reason": "扫描", "until": "2001-01-01"}
    answer = client.post("/networks/block/new/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请填写 IP 地址或网段" in page
    assert "请填写将来的时间" in page
    assert "扫描" in page
    own = client.post("/networks/block/new/", form | {"network": "127.0.0.0/8", "until": ""})
    assert own.status_code in (204, 422)
    assert client.get("/networks/other/new/").status_code == 404
