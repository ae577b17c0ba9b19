from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from expertpool.core.reachable import AddressRefused
from expertpool.webhooks.services.addresses import resolve_target


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",  # short forms that the system understands
        "2130706433",
        "0x7f000001",
        "0.0.0.0",  # noqa: S104 - refused
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "localhost",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:10.0.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:a00:1::]",
        "[2001:0:a00:1::]",
        "[::10.0.0.1]",
        "[::ffff:0:10.0.0.1]",
        "[fec0::1]",
        "[5f00::1]",
        "168.63.129.16",
        "[::ffff:168.63.129.16]",
    ],
)
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(AddressRefused, match=r"本机或内网地址|找不到主机"):
        resolve_target(f"http://{host}/hook")


@pytest.mark.parametrize("host", ["93.184.215.14", "[2606:4700:4700::1111]"])
def test_public_addresses_are_taken(host: str) -> None:
    target = resolve_target(f"https://{host}:8443/hook?a=1#part")
    assert str(target.url) == f"https://{host}:8443/hook?a=1"
    assert target.host == f"{host}:8443"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hook",
        "ftp://93.184.215.14/",
        "file:///etc/passwd",
        "gopher://93.184.215.14/",
        "http://",
        "http:///hook",
        "http://user:secret@93.184.215.14/",
        "http://93.184.215.14:99999/",
        "http://93.184.215.14:0/",
        "http://[::1/",
        "http://a b/",
        "https://xn--a/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        resolve_target(url)


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(AddressRefused, match="找不到主机"):
        resolve_target("https://no-such-host.invalid/hook")


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "LocalHost"])
def test_the_operator_allows_private_hosts_by_name_or_network(
    settings: Settings, entry: str
) -> None:
    settings.WEBHOOK_PRIVATE_HOSTS = [entry]
    host = "localhost" if entry == "LocalHost" else "127.0.0.1"
    target = resolve_target(f"http://{host}:8000/hook")
    assert target.url.host in {"127.0.0.1", "::1"}
    assert target.server_name == host
    with pytest.raises(AddressRefused):
        resolve_target("http://10.0.0.1/hook")


def test_while_developing_everything_is_allowed(settings: Settings) -> None:
    settings.TRIAL = True
    assert resolve_target("http://127.0.0.1:8000/hook").url.host == "127.0.0.1"
