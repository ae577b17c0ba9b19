"""Where an address leads that somebody typed, and whether it may.

A server that calls any address it is given can be made to reach what only it can reach: its own
database, the addresses of a cloud's metadata, machines inside. So names are resolved here, every
address behind them is checked, and the one that was checked is the one connected to.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx
from django.conf import settings

from expertpool.core.posting import Target

IP = IPv4Address | IPv6Address

# IPv6 addresses that carry an IPv4 address behind which anything may stand.
CARRIERS = ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96", "::ffff:0:0:0/96")
# What Python's list of private addresses lacks: those of a site from before fc00::/7, of segments within a network,
# and the machine that tells each virtual one of Azure its secrets.
INSIDE = ("fec0::/10", "5f00::/16", "168.63.129.16/32")
CLOSED = tuple(map(ip_network, (*CARRIERS, *INSIDE)))


class AddressRefused(Exception):
    """Nothing may be sent there; the message says how to mend it."""


def resolve_target(url: str, *, private: Collection[str], mend: str) -> Target:
    """Return where ``url`` leads. Raises AddressRefused for what is no http(s) address, for a name
    that is not known, and when any address behind it is private and none of ``private``: names, addresses and
    networks that the operator lists. ``mend`` says where he does."""
    parsed = _parse(url)
    found = _addresses(parsed)
    # All of them: the next resolution may begin with another.
    if not all(_is_allowed(parsed.host, ip, private) for ip in found):
        raise AddressRefused(f"不能连接「{parsed.host}」：它是本机或内网地址。{mend}")
    return Target(
        # Any of them would do: all were checked.
        url=parsed.copy_with(host=str(found[0]), fragment=None),
        host=parsed.netloc.decode("ascii"),
        server_name=parsed.raw_host.decode("ascii"),
    )


def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        # Read here: of a name like xn--a httpx says only now that there is none.
        host, port = parsed.host, parsed.port
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused("地址不是有效的网址，应像 https://oa.example.cn/hook。") from error
    wrong_port = port is not None and not 0 < port < 65536
    if parsed.scheme not in {"http", "https"} or not host or wrong_port:
        raise AddressRefused("地址应以 http:// 或 https:// 开头，并写明主机名。")
    if parsed.userinfo:
        raise AddressRefused("地址里不能写账号和密码。")
    return parsed


def _addresses(url: httpx.URL) -> list[IP]:
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        rows = socket.getaddrinfo(url.raw_host.decode("ascii"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused(f"找不到主机「{url.host}」，请核对地址。") from error
    # Without the zone of a link-local address (fe80::1%eth0), which is no part of it.
    return [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]


def _is_allowed(host: str, ip: IP, private: Collection[str]) -> bool:
    # In development everything is on this machine.
    return settings.TRIAL or _is_public(ip) or _is_listed(host, ip, private)


def _is_public(ip: IP) -> bool:
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        # Written so (::ffff:10.0.0.1), it reaches the same machine.
        return _is_public(ip.ipv4_mapped)
    if any(ip in network for network in CLOSED):
        return False
    # Multicast counts as global, too.
    return ip.is_global and not ip.is_multicast


def _is_listed(host: str, ip: IP, private: Collection[str]) -> bool:
    """Tell whether the operator lists this host, by name, or this address, alone or by network."""
    for entry in private:
        try:
            if ip in ip_network(entry, strict=False):
                return True
        except ValueError:
            if entry.lower() == host.lower():
                return True
    return False


def is_loopback(address: str) -> bool:
    """Tell whether the IP ``address`` is this machine."""
    return ip_address(address).is_loopback
