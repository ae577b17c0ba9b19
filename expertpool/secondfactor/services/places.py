"""Of which site passkeys are: the one that the server is told (``SITE_URL``), whatever a request calls it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from expertpool.secondfactor.exceptions import SecondFactorRefused
from expertpool.secondfactor.queries import site_host
from expertpool.secondfactor.services.passkeys import Place

PORTS = {"https": 443, "http": 80}


def site() -> Place:
    """Return the host (the relying party) and the origin by which browsers know this site."""
    address = urlsplit(settings.SITE_URL)
    host, port = site_host(), address.port
    usual = port is None or port == PORTS.get(address.scheme)
    return Place(host, f"{address.scheme}://{host}" + ("" if usual else f":{port}"))


def why_not_here(typed: str) -> str:
    """Return why a page that was opened under ``typed`` (host, and port if any) makes and shows no passkeys, and what
    to do instead; empty: it does. Browsers bind a passkey to the name of a site: one of another name opens nothing."""
    here = site()
    if _is_number(here.host):
        return (
            f"本系统的站点地址是 {here.origin}：浏览器不允许用数字地址（IP）的网站使用通行密钥。"
            "请用验证器的数字或备用码；要用通行密钥，请联系管理员设置域名（SITE_URL）。"
        )
    if _host_and_port(typed.lower(), here) == _host_and_port(urlsplit(here.origin).netloc, here):
        return ""
    return (
        f"通行密钥只能在 {here.origin} 使用，您现在是从 {typed} 打开的。"
        f"请用 {here.origin} 打开本系统，或用验证器的数字、备用码。"
    )


def _host_and_port(typed: str, here: Place) -> tuple[str | None, int | None]:
    try:
        address = urlsplit(f"//{typed}")
        return address.hostname, address.port or PORTS.get(urlsplit(here.origin).scheme)
    except ValueError:  # a port that is none
        return None, None


def site_as_opened(typed: str) -> Place:
    """Return `site` for a page that was opened under ``typed``. Refuses (SecondFactorRefused) another host's."""
    if why := why_not_here(typed):
        raise SecondFactorRefused(why)
    return site()


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
