"""Signing in by the password of a directory: OpenLDAP's own, over TLS."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from expertpool.accounts.enums import LoginMethod, LoginOutcome
from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import LoginRecord, User
from expertpool.accounts.services.passwords import reset_password
from expertpool.core.configuration import TrialFailed, value_of
from expertpool.identity.enums import Security
from expertpool.identity.exceptions import ProviderFailed
from expertpool.identity.models import OutsideIdentity
from expertpool.identity.services import directory
from expertpool.identity.services.by_directory import try_directory
from expertpool.identity.services.directory import Line, Place
from expertpool.identity.settings import ldap as own
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.experts import make_expert
from tests.factories.identity import make_group_role
from tests.factories.siteconfig import configure
from tests.identity.slapd import BASE, MANY, READER, READER_PASSWORD, SLAPD, Slapd

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.shows("SYS-17"),
    pytest.mark.skipif(
        SLAPD is None and not os.environ.get("CI"), reason="slapd is not installed (apt: slapd)"
    ),
]
HIS = "his own word"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with Slapd(tmp_path_factory.mktemp("slapd")) as peer:
        yield peer


@pytest.fixture
def peer(running: Slapd, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Slapd:
    settings.IDENTITY_PRIVATE_HOSTS = ["127.0.0.1"]
    monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
    values = {
        own.ENABLED: True,
        own.HOST: "127.0.0.1",
        own.PORT: running.tls_port,
        own.READER: READER,
        own.READER_PASSWORD: READER_PASSWORD,
        own.BASE: BASE,
        own.CREATES: True,
    }
    for setting, value in values.items():
        configure(setting, value)
    make_user("admin", username="keeper")
    return running


def typed(identifier: str, password: str) -> Client:
    client = Client()
    client.last = client.post("/login/", {"identifier": identifier, "password": password})  # type: ignore[attr-defined]
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_the_password_of_the_directory_signs_in_and_its_groups_give_roles(peer: Slapd) -> None:
    make_group_role(f"CN=ops, {BASE}", "operator")
    make_group_role(f"cn=staff,{BASE}", "auditor")
    assert not is_in(typed("qianjb", "a wrong one"))
    client = typed("QianJB", HIS)
    assert is_in(client), client.last.content.decode()  # type: ignore[attr-defined]
    user = User.objects.get(username="qianjb")
    assert user.name == "Qian Jingban"
    assert list(user.roles.values_list("code", flat=True)) == ["operator"]
    last = LoginRecord.objects.latest("pk")
    assert (last.method, last.outcome) == (LoginMethod.LDAP, LoginOutcome.SUCCESS)
    with pytest.raises(NotAllowed, match="单位目录的密码"):
        reset_password(user=user, actor=User.objects.get(username="keeper"), now=timezone.now())
    # She is there, and in no group that gives a role.
    client = typed("sunlz", "her own word")
    assert "没有对应本系统的角色" in client.last.content.decode()  # type: ignore[attr-defined]
    assert not User.objects.filter(username="sunlz").exists()


def test_groups_within_groups_count_where_the_office_says_so(peer: Slapd) -> None:
    """Whoever is in a group that is in another one had no role by it; circles end."""
    make_group_role(f"cn=all,{BASE}", "operator")
    refused = typed("qianjb", HIS)
    assert "没有对应本系统的角色" in refused.last.content.decode()  # type: ignore[attr-defined]
    configure(own.NESTED, True)
    assert is_in(typed("qianjb", HIS))
    assert "cn=circle" in try_directory(value_of, "qianjb")


def test_many_groups_come_page_by_page(peer: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    with Line(Place("127.0.0.1", peer.tls_port, Security.LDAPS)) as line:
        assert line.bind(READER, READER_PASSWORD)
        her = [f"uid=sunlz,{BASE}"]
        found = line.find_any(BASE, "member", her, ["cn"], most=2_000)
        assert len({one.dn for one in found}) == MANY
        assert len(line.find_any(BASE, "member", her, ["cn"], most=300)) == 300
        monkeypatch.setattr(directory, "PAGE", 1)
        assert len(line.find_any(BASE, "member", [f"uid=qianjb,{BASE}"], ["cn"], most=9)) == 1
    make_group_role(f"cn=g{MANY - 1},{BASE}", "auditor")
    monkeypatch.setattr(directory, "PAGE", 200)
    assert is_in(typed("sunlz", "her own word"))


def test_nothing_that_is_typed_becomes_part_of_a_question(peer: Slapd) -> None:
    make_group_role(f"cn=ops,{BASE}")
    for name in ("*", "qianjb)(uid=*", "q*", "qianjb\\00", "qianjb)(|(uid=*", "(", "\\2a"):
        assert not is_in(typed(name, HIS)), name
    assert not is_in(typed("qianjb", " "))
    # An empty password would be that of a visitor who names himself.
    with Line(Place("127.0.0.1", peer.tls_port, Security.LDAPS)) as line:
        assert not line.bind(f"uid=qianjb,{BASE}", "")
    assert not User.objects.exclude(username="keeper").exists()


def test_guesses_count_as_at_the_door(peer: Slapd) -> None:
    make_group_role(f"cn=ops,{BASE}")
    typed("qianjb", HIS)
    for _ in range(5):
        typed("qianjb", "wrong")
    assert not is_in(typed("qianjb", HIS)), "he waits"
    assert LoginRecord.objects.latest("pk").outcome == LoginOutcome.LOCKED


def test_whose_password_is_here_is_not_asked_for_there(peer: Slapd) -> None:
    make_user("operator", username="qianjb")
    assert not is_in(typed("qianjb", HIS)), "the office has not said that they are the same"
    assert is_in(typed("qianjb", PASSWORD))
    configure(own.MATCH, True)
    assert is_in(typed("qianjb", HIS))
    assert OutsideIdentity.objects.get().has_own_password
    assert not is_in(typed("qianjb", PASSWORD)), "from now on by the directory alone"
    # What it does not know is known here.
    make_user("operator", username="outside")
    assert is_in(typed("outside", PASSWORD))


def test_administrators_and_experts_have_their_password_here(peer: Slapd) -> None:
    configure(own.MATCH, True)
    make_user("admin", username="qianjb")
    assert not is_in(typed("qianjb", HIS))
    assert is_in(typed("qianjb", PASSWORD))
    expert = make_user("expert", username="sunlz")
    make_expert(user=expert)
    assert not is_in(typed("sunlz", "her own word"))
    assert is_in(typed("sunlz", PASSWORD))


def test_what_is_not_safe_is_refused(peer: Slapd, monkeypatch: pytest.MonkeyPatch) -> None:
    with Line(Place("127.0.0.1", peer.port, Security.START)) as line:
        assert line.bind(READER, READER_PASSWORD)
    with Line(Place("127.0.0.1", peer.port, Security.CLEAR)) as line:  # on this machine alone
        assert line.bind(READER, READER_PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    for port, how in ((peer.tls_port, Security.LDAPS), (peer.port, Security.START)):
        with pytest.raises(ProviderFailed, match="没有答复"), Line(Place("127.0.0.1", port, how)):
            pass
    monkeypatch.setattr(directory.reachable, "is_loopback", lambda _address: False)
    with pytest.raises(ProviderFailed, match="明文"), Line(Place("127.0.0.1", peer.port, "plain")):
        pass


def test_a_directory_that_is_away_or_drips_keeps_nobody_waiting(
    peer: Slapd, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_group_role(f"cn=ops,{BASE}")
    typed("qianjb", HIS)
    monkeypatch.setattr(directory, "ALTOGETHER", 0.5)
    configure(own.SAFETY, Security.CLEAR.value)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        configure(own.PORT, silent.getsockname()[1])
        silent.listen()  # and never answers
        client = typed("qianjb", HIS)
    assert "暂时不能核对密码" in client.last.content.decode()  # type: ignore[attr-defined]
    assert User.objects.get(username="qianjb").failed_logins == 0
    settings.IDENTITY_PRIVATE_HOSTS = []
    with pytest.raises(TrialFailed, match="本机或内网地址"):
        try_directory(value_of, "")


def test_settings_are_tried_before_they_are_saved(peer: Slapd) -> None:
    assert "连接正常" in try_directory(value_of, "")
    assert f"cn=ops,{BASE}" in try_directory(value_of, "qianjb")
    with pytest.raises(TrialFailed, match="没有找到账号"):
        try_directory(value_of, "nobody")
    configure(own.READER_PASSWORD, "another")
    with pytest.raises(TrialFailed, match="不接受查找用的账号"):
        try_directory(value_of, "")
