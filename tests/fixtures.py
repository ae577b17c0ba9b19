"""Fixtures that every app's tests share: one user for each built-in role, signing in, and a folder for files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.accounts.settings import IDLE_LIMIT
from expertpool.core import duties
from expertpool.draws.settings import (
    CANDIDATES_PER_SEAT,
    EMERGENCY_WITHIN,
    PANEL_BITS,
    QUIET_HOURS,
    QUIET_WAYS,
    REPLY_SHORTEST,
    REVEAL_EARLIEST,
)
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.pacing import forget_recipients
from expertpool.workflow.settings import OBJECTION_MINUTES
from tests.factories.accounts import make_department, make_user
from tests.factories.siteconfig import configure

# When letters rest where an office sets nothing else.
NIGHT = QUIET_HOURS.default
EVENING = QUIET_WAYS[ChannelCode.VOICE].default
SMALL = {
    CANDIDATES_PER_SEAT: 0,
    PANEL_BITS: 0,
    EMERGENCY_WITHIN: 720,
    REVEAL_EARLIEST: 720,
    REPLY_SHORTEST: 1,
    OBJECTION_MINUTES: 0,
    # Tests turn the clock on while somebody is signed in; of the limit tells `tests/accounts/test_idle.py`.
    IDLE_LIMIT: timedelta(minutes=480),
}


def login(client: Client, user: User) -> Client:
    """Sign ``user`` in without a password; return the client."""
    client.force_login(user, backend="expertpool.accounts.backends.AccountBackend")
    return client


def read_version(client: Client, address: str) -> dict[str, str]:
    """Open a form that edits a record; return the version that it sends back."""
    found = re.search(r'name="version" value="(\d+)"', client.get(address).content.decode())
    assert found, address
    return {"version": found[1]}


@pytest.fixture(autouse=True)
def nobody_told_lately() -> None:
    """What a process remembers of whom it told begins anew with each test."""
    forget_recipients()


@pytest.fixture
def admin(db: None) -> User:
    return make_user("admin")


@pytest.fixture
def operator(db: None) -> User:
    return make_user("operator")


@pytest.fixture
def department_user(db: None) -> User:
    """Belongs to a department 工程建设部."""
    return make_user("department", department=make_department("工程建设部"))


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> None:
    """Stored files, those of imports too, lie in a folder of the test."""
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def no_quiet_hours(db: None) -> None:
    """For what runs in programs of its own, in real time, at whatever hour."""
    configure(QUIET_HOURS, None)
    configure(QUIET_WAYS[ChannelCode.VOICE], None)


@pytest.fixture
def quiet_hours(db: None) -> None:
    """The quiet hours that an office has which sets none."""
    configure(QUIET_HOURS, NIGHT)
    configure(QUIET_WAYS[ChannelCode.VOICE], EVENING)


@pytest.fixture(scope="session", autouse=True)
def whatever_the_hour() -> Iterator[None]:
    """Let letters go out at the hour at which the tests are run: `quiet_hours` is asked for by name."""
    with pytest.MonkeyPatch.context() as patch:
        for setting in (QUIET_HOURS, QUIET_WAYS[ChannelCode.VOICE]):
            patch.setitem(vars(setting), "default", None)
        yield


@pytest.fixture
def supervisor(db: None) -> User:
    return make_user("supervisor")


@pytest.fixture
def finance(db: None) -> User:
    return make_user("finance")


@pytest.fixture
def auditor(db: None) -> User:
    return make_user("auditor")


@pytest.fixture(scope="session", autouse=True)
def no_duty_is_late() -> Iterator[None]:
    """Nothing is done each minute where no worker runs: `tests/attacks/test_duties.py` shows what is told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duties, "STARTED", datetime.max.replace(tzinfo=UTC))
        yield


@pytest.fixture(scope="session", autouse=True)
def small_pools() -> Iterator[None]:
    """Let tests draw from the few experts they make, and declare emergencies days before: what an
    office demands of draws is shown by `tests/draws/services/test_policy.py`, the time to object to
    a request by `tests/attacks/test_second_person.py`."""
    with pytest.MonkeyPatch.context() as patch:
        for setting, value in SMALL.items():
            patch.setitem(vars(setting), "default", value)
        yield
