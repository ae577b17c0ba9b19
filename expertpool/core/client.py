"""Where a request comes from."""

from __future__ import annotations

import logging
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

ONE_VISITOR = 64  # bits of the network that one of them is given

logger = logging.getLogger(__name__)
# Proxies of which this process was told nothing: that of the first such request.
_untrusted: list[str] = []


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address; behind a trusted proxy the last one it reports."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and not settings.TRUST_PROXY:
        _notice(peer)
        forwarded = ""
    # the last only is the proxy's word, those before it anyone can send; 45: the longest address
    return (forwarded.split(",")[-1].strip() or peer)[:45]


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
