"""What was recorded of calls, as whatever keeps all of it asks for it (`core.storing.keeping`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from expertpool.core.storing import KeptFolder
from expertpool.telephone.channels.sentences import Spoken
from expertpool.telephone.exceptions import TapeAltered
from expertpool.telephone.models import Call
from expertpool.telephone.queries import all_sentences
from expertpool.telephone.services.calls import FOLDER, open_tape


def _named(since: datetime | None) -> Iterable[str]:
    rows = Call.objects.exclude(tape="")
    yield from (rows.filter(ended_at__gte=since) if since else rows).values_list("tape", flat=True)
    # Few, so all of them each time.
    yield from {one.name for one in all_sentences()}


def _newest(count: int) -> Iterator[tuple[str, bool]]:
    for call in Call.objects.exclude(tape="").order_by("-pk")[:count]:
        yield call.tape, _opens(call)
    yield from {one.name: _is_as_kept(one) for one in all_sentences()}.items()


def _opens(call: Call) -> bool:
    try:
        open_tape(call)
    except TapeAltered:
        return False
    return True


def _is_as_kept(sentence: Spoken) -> bool:
    try:
        sentence.content()
    except (OSError, ValueError):
        return False
    return True


RECORDED = KeptFolder(FOLDER, "通话录音", _named, _newest)
