"""What every page of the shell needs: name, menu, search, account, watermark.

Apps above add their own (`notifications.menu.bell`); see docs/howto/build-a-page.md, 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from django.conf import settings
from django.urls import NoReverseMatch

from expertpool.core.addresses import address
from expertpool.core.configuration import value_of
from expertpool.core.counting import counted
from expertpool.core.menus import lowest_above, menu_for, owners_of
from expertpool.core.office import office_details
from expertpool.core.registry import PUBLIC_PAGES, MenuItem, account_items_for, is_narrowed
from expertpool.core.settings import LOGO, SITE_NAME, WATERMARK

if TYPE_CHECKING:
    from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the templates the variables of the shell; a visitor gets only name and sign-in page."""
    common = {
        # Called by the template that shows them: fragments of a page need none.
        "site_name": lambda: value_of(SITE_NAME),
        "site_logo_url": _logo_url,
        "office_details": office_details,
        "login_url": _url(settings.LOGIN_URL),
        "public_page": lambda: PUBLIC_PAGES.get(_here(request)),
        "canonical_url": f"{settings.SITE_URL}{request.path}",
    }
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return common
    return common | {
        "menu_groups": lambda: _menu(request),
        "menu_page": lambda: _menu_page(request),
        "search_url": "" if is_narrowed(user) else address("core:search"),
        "account_name": str(user),
        "account_unit": str(getattr(user, "department", None) or ""),
        "account_items": lambda: _account_items(user),
        "logout_url": _url(settings.LOGOUT_URL),
        "watermark_url": address("core:watermark") if value_of(WATERMARK) else "",
    }


def _logo_url() -> str:
    """Return the address of the logo as it is now, so that browsers may keep it; or nothing."""
    logo = value_of(LOGO)
    return f"{address('core:logo')}?v={crc32(logo):x}" if logo else ""


def _url(name: str) -> str:
    """Return the address of ``name``, or nothing in an installation without that page."""
    try:
        return address(name)
    except NoReverseMatch:
        return ""


def _account_items(user: Any) -> list[dict[str, str]]:
    return [
        {"label": item.label, "url": address(item.url_name), "icon": item.icon}
        for item in account_items_for(user)
    ]


def _menu(request: HttpRequest) -> list[dict[str, Any]]:
    menu = menu_for(request.user)
    items = [item for _, items in menu for item in items]
    waiting = [item for item in items if item.count]
    asked = [item.count(request.user) for item in waiting if item.count]
    counts = counted(asked, often="menu", has_one_plan=True)
    count_of = dict(zip((item.code for item in waiting), counts, strict=True))
    here = _codes_here(request, items)
    return [
        {
            "code": group.code,
            "label": group.label,
            "items": [
                {
                    "label": item.label,
                    "url": item.address,
                    "icon": item.icon,
                    "active": item.code in here,
                    "is_outside": item.is_outside,
                    "count": count_of.get(item.code, 0),
                }
                for item in items
            ],
        }
        for group, items in menu
    ]


def _codes_here(request: HttpRequest, items: list[MenuItem]) -> set[str]:
    """Return the entries of ``items`` under which the page of ``request`` stands: those to which it belongs, or the
    one below whose page it lies."""
    match = request.resolver_match
    owners = {item.code for item in owners_of(match.view_name if match else "", request.path)}
    here = owners & {item.code for item in items}
    if not here:
        here = {item.code for item in lowest_above(request.path, items)}
    return here


def _here(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""


def _menu_page(request: HttpRequest) -> str:
    """Return the page of a menu entry below which the address of ``request`` lies; or the home page."""
    pages = (item.address for _, items in menu_for(request.user) for item in items)
    return max((page for page in pages if request.path.startswith(page)), key=len, default="/")
