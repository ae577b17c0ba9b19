"""The edits of the fees of a project, as the log tells them: whoever has them open is told what others have made of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db.models import QuerySet

from expertpool.audit.models import Entry
from expertpool.audit.queries import edits_in_words, entries_for
from expertpool.core.views.editing import Edit
from expertpool.fees.models import FeeLine
from expertpool.projects.models import Project
from expertpool.projects.services.state import lock_project

MOST = 10  # edits that are told at once
# That a fee was entered first counts as well: until then the form was filled from what is proposed.
ACTIONS = ("fee.enter", "fee.send", "fee.reverse")
DONE = {"fee.send": "已发送确认函", "fee.reverse": "已冲销"}


class FeeEdits:
    """Those of all fees of ``project``, entered, sent or reversed; numbered by how many there are."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def last(self, viewer: Any) -> int:
        return self._entries().count()

    def hold(self) -> None:
        # The lock that every service of them takes first.
        lock_project(self._project)

    def after(self, number: int, viewer: Any) -> Sequence[Edit]:
        entries = self._entries()
        since = list(entries[: max(0, entries.count() - number)])
        lines = FeeLine.objects.filter(pk__in=[int(one.subject_id) for one in since])
        names = {one.pk: one.expert.name for one in lines.select_related("expert")}
        told = []
        # One save is an entry for each expert, of one moment.
        for (at, who), some in groupby(since, key=lambda one: (one.at, one.actor_name)):
            changes = [
                f"{names[int(one.subject_id)]}：{words}"
                for one in some
                for words in _changes(one, viewer)
            ]
            told.append(Edit(at, who, changes))
        return told[:MOST]

    def _entries(self) -> QuerySet[Entry]:
        lines = FeeLine.objects.filter(project=self._project).values_list("pk", flat=True)
        return entries_for((FeeLine, lines, ACTIONS))


def _changes(entry: Entry, viewer: Any) -> list[str]:
    return [DONE[entry.action]] if entry.action in DONE else edits_in_words(entry, viewer)
