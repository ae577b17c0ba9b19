"""Writing what was sealed: candidates and their openings, a thousand to a row."""

from __future__ import annotations

from django.db import connection

import vdraw
from expertpool.core.fields import encrypted
from expertpool.draws.models import Draw, SealBlock
from expertpool.draws.queries.blocks import (
    BLOCK,
    Identities,
    pack_commits,
    pack_fittings,
    pack_openings,
)

COLUMNS = {
    "draw_id": "int8",
    "n": "int4",
    "commits": "bytea",
    "fittings": "bytea",
    "openings": "bytea",
}


def store_blocks(draw: Draw, sealed: vdraw.Sealed, people: Identities) -> None:
    """Write the candidates of ``draw`` by COPY, with ``people``, who they are, in the same order."""
    candidates = sealed.candidates
    starts = list(enumerate(range(0, len(candidates), BLOCK)))
    fittings = encrypted(SealBlock, "fittings").token_each(
        (pack_fittings(candidates, start), (draw.pk, n)) for n, start in starts
    )
    openings = encrypted(SealBlock, "openings").token_each(
        (pack_openings(people, start), (draw.pk, n)) for n, start in starts
    )
    statement = f"COPY draws_sealblock ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # A binary COPY converts nothing, and psycopg writes an int in as few bytes as it needs.
        copy.set_types(list(COLUMNS.values()))
        for (n, start), fitting, opening in zip(starts, fittings, openings, strict=True):
            copy.write_row((draw.pk, n, pack_commits(candidates, start), fitting, opening))
