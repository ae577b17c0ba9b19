"""One catalogue for whatever the apps declare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from expertpool.core import catalogue as module
from expertpool.core.catalogue import Catalogue, UnknownCode, all_catalogues, check_catalogues


@dataclass(frozen=True)
class Tool:
    code: str
    order: int = 0
    needs: str = ""


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue[Tool]]:
    monkeypatch.setattr(module, "_catalogues", [])
    catalogue: Catalogue[Tool] = Catalogue(
        "tool",
        order=lambda tool: tool.order,
        faults=lambda tool: [f"needs {tool.needs}"] if tool.needs not in {"", "saw"} else (),
    )
    catalogue.add(Tool("saw", 2), Tool("axe", 1), Tool("file", 2))
    return catalogue


def test_entries_stand_in_their_order_and_have_a_code(tools: Catalogue[Tool]) -> None:
    assert [tool.code for tool in tools] == ["axe", "saw", "file"]
    assert tools["saw"] == Tool("saw", 2)
    assert (tools.get("saw"), tools.get("sow")) == (Tool("saw", 2), None)
    assert ("saw" in tools, "sow" in tools, len(tools)) == (True, False, 3)
    assert repr(tools) == "<Catalogue of tool: axe, saw, file>"


def test_a_code_has_one_entry(tools: Catalogue[Tool]) -> None:
    with pytest.raises(ValueError, match=r"two entries of tool 'saw': .*order=2.*order=9"):
        tools.add(Tool("saw", 9))
    with pytest.raises(ValueError, match="two entries"):
        tools.add(Tool("saw", 2))  # not even the same one again
    assert len(tools) == 3


def test_of_entries_that_clash_none_is_added(tools: Catalogue[Tool]) -> None:
    for clash in ("rasp", "saw"):
        with pytest.raises(ValueError, match="two entries"):
            tools.add(Tool("rasp"), Tool("drill"), Tool(clash))
        assert tools.codes == ("axe", "saw", "file")


def test_an_unknown_code_says_what_is_near(tools: Catalogue[Tool]) -> None:
    with pytest.raises(UnknownCode, match="no tool 'sew'; near: saw"):
        tools["sew"]


def test_what_a_block_holds_goes_away_with_it(tools: Catalogue[Tool]) -> None:
    with tools.holding(Tool("rasp")):
        tools.add(Tool("drill"))
        assert {"rasp", "drill", "saw"} <= set(tools.codes)
    with tools.holding(Tool("saw", 7), alone=True):
        assert tools.codes == ("saw",)
    with pytest.raises(ValueError, match="two entries"), tools.holding(Tool("hoe"), Tool("saw")):
        pass
    assert tools.codes == ("axe", "saw", "file")
    assert tools["saw"].order == 2


def test_all_are_seen_and_checked_as_a_whole(tools: Catalogue[Tool]) -> None:
    tools.add(Tool("plane", needs="saw"), Tool("lathe", needs="power"))
    assert all_catalogues() == (tools,)
    assert [error.msg for error in check_catalogues()] == ["tool lathe: needs power"]
