"""The forms of all pages that the administrator opens, as a browser would post them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from tests.architecture.url_roles import RULES
from tests.architecture.world import World

# They end the session, or the account whose session it is.
NOT_ASKED = {"accounts:logout", "accounts:password"}
EMPTY_CHOICE = re.compile(
    r'<select\b([^>]*)>\s*<option value=""[^>]*>\s*(.*?)\s*</option>', re.DOTALL
)
DASHES = {"", "-", "--", "---", "---------", "—", "——", "－"}
TYPED = {"text", "number", "date", "datetime-local", "search", "tel", "email", "hidden", ""}


@dataclass
class PostedForm:
    """One form: its address, what stands in its fields, those typed into; ``is_kept`` is one whose
    reader is asked before he leaves it."""

    address: str
    is_kept: bool
    values: dict[str, list[str]] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)


class Forms(HTMLParser):
    """The forms of a page that are posted."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PostedForm] = []
        self.select = self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            if given.get("method", "").lower() == "post" or "hx-post" in given:
                address = given.get("hx-post") or given.get("action", "")
                self.forms.append(PostedForm(address, "data-dirty" in given))
            return
        name = given.get("name", "")
        if not self.forms or not (name or tag == "option"):
            return
        form = self.forms[-1]
        if tag == "textarea":
            form.values[name] = [""]
            form.typed.add(name)
            self.textarea = name
        elif tag == "select":
            self.select = name
        elif tag == "option" and self.select:
            self._option(form, given)
        elif tag == "input":
            self._input(form, name, given)

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1].values[self.textarea][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        if tag == "textarea" and self.textarea:
            # The first line break belongs to the markup.
            typed = self.forms[-1].values[self.textarea]
            typed[0] = typed[0].removeprefix("\n")
            self.textarea = ""

    def _option(self, form: PostedForm, given: dict[str, str]) -> None:
        value = given.get("value", "")
        if "selected" in given:
            form.values[self.select] = [value]
        elif value:
            form.values.setdefault(self.select, [value])

    def _input(self, form: PostedForm, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "")
        if kind in TYPED:
            form.values.setdefault(name, []).append(given.get("value", ""))
            form.typed.add(name)
        elif "checked" in given:
            form.values.setdefault(name, []).append(given.get("value", "on"))


def forms_of(page: str) -> list[PostedForm]:
    """Return the forms of ``page`` that are posted."""
    found = Forms()
    found.feed(page)
    return found.forms


class Faults(HTMLParser):
    """What a page says in its elements of errors, hints and messages; nothing that was typed."""

    VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
    SILENT = frozenset({"script", "style", "textarea", "code", "pre", "svg", "select", "a"})

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.depth = self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            return
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        is_fault = {"field-error", "notice"} & {*classes} or given.get("role") == "alert"
        if self.depth or is_fault or "data-level" in given:
            self.depth += 1
        if self.depth and (self.silent or tag in self.SILENT):
            self.silent += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        self.depth = max(0, self.depth - 1)
        self.silent = max(0, self.silent - 1)

    def handle_data(self, data: str) -> None:
        if self.depth and not self.silent and data.strip():
            self.told.append(data.strip())


def faults_told(answer: HttpResponse) -> list[str]:
    """What ``answer`` says went wrong: in elements of its page, and in what the browser shows beside it."""
    if answer.streaming:
        return []
    found = Faults()
    if answer.get("Content-Type", "").startswith("text/html"):
        found.feed(answer.content.decode(errors="replace"))
    events = answer.get("HX-Trigger", "")  # several, or the name of one
    toast = json.loads(events).get("toast", {}).get("message", "") if events[:1] == "{" else ""
    return [*found.told, *([toast] if toast else [])]


def mute_choices(answer: HttpResponse) -> Iterator[str]:
    """The selects of a page that do not say 请选择 where something has to be chosen, or that show dashes."""
    if answer.streaming or not answer.get("Content-Type", "").startswith("text/html"):
        return
    for select, says in EMPTY_CHOICE.findall(answer.content.decode()):
        wants = re.search(r"\brequired\b", select)
        if not says.startswith("请选择") if wants else says in DASHES:
            name = re.search(r'\bname="([^"]*)"', select)
            yield f"{name and name[1]}: {says}"


def read(answer: HttpResponse) -> HttpResponse:
    """A file that is sent is closed once it was read to its end."""
    if answer.streaming:
        list(answer)
    return answer


def pages(world: World, client: Client, user: User) -> Iterator[tuple[str, str, str]]:
    """Each address that the administrator opens by GET, with what it shows."""
    for name, rule in RULES.items():
        if name in NOT_ASKED or rule.token or "admin" not in rule.roles:
            continue
        url = reverse(name, kwargs=rule.kwargs(world, user))
        page = read(client.get(url))
        if page.status_code == 200 and page.get("Content-Type", "").startswith("text/html"):
            yield name, url, page.content.decode()
