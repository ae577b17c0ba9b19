"""How the office has arranged the menu and the shortcuts of the home page: one value, kept as a setting.

It names entries and roles by their codes; a code that is gone means nothing any more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError

from expertpool.core.configuration import Setting, SettingGroup
from expertpool.core.configuration.kinds import Json, Kind

MOST_LINKS = 30
MOST_SHORTCUTS = 6
LONGEST_LABEL = 12  # what the side menu shows on one line
LONGEST_URL = 500
OWN = "own-"  # begins the code of a link that the office has added
# What may stand in an address (RFC 3986, 2): nothing that is drawn otherwise than it leads.
_ADDRESS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


@dataclass(frozen=True)
class Place:
    """Where and how an entry of the menu stands, where not as its app declares it; ``hidden_from`` are codes
    of roles."""

    code: str
    label: str = ""
    group: str = ""
    order: int | None = None
    hidden_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupPlace:
    """The same of a group of entries."""

    code: str
    label: str = ""
    order: int | None = None


@dataclass(frozen=True)
class OwnLink:
    """An entry that the office has added: a page of this site (``/…``) or another site (``https://…``)."""

    code: str
    label: str
    url: str
    group: str
    order: int = 1_000
    hidden_from: tuple[str, ...] = ()

    @property
    def is_outside(self) -> bool:
        return not self.url.startswith("/")


@dataclass(frozen=True)
class RoleShortcuts:
    """What stands on the home page of a role, in this order."""

    role: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Arrangement:
    """All of it; what is not in it stands as its app declares it."""

    places: tuple[Place, ...] = ()
    groups: tuple[GroupPlace, ...] = ()
    links: tuple[OwnLink, ...] = ()
    shortcuts: tuple[RoleShortcuts, ...] = ()

    def place_of(self, code: str) -> Place:
        return next((one for one in self.places if one.code == code), Place(code))

    def with_place(self, place: Place) -> Arrangement:
        """Return this with ``place`` in the stead of the one of its code."""
        others = tuple(one for one in self.places if one.code != place.code)
        kept = () if place == Place(place.code) else (place,)
        return replace(self, places=(*others, *kept))

    def with_group(self, group: GroupPlace) -> Arrangement:
        others = tuple(one for one in self.groups if one.code != group.code)
        kept = () if group == GroupPlace(group.code) else (group,)
        return replace(self, groups=(*others, *kept))

    def with_link(self, link: OwnLink) -> Arrangement:
        others = tuple(one for one in self.links if one.code != link.code)
        return replace(self, links=(*others, link))

    def without_link(self, code: str) -> Arrangement:
        """Return this without the link, wherever it stood: its code may be another's one day."""
        shortcuts = (
            replace(one, codes=tuple(other for other in one.codes if other != code))
            for one in self.shortcuts
        )
        return replace(
            self,
            links=tuple(one for one in self.links if one.code != code),
            shortcuts=tuple(one for one in shortcuts if one.codes),
        )

    def with_shortcuts(self, shortcuts: RoleShortcuts) -> Arrangement:
        others = tuple(one for one in self.shortcuts if one.role != shortcuts.role)
        return replace(self, shortcuts=(*others, shortcuts) if shortcuts.codes else others)

    @property
    def hidden(self) -> Mapping[str, tuple[str, ...]]:
        """From which roles entries are hidden, by their codes."""
        placed = {one.code: one.hidden_from for one in self.places if one.hidden_from}
        return placed | {one.code: one.hidden_from for one in self.links if one.hidden_from}


def validate_link(url: str) -> None:
    """Refuse (ValidationError) what leads nowhere that this site would send its people: no page of this site
    nor an encrypted one of others, or written so that nobody sees where."""
    if not (_is_own_or_encrypted(url) and _ADDRESS.fullmatch(url)):
        raise ValidationError(
            "应为本系统的地址（以 / 开头，如 /projects/）或以 https:// 开头的网址，"
            "不能含空格和中文，请从浏览器地址栏复制。",
            code="link",
        )


def _is_own_or_encrypted(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets in which no address stands
        return False
    if url.startswith("/"):
        return not parts.netloc and not url.startswith(("//", "/\\"))
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


class ArrangementKind(Kind[Arrangement]):
    """Edited on a page of its own (`SettingPage`)."""

    def field(self) -> forms.Field:
        return forms.CharField(required=False, disabled=True)

    def check(self, value: Arrangement) -> None:
        if len(value.links) > MOST_LINKS:
            raise ValidationError(f"自设链接最多 {MOST_LINKS} 个，请先删去不用的。")

    def dump(self, value: Arrangement) -> Json:
        return json.loads(json.dumps(asdict(value)))

    def load(self, stored: Json) -> Arrangement:
        return _loaded(json.dumps(stored, sort_keys=True))

    def words(self, value: Arrangement) -> str:
        counts = {
            "项菜单": len(value.places) + len(value.groups),
            "个自设链接": len(value.links),
            "个角色的快捷功能": len(value.shortcuts),
        }
        said = "、".join(f"{count} {what}" for what, count in counts.items() if count)
        return f"已调整 {said}" if said else "没有调整"


@lru_cache(maxsize=8)  # read on each page, changed a few times a year
def _loaded(text: str) -> Arrangement:
    stored = json.loads(text)
    return Arrangement(
        places=tuple(_made(Place, one) for one in stored["places"]),
        groups=tuple(_made(GroupPlace, one) for one in stored["groups"]),
        links=tuple(_made(OwnLink, one) for one in stored["links"]),
        shortcuts=tuple(_made(RoleShortcuts, one) for one in stored["shortcuts"]),
    )


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    listed = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return kind(**(values | listed))  # type: ignore[operator]


MENUS = SettingGroup("menus", "菜单与首页", order=12)
MENU_ARRANGEMENT = Setting(
    "core.menu_arrangement",
    "菜单和快捷功能",
    ArrangementKind(),
    Arrangement(),
    group=MENUS,
    help="菜单的名称、次序、对哪些角色隐藏、自设链接，各角色首页的快捷功能；恢复默认即回到系统原来的样子。",
)
