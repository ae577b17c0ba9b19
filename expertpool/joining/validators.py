"""What strangers may write where the office may write anything."""

from __future__ import annotations

from typing import Any

from expertpool.core.importing import CellRefused
from expertpool.directory.queries import NO_NAME, unit_name
from expertpool.experts.fields import EXPERT

_BUILT_IN = {one.code: one for one in EXPERT.built_in}


def applicant_name(raw: Any) -> str:
    """Clean the name of a person or an organisation by the rule of the record."""
    return str(_BUILT_IN["name"].clean(raw))


def applicant_unit(raw: Any) -> str:
    """Clean the name of a unit as a stranger writes it: as everywhere, and without what no name has."""
    name = str(unit_name(raw))
    if NO_NAME.search(name):
        raise CellRefused("{}有不能用的符号", "请去掉 < > { } 等符号，填写单位全称。")
    return name


def phone(raw: Any) -> str:
    """Clean a mobile number by the rule of the record."""
    return str(_BUILT_IN["phone"].clean(raw))


def email(raw: Any) -> str:
    """Clean a mail address by the rule of the record."""
    return str(_BUILT_IN["email"].clean(raw))
