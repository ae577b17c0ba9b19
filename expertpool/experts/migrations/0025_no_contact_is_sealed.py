from django.db import migrations

from expertpool.core.fields import encrypted
from expertpool.experts.models import Expert

AT_ONCE = 5000


def seal(apps, schema_editor):
    """Encrypt that somebody has no phone or no mail, as that he has one."""
    for name in ("phone", "email"):
        field, after = encrypted(Expert, name), 0
        with schema_editor.connection.cursor() as cursor:
            while True:
                cursor.execute(
                    f"SELECT id, number FROM experts_expert WHERE {name} = '' AND id > %s"  # noqa: S608
                    " ORDER BY id LIMIT %s",
                    [after, AT_ONCE],
                )
                rows = cursor.fetchall()
                if not rows:
                    break
                after = rows[-1][0]
                tokens = field.token_each(("", (number,)) for _, number in rows)
                cursor.execute(
                    f"UPDATE experts_expert AS row SET {name} = made.token"  # noqa: S608
                    " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, token)"
                    " WHERE row.id = made.id",
                    [[pk for pk, _ in rows], tokens],
                )


class Migration(migrations.Migration):
    """That there is no phone or mail is said by a key (docs/decisions/0178)."""

    dependencies = [("experts", "0024_health_by_index")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop, elidable=True)]
