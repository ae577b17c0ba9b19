"""Where a request comes from, the networks around it, and whether it only reads."""

from __future__ import annotations

import logging
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

View = TypeVar("View", bound=Callable[..., Any])

WIDEST = {4: 8, 6: 16}  # bits: a wider one would be the half of the world
BAD = "请填写 IP 地址或网段，例如 203.0.113.7、203.0.113.0/24 或 2001:db8::/32。"
MAPPED = IPv6Network("::ffff:0:0/96")  # IPv4 addresses as IPv6 writes them
ONE_VISITOR = 64  # bits of the network that one of them is given

HAS_LEFT = "waitress.client_disconnected"  # what our web server knows of whoever asks
NOBODY_WAITS = 499  # an answer of this code nobody reads; nginx has it so

# The database may have died after it kept what was sent, and before it said so.
IN_DOUBT = "刚才提交的内容可能没有保存：几分钟后请先查看，没有的再提交。"

logger = logging.getLogger(__name__)
# Proxies of which this process was told nothing: that of the first such request.
_untrusted: list[str] = []


def only_asks(view: View) -> View:
    """A view that a form is posted to, or an endpoint of the interface, that keeps nothing but that it was asked:
    when its asker leaves, the database stops as it does for what is read (config.leavers)."""
    view.only_asks = True  # type: ignore[attr-defined]
    return view


def only_reads(request: HttpRequest) -> bool:
    """Tell whether nothing can have been kept of ``request``, whatever became of it."""
    return request.method in ("GET", "HEAD")


def note_asking(request: HttpRequest) -> None:
    """Note that what answers ``request`` from here on only asks: of the interface that is known once its
    endpoint was found."""
    request.only_asks = True  # type: ignore[attr-defined]


def is_asking(request: HttpRequest) -> bool:
    """Tell whether that was noted."""
    return getattr(request, "only_asks", False)


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address; behind a trusted proxy the last one it reports."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and not settings.TRUST_PROXY:
        _notice(peer)
        forwarded = ""
    # the last only is the proxy's word, those before it anyone can send; 45: the longest address
    return (forwarded.split(",")[-1].strip() or peer)[:45]


def has_left(request: HttpRequest) -> bool:
    """Tell whether nobody waits for the answer to ``request`` any more: the database was told to stop then."""
    known = request.META.get(HAS_LEFT)
    return known is not None and bool(known())


def network_of(address: str) -> str:
    """Return what is counted as one visitor who is not known otherwise: an IPv4 address, or the network of an
    IPv6 one, in which each has as many addresses as he likes."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped
        return str(inner or IPv6Network((int(found), ONE_VISITOR), strict=False))
    return str(found)


def untrusted_proxy() -> str:
    """Return the address of what seems to be a proxy that this site was not told to trust, as this
    process has seen it since its start; empty when there is none."""
    return _untrusted[-1] if _untrusted else ""


def _notice(peer: str) -> None:
    """Say once in the log that addresses are passed on and not taken."""
    # From outside anybody can send the header; a proxy of ours stands near.
    if _untrusted or not _is_near(peer):
        return
    _untrusted.append(peer)
    logger.warning(
        "%s passes on X-Forwarded-For, which is not taken: set TRUST_PROXY=1 behind a proxy, or all "
        "visitors seem to come from one address",
        peer,
    )


def _is_near(peer: str) -> bool:
    try:
        return ip_address(peer).is_private
    except ValueError:
        return False


def clean_network(text: str) -> str:
    """Return the network that ``text`` (an address or CIDR) names, in its one form: 203.0.113.0/24.

    Raises ValidationError for what is none, or is wider than a rule may be.
    """
    # Full-width signs come from input methods, and a blank from copying.
    typed = text.strip().replace("／", "/").replace("．", ".").replace("：", ":")
    try:
        found = ip_network(typed, strict=False)
    except ValueError:
        raise ValidationError(BAD, code="network") from None
    if isinstance(found, IPv6Network) and found.subnet_of(MAPPED):
        # An IPv4 address in the clothes of IPv6 is ruled as what it is: visitors come by it.
        inner = int(found.network_address) & 0xFFFF_FFFF
        found = ip_network((inner, found.prefixlen - MAPPED.prefixlen))
    if found.prefixlen < WIDEST[found.version]:
        message = f"网段太大：IPv4 不能短于 /{WIDEST[4]}，IPv6 不能短于 /{WIDEST[6]}。"
        raise ValidationError(message, code="network_wide")
    return str(found)


def validate_network(text: str) -> None:
    """Refuse (ValidationError) what is not a network in its one form."""
    if clean_network(text) != text:
        raise ValidationError(BAD, code="network")


def networks_around(address: str) -> list[str]:
    """Return every network, the narrowest first, in which ``address`` may be ruled; none of what is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return []
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    bits, widest = found.max_prefixlen, WIDEST[found.version]
    return [
        str(ip_network((found, length), strict=False)) for length in range(bits, widest - 1, -1)
    ]


def is_loopback(address: str) -> bool:
    """Tell whether ``address`` is this machine itself, from which there has to be a way in always."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback
