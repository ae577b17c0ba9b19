"""A channel says all about itself (`notifications.channels`): nobody else asks which one it is."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path("expertpool")
OWN = ("expertpool/notifications/channels/", "expertpool/telephone/")
# So often each; the list may only shrink. Whatever else differs between channels is said by `Channel`.
MAY = {
    # An account is told of by these two: its occasion has no others.
    "expertpool/experts/queries/health.py": 1,
    # Bounces are mail's, and name its messages.
    "expertpool/notifications/services/bounces.py": 1,
    # The inbox, which is the channel of this site itself.
    "expertpool/notifications/occasions.py": 2,
    "expertpool/notifications/queries/messages.py": 1,
    # A placeholder of texts that are short messages.
    "expertpool/notifications/queries/replies.py": 1,
    # Mail alone has an old server, by which its new one is told of.
    "expertpool/workflow/services/telling.py": 1,
}


def _is_code(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return any(map(_is_code, node.elts))
    while isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Name) and node.value.id == "ChannelCode":
            return node.attr.isupper()
        node = node.value
    return False


def _asked(tree: ast.Module) -> Iterator[int]:
    """Yield the lines that ask whether a channel is a certain one: in Python, or of the database."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(map(_is_code, [node.left, *node.comparators])):
            yield node.lineno
        elif (
            isinstance(node, ast.keyword)
            and (node.arg or "").split("__")[-1 - ((node.arg or "").endswith("__in"))] == "channel"
            and _is_code(node.value)
        ):
            yield node.value.lineno


def test_nobody_asks_which_channel_it_is() -> None:
    found = Counter(
        {
            str(path): sum(1 for _ in _asked(ast.parse(path.read_text())))
            for path in sorted(PACKAGE.rglob("*.py"))
            if not str(path).startswith(OWN)
        }
    )
    assert {path: count for path, count in found.items() if count} == MAY


def test_it_finds_each_way_to_ask() -> None:
    asked = """
one.channel == ChannelCode.SMS
ChannelCode.SMS.value != code
ChannelCode.VOICE not in chosen
code in (ChannelCode.SMS, ChannelCode.EMAIL)
rows.filter(message__channel=ChannelCode.SMS)
rows.exclude(channel__in=[ChannelCode.SITE])
"""
    assert list(_asked(ast.parse(asked))) == [2, 3, 4, 5, 6, 7]
    none = "send(channels=[ChannelCode.SITE])\nCHANNELS[code].calls\nChannelCode(code) in chosen"
    assert not list(_asked(ast.parse(none)))
