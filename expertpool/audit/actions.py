"""The words of the log: each app adds its actions, and the labels of values that are no fields of a
model, in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from expertpool.core.catalogue import Catalogue
from expertpool.core.visibility import Viewer


@dataclass(frozen=True)
class Action:
    """Something that is logged: ``expert.create``. ``is_of_sign_in``: it changes by what an account is signed in, so
    that its owner is told even of what was done in his own name: whoever has his password would do that.
    ``kept``: values of its entries by their names, which only holders of the permission ``kept_for`` are told; all
    others read that it was done."""

    code: str
    label: str
    is_of_sign_in: bool = False
    kept: tuple[str, ...] = ()
    kept_for: str = ""


@dataclass(frozen=True)
class ValueLabel:
    """What a name or code in ``before`` and ``after`` is called, where no field of the subject
    says it (``sha256``: 校验值)."""

    code: str
    label: str


@dataclass(frozen=True)
class CodesOf:
    """What the codes are called that entries keep under one name, where no choices of a model field say it: ``code``
    is the field with its model (``customforms.customfield.readers``), ``label`` returns the label of one, or None."""

    code: str
    label: Callable[[str], str | None]


@dataclass(frozen=True)
class ReadBy:
    """Subjects (``customforms.fieldfile``) of which entries tell what not everybody may read: ``seen`` returns the rows of
    which a viewer reads the values and the note, ``leaving`` those of which a table tells them. Of a row that is gone
    nobody does: who read it is not known any more."""

    code: str
    seen: Callable[[Viewer], QuerySet[Any]]
    leaving: Callable[[], QuerySet[Any]]


@dataclass(frozen=True)
class FormerName:
    """What an action or a type of subject was called once, and its name today.

    The chain holds entries as they were written, so that nothing in it can be renamed.
    """

    code: str
    today: str


@dataclass(frozen=True)
class BranchOf:
    """Says of which department's chain an account is, or None (`settings.LOG_BY_DEPARTMENT`), and how one is called
    (empty: there is none such)."""

    code: str
    department: Callable[[Any], int | None]
    name: Callable[[int], str]


BRANCHES: Catalogue[BranchOf] = Catalogue("branch of an account")
LOG_ACTIONS: Catalogue[Action] = Catalogue("log action")
VALUE_LABELS: Catalogue[ValueLabel] = Catalogue("value label")
CODES: Catalogue[CodesOf] = Catalogue("codes of a value")
READ_BY: Catalogue[ReadBy] = Catalogue("subject read by some")
FORMER_NAMES: Catalogue[FormerName] = Catalogue("former name")

FORGED = "audit.forged"
ACTIONS = (
    Action("export.finish", "导出数据"),
    Action("import.preview", "核对导入文件"),
    Action("audit.unproven", "发现绕过系统写入的日志"),
    Action("audit.join", "并入各部门的日志链"),
    Action(FORGED, "发现绕过系统写入的办理事项，没有办理"),
)


def name_today(name: str) -> str:
    """Return what an action or a type of subject in an entry is called now."""
    former = FORMER_NAMES.get(name)
    return former.today if former else name


def all_names(name: str) -> list[str]:
    """Return ``name`` and what it was called before."""
    return [name, *(former.code for former in FORMER_NAMES if former.today == name)]


def action_label(code: str) -> str:
    """Return the label, or the code of an action that is no longer declared."""
    action = LOG_ACTIONS.get(name_today(code))
    return action.label if action else name_today(code)


def kept_from(code: str, holds: Callable[[str], bool]) -> tuple[str, ...]:
    """Return the names of the values of an action ``code`` that are not told to whom ``holds`` asks about."""
    action = LOG_ACTIONS.get(name_today(code))
    return action.kept if action and action.kept and not holds(action.kept_for) else ()


def value_label(code: str) -> str:
    label = VALUE_LABELS.get(code)
    return label.label if label else code
