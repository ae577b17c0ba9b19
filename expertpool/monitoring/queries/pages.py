"""What a page is called in records of visits: which part of the system, never whose record."""

from __future__ import annotations

from functools import lru_cache

from django.apps import apps

from expertpool.core.menus import is_current
from expertpool.core.registry import ACCOUNT_ITEMS, MENU, MENU_PAGES

# Which of their pages a clerk opens would tell how a draw stands that nobody is told of (docs/security.md).
COARSE = {"draws", "reviews", "telephone", "selfservice", "notifications"}


@lru_cache(maxsize=2_000)
def page_of(view_name: str) -> str:
    """Return the code of the page that the view ``view_name`` belongs to: a menu entry, or a whole app."""
    app = view_name.partition(":")[0]
    if app in COARSE:
        return app
    if view_name in MENU_PAGES:
        return MENU_PAGES[view_name].item
    for item in (*MENU, *ACCOUNT_ITEMS):
        if is_current(view_name, (item.url_name, *item.active)):
            return str(item.code)
    return app


def page_label(code: str) -> str:
    """Return what people call the page ``code``; its own code where its app is gone."""
    if not code:
        return "本人的页面"
    for menu in (MENU, ACCOUNT_ITEMS):
        if code in menu:
            return menu[code].label
    known = {config.label: config.verbose_name for config in apps.get_app_configs()}
    return str(known.get(code, code))
