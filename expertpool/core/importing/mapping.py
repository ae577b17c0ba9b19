"""What a user says of the headers of his file: whether it can be so, and what of it is remembered."""

from __future__ import annotations

from collections.abc import Sequence

from expertpool.core.importing.columns import ImportColumn, normalise_header
from expertpool.core.importing.finding import Why, missing
from expertpool.core.importing.headers import is_count
from expertpool.core.importing.ticks import word_in

IGNORED = "-"  # said of a header: not imported, of later files neither


def broken_rule(
    columns: Sequence[ImportColumn], headers: Sequence[str], mapping: Sequence[str]
) -> str:
    """Return in Chinese why ``mapping`` (a code for each header, "" for none) cannot be; else empty."""
    named = [code for code in mapping if code]
    if len(mapping) != len(headers) or set(named) - {column.code for column in columns}:
        return "表头与文件不一致，请重新上传。"
    twice = {code for code in named if named.count(code) > 1}
    for one in columns:
        if one.code not in twice or one.lists:
            continue
        stand = [name for name, code in zip(headers, mapping, strict=True) if code == one.code]
        if all(word_in(one, name) for name in stand):
            continue
        if one.has_pieces([one.piece_of(name) for name in stand]):
            continue
        return f"有两个表头对应了同一列（{one.header}），请改正其中一个。"
    absent = missing(columns, named)
    return f"必填的列还没有对应：{'、'.join(absent)}。" if absent else ""


def reasons_of(mapping: Sequence[str], before: Sequence[str], whys: Sequence[str]) -> list[str]:
    """Return why each header stands for what it does: what is otherwise than ``before`` was chosen."""
    held = zip(before, whys or [Why.HEADER] * len(mapping), strict=True)
    return [
        why if code == old else Why.CHOSEN for code, (old, why) in zip(mapping, held, strict=True)
    ]


def to_remember(
    headers: Sequence[str], codes: Sequence[str], whys: Sequence[str]
) -> dict[str, str]:
    """Return what is to be remembered of headers: what was chosen, or proposed and left. What the template
    says by itself needs no memory, a number alone (一) means something else in the next file, and that a header was left unimported is no decision."""
    asked = {Why.CHOSEN, Why.CONTENT, Why.DOUBT, Why.MOVED, Why.LIKELY, Why.CROSSED}
    said = list(zip(headers, codes, whys, strict=True))
    ignored = {header: "" for header, code, _ in said if code == IGNORED}
    # Of two headers of one name the one that is imported counts.
    told = ignored | {
        header: code for header, code, why in said if code not in ("", IGNORED) and why in asked
    }
    return {header: code for header, code in told.items() if not is_count(normalise_header(header))}
