"""Expected failures of draws; each message says in plain words what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from expertpool.core.crypto import DecryptionError
from vdraw import EngineError


@contextmanager
def of_draw(draw_id: int) -> Iterator[None]:
    """Let what finds altered rows here say of which draw they are, for whoever answers it
    (`services.checking.check_stopped`)."""
    try:
        yield
    except (EngineError, DecryptionError) as error:
        vars(error).setdefault("draw_id", draw_id)
        raise


class DrawError(Exception):
    """Base of all: the text is shown to the user as it is."""


class DrawNotReady(DrawError):
    """The project or its plan does not allow a draw now."""


class HeldRefused(DrawNotReady):
    """Too few, or one of the chosen, can be seated, because of draws whose names are sealed: the text
    has no numbers and names nobody."""


class ApprovalForged(DrawNotReady):
    """Project or plan is approved, or free to be drawn again, by its row alone: this system has done
    nothing of that."""


class TooManyCounts(DrawError):
    """This person let experts be counted as often within the hour as the office allows, or lets two counts be worked on
    at this moment."""


class PlanChanged(DrawError):
    """Somebody changed the plan since it was read; ``version`` is the number of what stands now."""

    def __init__(self, message: str, version: int) -> None:
        super().__init__(message)
        self.version = version


class PlanApprovalRefused(DrawError):
    """The plan cannot be handed in, withdrawn or decided so, or not by this person."""


class DrawInProgress(DrawError):
    """The plan cannot change: a draw was sealed on it."""


class ContributionRefused(DrawError):
    """This person may not contribute, did so already, or the draw is past that step."""


class ReplyRefused(DrawError):
    """The answer came too late, twice, or to an invitation that is over."""


class LinkInvalid(DrawError):
    """The personal link was altered or never existed."""


class RecordingRefused(DrawError):
    """A part of a recording does not fit what has come so far, or nothing has come."""


class NamesSealed(DrawError):
    """The names may not be read yet by this person."""


class SheetRefused(DrawError):
    """A sheet is not printed for this draw."""


class VoidRefused(DrawError):
    """The draw cannot be voided so, or not by this person."""


class ReleaseRefused(DrawError):
    """The names cannot be made public so, or not by this person."""


class PublicationRefused(DrawError):
    """Who sat cannot be made public, or not yet."""


class PickRefused(DrawError):
    """The choice by hand is not allowed, not complete, or names somebody who may not be chosen."""


class RolesRefused(DrawError):
    """The roles of the panel cannot be set so."""


class EmergencyRefused(DrawError):
    """The draw cannot be declared an emergency, or is none."""


class WideningRefused(DrawError):
    """The panel cannot be completed by wider conditions so, or not now."""


class PauseRefused(DrawError):
    """The draw cannot be paused or resumed now."""


class RescheduleRefused(DrawError):
    """The panel cannot sit at another time or place so, or not any more."""


class LettersRefused(DrawError):
    """No letter waits or failed that could be sent so."""


class SignInRefused(DrawError):
    """An expert does not sign in at the place so, or not now."""


class PracticeRefused(DrawError):
    """A practice draw cannot go on so: what the page carried is not whole or too old, or this was answered."""
