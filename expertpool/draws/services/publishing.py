"""Publishing the result of a draw: from then on anybody may read who sat, and never who declined.

What is published is taken once, from the record, the sealed openings and the names as they stood at the
release, and kept as it was: the public page reads nothing else (docs/decisions/0073).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import PublicationRefused, of_draw
from expertpool.draws.models import AnswerRequest, Draw
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.publicity import DIGEST, digest_of_list
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.queries.requests import open_answers
from expertpool.draws.queries.sitting import role_words
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.records import rows_that_sat
from expertpool.workflow.services.two_persons import end_with_subject


@transaction.atomic
def publish_result(*, draw: Draw, actor: User, now: datetime) -> Draw:
    """Make public who sits by ``draw``: name, employer and what opens the commitment of each.

    There is no way back; what still waits to be recorded for one of its seats ends. Refuses (PublicationRefused) where no rule asks for it, before the draw has
    ended, its names are released and the panel has done with its last project, and a draw that is not
    valid. Raises EngineError where its rows are not those of its record, which asks for a check of it.
    """
    draw = lock_draw(draw.pk, archived=PublicationRefused(ARCHIVED))
    check_action(ActionCode.PUBLISH, draw, actor=actor, now=now)
    draw.publication, draw.published_at = _published(draw), now
    draw.save(update_fields=["publication", "published_at"])
    after = {"人数": len(draw.publication), DIGEST: digest_of_list(draw.publication)}
    for row in draw.invitations.filter(pk__in=open_answers().values("invitation")):
        row.draw = draw
        end_with_subject(AnswerRequest, row, why="结果已公布，名单不能再改", now=now)
    record("draw.publish", actor=actor, now=now, subject=draw, after=after)
    return draw


def _published(draw: Draw) -> list[dict[str, Any]]:
    """Everybody who sat in a project; of a batch with those in which he did."""
    groups, published = draw.rule.group_names, []
    for row, projects in rows_that_sat(draw):
        with of_draw(draw.pk):
            who = open_identity(row)
        published.append(
            {
                "group": groups[row.group],
                "role": role_words(row, [one for one in draw.covered if one.number in projects]),
                **(row.released_as or {}),
                "number": who.ref,
                "commit": row.commit,
                "salt": who.salt,
                **({"projects": projects} if draw.is_shared else {}),
            }
        )
    return published
