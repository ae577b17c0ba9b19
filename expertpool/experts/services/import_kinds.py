"""Of which kind the experts of a list are that has no column for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms

from expertpool.core.importing import CellRefused, Header, Row, Why, normalise_header
from expertpool.directory.queries import UNIT_LIKE, unit_name
from expertpool.experts.enums import ExpertKind
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.words import KIND_WORDS

REACHED_BY = ("phone", "email")
_CONTACT = re.compile(r"^(?:单位|业务)?联[系络]人(?:信息|情况)?(?:的)?")
KIND = "list_kind"  # among the options of a run
ASKED = {
    KIND: forms.ChoiceField(
        label="名单上的专家",
        choices=[("", "个人专家"), (ExpertKind.ORGANISATION.value, "单位专家")],
        required=False,
        help_text="文件里没有“类别”一列。选单位专家的，单位名称对应为“姓名”，每行要有联系人。",
    )
}


def asked_of(codes: Sequence[str]) -> Mapping[str, Any]:
    return {} if "kind" in codes else ASKED


def read_kind(header: Header) -> tuple[Header, Mapping[str, Any]]:
    """Return the header of a list, and that it is one of organisations where its columns say so: units with
    whom to ask for there, but no persons; or where what names its rows are units."""
    codes = header.codes
    if "kind" in codes:
        kinds = header.samples[codes.index("kind")]
        # Whose rows all say so has them named by their units; the rows say of which kind they are.
        if kinds and "name" not in codes and "employer" in codes and all(map(_is_unit, kinds)):
            return _named_by_unit(header), {}
        return header, {}
    units = {KIND: ExpertKind.ORGANISATION.value}
    if Why.OF_LIST in header.why:
        return header, units
    if "name" in codes:
        names = header.samples[codes.index("name")]
        are_units = bool(names) and all(map(UNIT_LIKE.fullmatch, names))
        return header, units if are_units else {}
    if not {"employer", "contact_person"} <= set(codes):
        return header, {}
    return _named_by_unit(header), units


def _is_unit(word: str) -> bool:
    said = KIND_WORDS.get(word, word)
    return said in (ExpertKind.ORGANISATION, ExpertKind.ORGANISATION.label)


def _named_by_unit(header: Header) -> Header:
    """Return a header whose column of the unit is the name of the expert, and by which his contact is reached as the
    list says: 联系人手机 is its telephone, and not that of who leads it."""
    codes, why = [*header.codes], [*header.why]
    at = codes.index("employer")
    codes[at], why[at] = "name", Why.OF_LIST
    for code in REACHED_BY:
        found = [place for place, cell in enumerate(header.cells) if code == _of_contact(cell)]
        held = codes.index(code) if code in codes else None
        if not found or (held is not None and why[held] != Why.CONTENT):
            continue
        if held is not None:
            codes[held], why[held] = "", Why.UNKNOWN
        codes[found[0]], why[found[0]] = code, Why.OF_LIST
    here = [one.header for one in EXPERT.import_columns() if one.code in codes]
    missing = [one for one in header.missing if one not in here]
    return replace(header, codes=codes, why=why, missing=missing)


def _of_contact(cell: str) -> str:
    """Return what of an organisation a header of its contact is: 联系人手机; empty: none."""
    name = normalise_header(cell)
    bare = _CONTACT.sub("", name)
    if bare == name:
        return ""
    columns = (one for one in EXPERT.import_columns() if one.code in REACHED_BY)
    return next((one.code for one in columns if bare in map(normalise_header, one.headers)), "")


def set_kind(row: Row, of_list: str) -> None:
    """Say in ``row`` of which kind it is; an organisation is the unit itself by which it avoids."""
    values = row.values
    values["kind"] = values.get("kind") or of_list or ExpertKind.INDIVIDUAL.value
    if values["kind"] == ExpertKind.ORGANISATION and not values.get("employer"):
        try:
            values["employer"] = unit_name(values.get("name", ""))
        except CellRefused:  # is no name of a unit: it is said of none
            values["employer"] = ""
