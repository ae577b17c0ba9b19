"""What stands on the screens: the words of rendered pages, each rendered once for a role."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from django.test import Client
from django.urls import reverse

from expertpool.core.menus import owners_of
from expertpool.manuals.queries.texts import Manual, ManualSection
from tests.architecture.forms import read
from tests.architecture.url_roles import RULES
from tests.architecture.world import World
from tests.fixtures import login

# They end the session, or the account whose session it is.
NOT_ASKED = {"accounts:logout", "accounts:password"}
TAG = re.compile(r"<[^>]+>")
SAID = re.compile(
    r'(?:aria-label|title|placeholder|data-confirm|data-ask|data-label|value|alt)="([^"]*)"'
)


def pages_of(manual: Manual, section: ManualSection) -> Iterator[str]:
    """Yield the URL names to which ``section`` belongs: those that it names, and what lies under the menu entries of
    ``pages`` and is named by no other section."""
    elsewhere = {page for one in manual.sections for page in one.pages} - set(section.pages)
    for name in RULES:
        owners = owners_of(name, "") if name not in elsewhere else ()
        is_below = any(item.url_name in section.pages for item in owners)
        if name in (*section.pages, *section.also) or is_below:
            yield name


class Screens:
    """The pages of ``world`` as its people see them; the role "" is a visitor."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pages: dict[tuple[str, str], str] = {}
        self._clients: dict[str, Client] = {}

    def begin(self) -> Screens:
        """Sign in anew: the sessions of the test before are gone with its transaction; its pages are the same."""
        self._clients.clear()
        return self

    def words(self, role: str, name: str) -> str:
        """Return what the page ``name`` shows, and says to who hears it."""
        page = re.sub(r"<(script|style)\b.*?</\1>", " ", self._page(role, name), flags=re.DOTALL)
        return unescape("\n".join([TAG.sub("\n", page), *SAID.findall(page)]))

    def _page(self, role: str, name: str) -> str:
        if (role, name) not in self._pages:
            self._pages[role, name] = self._ask(role, name)
        return self._pages[role, name]

    def _ask(self, role: str, name: str) -> str:
        rule = RULES[name]
        if name in NOT_ASKED or rule.token or not (role in rule.roles if role else rule.public):
            return ""
        user = self._world.users[role or "expert"]
        answer = self._client(role).get(reverse(name, kwargs=rule.kwargs(self._world, user)))
        is_page = "text/html" in read(answer).get("Content-Type", "") and not answer.streaming
        return answer.content.decode() if is_page else ""

    def _client(self, role: str) -> Client:
        if role not in self._clients:
            client = Client(raise_request_exception=False)
            self._clients[role] = login(client, self._world.users[role]) if role else client
        return self._clients[role]
