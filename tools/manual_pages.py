"""Pages of which the manuals show a picture as they open, with nothing done before: docs/pictures/NAME.png."""

from __future__ import annotations

from typing import NamedTuple


class Shown(NamedTuple):
    """A page, or with ``first`` what the first row of its list leads to."""

    name: str
    path: str
    first: bool = False


# By the account of the demonstration that sees it; nobody's are public.
AT_A_DESK: dict[str, tuple[Shown, ...]] = {
    "": (Shown("join", "/join/"),),
    "admin": (
        Shown("roles", "/roles/"),
        Shown("duties", "/duties/"),
        Shown("channels", "/messages/channels/"),
        Shown("voice", "/settings/groups/voice/"),
        Shown("wechat-template", "/messages/templates/draw.invitation/wechat/"),
        Shown("fields", "/fields/"),
        Shown("operations", "/operations/"),
        Shown("log", "/audit/"),
        Shown("health", "/experts/health/"),
        Shown("joining", "/joining/", first=True),
        Shown("entrance", "/joining/entrance/"),
        Shown("change", "/changes/", first=True),
        Shown("blacklist", "/experts/blacklist/"),
        Shown("certificate-design", "/certificates/designs/", first=True),
        Shown("inspections", "/inspections/", first=True),
        Shown("ratings", "/evaluations/ratings/"),
        Shown("points", "/points/"),
    ),
    "department": (Shown("apply", "/projects/new/"),),
    "supervisor": (Shown("home-supervisor", "/"),),
    "operator": (Shown("review", "/reviews/", first=True),),
    "finance": (
        Shown("fee-rates", "/fees/rates/"),
        Shown("fee-accounts", "/fees/accounts/"),
        Shown("fee-batch", "/fees/batches/", first=True),
        Shown("fee-tax", "/fees/tax/"),
    ),
}
ON_A_PHONE: dict[str, tuple[Shown, ...]] = {
    "expert": (
        Shown("home-expert", "/"),
        Shown("my-calendar", "/my/calendar/"),
        Shown("my-file", "/my/file/"),
        Shown("my-scoring", "/my/scoring/", first=True),
        Shown("my-fee", "/my/fees/", first=True),
        Shown("my-certificates", "/my/certificates/"),
        Shown("my-privacy", "/my/privacy/"),
    ),
}
