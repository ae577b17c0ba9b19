"""Networks as administrators type them."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.core.exceptions import ValidationError

WIDEST = {4: 8, 6: 16}  # bits: a wider one would be the half of the world
BAD = "请填写 IP 地址或网段，例如 203.0.113.7、203.0.113.0/24 或 2001:db8::/32。"

Network = IPv4Network | IPv6Network


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
    if found.prefixlen < WIDEST[found.version]:
        message = f"网段太大：IPv4 不能短于 /{WIDEST[4]}，IPv6 不能短于 /{WIDEST[6]}。"
        raise ValidationError(message, code="network_wide")
    return str(found)


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
