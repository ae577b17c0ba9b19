from datetime import UTC, datetime

from django.db import migrations, models
from psycopg.types.range import TimestamptzRange

from expertpool.core.crypto import blind_index

AT_ONCE = 5000
HOUR = 3600


def cut(apps, schema_editor):
    """Holds by the hour, under keys of the hour; none of whoever left his seat."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM draws_hold USING draws_invitation AS line WHERE line.id = invitation_id"
            " AND NOT draws_hold.active AND line.state NOT IN ('invited', 'accepted')"
        )
        cursor.execute("UPDATE draws_hold SET holder = NULL WHERE NOT active")
        cursor.execute("SELECT id FROM experts_expert")
        held = {blind_index("holder", str(pk)): pk for (pk,) in cursor.fetchall()}
        cursor.execute("SELECT coalesce(max(id), 0) FROM draws_hold")
        ((last,),) = cursor.fetchall()
        after = 0
        while True:
            cursor.execute(
                "SELECT id, invitation_id, holder, lower(during), upper(during) FROM draws_hold"
                " WHERE active AND id > %s AND id <= %s ORDER BY id LIMIT %s",
                [after, last, AT_ONCE],
            )
            rows = cursor.fetchall()
            if not rows:
                break
            after = rows[-1][0]
            # One that was altered holds nobody, and stays as it is.
            rows = [row for row in rows if bytes(row[2]) in held]
            made = [
                (line, blind_index("holder", f"{held[bytes(holder)]}:{hour}"), part)
                for _, line, holder, start, end in rows
                for hour, part in parts_of(start, end)
            ]
            if not made:
                continue
            # Those of one expert do not overlap: their parts do not, either.
            cursor.execute("DELETE FROM draws_hold WHERE id = ANY(%s)", [[pk for pk, *_ in rows]])
            cursor.execute(
                "INSERT INTO draws_hold (invitation_id, holder, during, active)"
                " SELECT line, holder, during, true FROM"
                " unnest(%s::bigint[], %s::bytea[], %s::tstzrange[]) AS made(line, holder, during)",
                [list(column) for column in zip(*made, strict=True)],
            )
        # What follows alters the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def parts_of(start, end):
    while start < end:
        hour = int(start.timestamp()) // HOUR
        ends = min(end, datetime.fromtimestamp((hour + 1) * HOUR, tz=UTC))
        yield hour, TimestamptzRange(start, ends)
        start = ends


def number_parts(apps, schema_editor):
    """On the way back each part of a hold is a meeting of its own."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE draws_hold SET meeting = parts.at FROM (SELECT id, row_number() OVER"
            " (PARTITION BY invitation_id ORDER BY lower(during)) - 1 AS at FROM draws_hold)"
            " AS parts WHERE parts.id = draws_hold.id"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """No hold says beyond its hour that two who sit are one: docs/decisions/0085."""

    dependencies = [("draws", "0046_seat_keys")]

    operations = [
        migrations.RemoveConstraint(model_name="hold", name="draws_hold_meeting"),
        migrations.RunPython(migrations.RunPython.noop, number_parts, elidable=True),
        migrations.RemoveField(model_name="hold", name="meeting"),
        migrations.RunPython(cut, migrations.RunPython.noop, elidable=True),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("active", True), ("holder__isnull", False)),
                    models.Q(("active", False), ("holder__isnull", True)),
                    _connector="OR",
                ),
                name="draws_hold_active_has_holder",
            ),
        ),
    ]
