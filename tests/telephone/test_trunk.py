"""A trunk that wants a password lets in who has it, and says so of who has not."""

from __future__ import annotations

import asyncio

import pytest

from expertpool.telephone.channels.line import Kind, LineDown
from expertpool.telephone.channels.sip import SipLine, Trunk
from expertpool.telephone.enums import CallOutcome
from expertpool.telephone.rules import outcome_of
from tests.telephone.trunk import locked_trunk
from tests.worker import run_async

pytestmark = [pytest.mark.usefixtures("programs"), pytest.mark.timeout(120)]
USER, LOGIN, PASSWORD = "02788886666", "office", "right"


async def outcome(port: int, password: str, *, registers: bool, over: str = "udp") -> CallOutcome:
    """Open a line and call somebody; return how that ended."""
    given = (USER, LOGIN, password, registers, over, 4, "127.0.0.1")
    line = SipLine(Trunk(f"127.0.0.1:{port}", *given))
    await line.open()
    try:
        leg = await line.dial("13800138001")
        while True:
            sign = await asyncio.wait_for(leg.signs.get(), 30)
            if sign.kind is Kind.ENDED:
                return outcome_of(sign.said, rang=False)
    finally:
        await line.close()


@pytest.mark.shows("OVW-08", "DRAW-40")
@pytest.mark.parametrize("over", ["udp", "tcp"])
@pytest.mark.parametrize("registers", [True, False])
def test_who_has_the_password_is_let_in(registers: bool, over: str) -> None:
    """By the name that the trunk knows, which need not be the number that calls."""
    with locked_trunk(LOGIN, PASSWORD, over) as (port, trunk):
        ended = run_async(outcome(port, PASSWORD, registers=registers, over=over))
    assert ended is CallOutcome.BUSY
    invited = [("INVITE", "407 Proxy Authentication Required"), ("INVITE", "486 Busy Here")]
    assert [one for one in trunk.seen if one[0] == "INVITE"][:2] == invited
    wanted = [("REGISTER", "401 Unauthorized"), ("REGISTER", "200 OK")] if registers else []
    assert [one for one in trunk.seen if one[0] == "REGISTER"][:2] == wanted


def test_a_wrong_password_opens_no_line() -> None:
    with (
        locked_trunk(LOGIN, PASSWORD) as (port, trunk),
        pytest.raises(LineDown, match="线路不能使用"),
    ):
        run_async(outcome(port, "wrong", registers=True))
    assert not [one for one in trunk.seen if one[0] == "INVITE"]


def test_a_wrong_password_without_registration_is_the_fault_of_the_line() -> None:
    """Nobody's calls are used up by it."""
    with locked_trunk(LOGIN, PASSWORD) as (port, _):
        assert run_async(outcome(port, "wrong", registers=False)) is CallOutcome.REFUSED
