"""What else keeps an account from signing in: upper apps declare it in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from expertpool.core.catalogue import Catalogue


@dataclass(frozen=True)
class SignInBar:
    """``bars(user)``: whether he may not sign in now, for as long as it says so. Asked at each
    attempt; whoever bars somebody ends what he is signed in by (`services.users.end_sessions`)."""

    code: str
    bars: Callable[[Any], bool]  # of a user


SIGN_IN_BARS: Catalogue[SignInBar] = Catalogue("sign-in bar")
