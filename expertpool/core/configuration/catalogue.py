"""The settings that there are: each app adds its own in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from expertpool.core.catalogue import Catalogue
from expertpool.core.configuration.kinds import Kind

if TYPE_CHECKING:
    from expertpool.core.configuration.reading import Reader

T = TypeVar("T")


@dataclass(frozen=True)
class SettingGroup:
    """Settings that are shown, edited and checked together."""

    code: str
    label: str
    order: int
    note: str = ""
    saved: str = "立即生效"  # what is said of a change, where it is not so
    # The permission without which nobody changes or tries these; empty: that of all settings.
    needs: str = ""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One decision of the office. ``code`` is ``app.name``; ``help`` says what it does. ``general``:
    the setting for all cases, beside which this one stands for one of them. ``strictest``: of what it was
    within a day, what counts, where whoever asks for less asks it for later (docs/decisions/0187)."""

    code: str
    label: str
    kind: Kind[T]
    default: T
    group: SettingGroup
    help: str = ""
    order: int = 100
    general: Setting[Any] | None = None
    strictest: Callable[[Sequence[Any]], Any] | None = None

    def __post_init__(self) -> None:
        # A default outside its own bounds is found when the program starts.
        self.kind.check(self.default)

    @property
    def page(self) -> str:
        """The URL name of the page on which it is edited; empty: the one of all settings."""
        own = SETTING_PAGES.get(self.code)
        return own.page if own else ""


@dataclass(frozen=True)
class SettingPage:
    """That the setting of this ``code`` is edited on a ``page`` (URL name) of its own."""

    code: str
    page: str


@dataclass(frozen=True)
class SettingConstraint:
    """What must hold between settings of ``group``, and ``others`` that it reads. ``broken`` returns a
    sentence, or nothing; it is asked whenever one of these groups is changed. ``at`` is the setting at whose field the
    sentence stands, or finds it; without one, or on the page of another group, it stands above all fields."""

    code: str
    group: SettingGroup
    broken: Callable[[Reader], str]
    others: tuple[SettingGroup, ...] = ()
    at: Setting[Any] | Callable[[Reader], Setting[Any] | None] | None = None

    def place(self, group: SettingGroup, read: Reader) -> str:
        """Return the code of the setting at which the page of ``group`` says it; "" for none."""
        at = self.at if isinstance(self.at, Setting) or self.at is None else self.at(read)
        return at.code if at and at.group == group and not at.page else ""


def first_empty(*settings: Setting[Any]) -> Callable[[Reader], Setting[Any] | None]:
    """Return what finds the first of ``settings`` that is not filled in."""
    return lambda read: next((one for one in settings if not read(one)), None)


class TrialFailed(Exception):
    """What was typed does not work; the message says why and how to mend it."""


@dataclass(frozen=True)
class Trial:
    """A button that tries what is typed before it is saved.

    ``run(read, address)`` returns what to tell, or raises TrialFailed; ``read`` gives the values
    that are typed, ``address`` is what the reader wrote beside the button.
    """

    group: SettingGroup
    label: str
    address_label: str
    run: Callable[[Reader, str], str]
    is_mail: bool = True  # the address is one of mail: the reader's own is proposed
    asks: bool = True  # whether there is anything to write beside the button
    how: str = "用上面正在填写的内容试，不需要先保存。"


SITE_SETTINGS: Catalogue[Setting[Any]] = Catalogue(
    "setting", order=lambda setting: 10_000 * setting.group.order + setting.order
)
SETTING_PAGES: Catalogue[SettingPage] = Catalogue("page of a setting")
SETTING_CONSTRAINTS: Catalogue[SettingConstraint] = Catalogue("constraint of settings")
SETTING_TRIALS: Catalogue[Trial] = Catalogue("trial", code=lambda trial: trial.group.code)


def settings_of(group: SettingGroup) -> list[Setting[Any]]:
    return [setting for setting in SITE_SETTINGS if setting.group == group]


def setting_groups() -> list[SettingGroup]:
    return list(dict.fromkeys(setting.group for setting in SITE_SETTINGS))


def constraints_of(group: SettingGroup) -> list[SettingConstraint]:
    return [one for one in SETTING_CONSTRAINTS if group in (one.group, *one.others)]
