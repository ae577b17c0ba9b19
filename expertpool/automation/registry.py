"""What rules can hear and what they can do: each app declares its kinds of events and its actions.

A rule says: when an event of this **kind** happens and its row meets the **condition**, these
**actions** are done, one after the other. See docs/howto/add-an-event-kind.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.automation.exceptions import ActionRefused
from expertpool.core.catalogue import Catalogue
from expertpool.core.permissions import undeclared
from expertpool.notifications.queries.subjects import About
from expertpool.notifications.services.sending import Recipient

Values = Mapping[str, str]  # what is chosen for an action, by the names of its fields


@dataclass(frozen=True)
class Person:
    """Somebody whom an event concerns, by his row: the applicant of a project, the expert himself.
    ``about`` is what a message to him is about, where that is another than for the office."""

    label: str
    find: Callable[[Any], Recipient | None]
    about: Callable[[Any], About] | None = None


@dataclass(frozen=True, kw_only=True)
class EventKind:
    """Something that happens to a row of ``subject`` (the label of a model; its criteria are the
    conditions).

    ``sources`` are the events that announce it, each with the keys of the rows to which it happened.
    **None may be given before everybody who may see such rows may know it**: what a sealed draw causes
    reaches rules when its names are released. What may be told a little later has ``told_at(key, now)``;
    ``note`` says so to whoever draws up a rule.

    ``fact`` tells one happening of a row from the next: told twice, it is one; of one that is told later
    ``stands(row, fact)`` says whether it is still so, and ``waits_until(row)`` until when it waits, asked anew
    at that time. ``visible`` are the rows
    that a user may know of, ``past`` those to which it happened, with ``happened_at``, to try a rule on.
    ``words`` are the values of the placeholders that texts may use, ``samples`` one of each.
    ``parties`` are what actions act upon, by their names (``expert``, ``draw``); ``covers`` further rows that it is
    about (all projects of one draw).
    """

    code: str
    label: str
    subject: str
    sources: Mapping[type[Any], Callable[[Any], Iterable[int]]]
    visible: Callable[[User], QuerySet[Any]]
    past: Callable[[], QuerySet[Any]]
    page: Callable[[Any], str]
    samples: Mapping[str, str]
    words: Callable[[Any], Mapping[str, str]]
    name_of: Callable[[Any], str] = str
    fact: Callable[[Any], str] | None = None
    stands: Callable[[Any, str], bool] = lambda row, fact: True
    waits_until: Callable[[Any], datetime | None] = lambda row: None
    told_at: Callable[[int, datetime], datetime] = lambda key, now: now
    people: Mapping[str, Person] = field(default_factory=dict)
    parties: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    covers: Callable[[Any], Iterable[Any]] = lambda row: ()
    about: Callable[[Any], About] = lambda row: row
    note: str = ""
    order: int = 100

    def touches(self, row: Any) -> set[tuple[str, int]]:
        """Return what an event of ``row`` is about: itself, its parties, what it covers."""
        found = [row, *(find(row) for find in self.parties.values()), *self.covers(row)]
        return {(one._meta.label_lower, one.pk) for one in found if one is not None}

    def may_concern(self, other: EventKind) -> bool:
        """Tell whether events of both can be about one thing."""
        return self.subject == other.subject or bool(self.parties.keys() & other.parties.keys())


EVENT_KINDS: Catalogue[EventKind] = Catalogue("kind of event", order=lambda kind: kind.order)


@dataclass(frozen=True)
class Doing:
    """One action as it is done: for which row of which ``kind``, with what was chosen, by which rule.
    ``author`` drew the rule up; ``key`` is the same however often it is tried."""

    key: str
    kind: EventKind
    row: Any
    values: Values
    rule: str
    author: User
    now: datetime

    def party(self, name: str) -> Any:
        """Return what the action acts upon; refuses (ActionRefused) where the event has none."""
        found = self.kind.parties[name](self.row)
        if found is None:
            raise ActionRefused("事件涉及的对象已不存在。")
        return found

    @property
    def reason(self) -> str:
        """What the log says of an effect."""
        return f"事件规则「{self.rule}」：{self.kind.label}"


def _no_fields(kind: EventKind) -> dict[str, forms.Field]:
    return {}


@dataclass(frozen=True, kw_only=True)
class RuleAction:
    """Something that a rule can do. ``fields`` are what is chosen for it, single values; ``words`` tell
    it in Chinese, ``preview`` what it would do to a row.

    ``run`` does it in a transaction of its own and returns what it has done, in a few words. It raises
    ActionSkipped where there is nothing to do, ActionRefused or one of ``refused`` where it cannot.
    ``check`` refuses (ActionRefused) what was chosen. ``needs`` is a party that the event must have.

    ``permission``: nobody draws up a rule with it who has it not, and it is done in his name, by his
    rights at that time. ``weighty``: it changes a state, hence a second person confirms the rule, and
    what was done is not done again.
    """

    code: str
    label: str
    run: Callable[[Doing], str]
    words: Callable[[EventKind, Values], str]
    fields: Callable[[EventKind], Mapping[str, forms.Field]] = _no_fields
    check: Callable[[EventKind, Values], None] = lambda kind, values: None
    preview: Callable[[Doing], str] | None = None
    needs: str = ""
    permission: str = ""
    weighty: bool = False
    refused: tuple[type[Exception], ...] = ()
    order: int = 100

    def suits(self, kind: EventKind) -> bool:
        return not self.needs or self.needs in kind.parties


def _faults(action: RuleAction) -> Iterator[str]:
    if action.permission:
        yield from undeclared(action.permission)
    if action.weighty and not action.permission:
        yield "changes a state by nobody's right"


RULE_ACTIONS: Catalogue[RuleAction] = Catalogue(
    "action of a rule", order=lambda action: action.order, faults=_faults
)
