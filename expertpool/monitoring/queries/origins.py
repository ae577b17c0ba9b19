"""From where a visitor of a public page comes: his region, the site that led here, what he searched for.

Nobody outside is asked. Regions are told by networks that the office keeps, since no data set of Chinese regions is
free, kept and in a package (docs/decisions/0375); of any other address it is not known.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

from expertpool.core.client import networks_around
from expertpool.core.text import clean_text
from expertpool.core.validators import is_writable
from expertpool.monitoring.models import RegionNetwork

UNKNOWN = "未知"
INSIDE = "内部网络"
# Networks that nobody reaches from outside.
_OF_AN_OFFICE = {
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
    *("fe80::/16", "::1/128"),
}
# By the end of its host: what it is called, and in which values of its addresses what was searched for stands. Most
# pass on no more than their own name, for whoever comes by HTTPS.
ENGINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "baidu.com": ("百度", ("wd", "word")),
    "sogou.com": ("搜狗", ("query", "keyword")),
    "so.com": ("360 搜索", ("q",)),
    "bing.com": ("必应", ("q",)),
    "sm.cn": ("神马", ("q",)),
    "toutiao.com": ("头条搜索", ("keyword",)),
    "chinaso.com": ("中国搜索", ("q",)),
    "google.com": ("谷歌", ("q",)),
    "google.com.hk": ("谷歌", ("q",)),
    "duckduckgo.com": ("DuckDuckGo", ("q",)),
}


class Origin(NamedTuple):
    region: str
    referrer: str = ""
    engine: str = ""
    keyword: str = ""


def regions() -> Mapping[str, str]:
    """Return what the office has said of networks: their regions."""
    return dict(RegionNetwork.objects.values_list("network", "region"))


def origin_of(address: str, referrer: str, known: Mapping[str, str]) -> Origin:
    """Return what is kept of where a visit came from; ``known`` are the regions of networks."""
    region = region_of(address, known)
    try:
        parts = urlsplit(referrer)
        host = (parts.hostname or "").lower().removeprefix("www.")
        values = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return Origin(region)
    own = (urlsplit(settings.SITE_URL).hostname or "").removeprefix("www.")
    if not host or host == own or not is_writable(host):
        return Origin(region)
    found = next((ENGINES[end] for end in ENGINES if host == end or host.endswith(f".{end}")), None)
    if found is None:
        return Origin(region, host[:100])
    engine, names = found
    texts = [text for name in names for text in values.get(name, [])]
    keyword = clean_text(texts[0]) if texts and is_writable(texts[0]) else ""
    return Origin(region, host[:100], engine, keyword[:60])


def region_of(address: str, known: Mapping[str, str]) -> str:
    """Return the region of the narrowest network around ``address`` that the office knows."""
    for network in networks_around(address):
        if network in known:
            return known[network]
    is_inside = address.lower().startswith("fd") or not _OF_AN_OFFICE.isdisjoint(
        networks_around(address)
    )
    return INSIDE if is_inside else UNKNOWN


def regions_of(addresses: Collection[str]) -> dict[str, str]:
    """Return the region of each of ``addresses`` that the office, or its kind, tells."""
    known = regions()
    found = {address: region_of(address, known) for address in addresses}
    return {address: region for address, region in found.items() if region != UNKNOWN}
