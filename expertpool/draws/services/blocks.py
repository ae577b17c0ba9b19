"""Writing what was sealed: candidates and their openings, a thousand to a row."""

from __future__ import annotations

from django.db import connection
from psycopg.types.json import Jsonb

import vdraw
from expertpool.core.fields import encrypted
from expertpool.draws.models import Draw, SealBlock
from expertpool.draws.queries.blocks import BLOCK, Identities, pack_candidates, pack_openings

COLUMNS = {
    "draw_id": "int8",
    "n": "int4",
    "commits": "bytea",
    "kinds": "jsonb",
    "kind_of": "bytea",
    "units": "bytea",
    "openings": "bytea",
}


def store_blocks(draw: Draw, sealed: vdraw.Sealed, people: Identities) -> None:
    """Write the candidates of ``draw`` by COPY, with ``people``, who they are, in the same order."""
    starts = range(0, len(sealed.candidates), BLOCK)
    tokens = encrypted(SealBlock, "openings").token_each(
        (pack_openings(people, start), (draw.pk, n)) for n, start in enumerate(starts)
    )
    statement = f"COPY draws_sealblock ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        # A binary COPY converts nothing, and psycopg writes an int in as few bytes as it needs.
        copy.set_types(list(COLUMNS.values()))
        for (n, start), token in zip(enumerate(starts), tokens, strict=True):
            row = pack_candidates(sealed.candidates, start)
            row |= {"draw_id": draw.pk, "n": n, "kinds": Jsonb(row["kinds"]), "openings": token}
            copy.write_row([row[name] for name in COLUMNS])
