from functools import cache

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import blind_index

AT_ONCE = 5000


def give_keys(apps, schema_editor):
    """A key for each seat of which a hold, or the public name, says whose it is."""
    with schema_editor.connection.cursor() as cursor:

        @cache
        def held():
            """Expert ids by the keys under which they were held in every draw alike."""
            cursor.execute("SELECT id FROM experts_expert")
            return {blind_index("holder", str(pk)): pk for (pk,) in cursor.fetchall()}

        after = 0
        while True:
            cursor.execute(
                "SELECT line.id, draw.number, line.expert_id,"
                " (SELECT holder FROM draws_hold WHERE invitation_id = line.id LIMIT 1)"
                " FROM draws_invitation AS line JOIN draws_draw AS draw ON draw.id = line.draw_id"
                " WHERE line.id > %s ORDER BY line.id LIMIT %s",
                [after, AT_ONCE],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            made = []
            for pk, number, expert_id, holder in rows:
                if holder is None:
                    continue  # whoever was never held was not asked
                who = expert_id or held().get(bytes(holder))
                if who is not None:
                    made.append((pk, blind_index("seat", f"{number}:{who}")))
            cursor.execute(
                "UPDATE draws_invitation AS row SET seat_key = made.key"
                " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, key) WHERE row.id = made.id",
                [[pk for pk, _ in made], [key for _, key in made]],
            )


class Migration(migrations.Migration):
    """An expert finds his seat by a key that is another in every draw."""

    dependencies = [("draws", "0045_kinds_of_alarms"), ("experts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="seat_key",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, db_index=True, editable=False, null=True, verbose_name="席位索引"
            ),
        ),
        migrations.RunPython(give_keys, migrations.RunPython.noop, elidable=True),
    ]
