from typing import Any

from django.db import migrations, models

from expertpool.core.crypto import blind_index
from expertpool.core.fields import BlindIndexField, EncryptedTextField
from expertpool.core.resealing import seal_clear

_AT_ONCE = 2_000

# Names are packed from now on as well, and the tokens of whoever is there say them no more.
UNNOTED = "DROP TRIGGER experts_unpacked ON experts_expert"
NOTED = """
CREATE TRIGGER experts_unpacked AFTER UPDATE OF phone, email, id_number, address, bank_account{column} ON experts_expert
FOR EACH ROW WHEN (
    OLD.phone IS DISTINCT FROM NEW.phone OR OLD.email IS DISTINCT FROM NEW.email
    OR OLD.id_number IS DISTINCT FROM NEW.id_number OR OLD.address IS DISTINCT FROM NEW.address
    OR OLD.bank_account IS DISTINCT FROM NEW.bank_account{condition}
) EXECUTE FUNCTION experts_note_written();
INSERT INTO experts_unpackedexpert (expert_key) SELECT id FROM experts_expert;
"""
WITH_NAMES = NOTED.format(column=", name", condition=" OR OLD.name IS DISTINCT FROM NEW.name")
BEFORE = NOTED.format(column="", condition="")
SPECIALTIES_ALONE = """
UPDATE experts_expert
SET search_tokens = ARRAY(SELECT token FROM unnest(search_tokens) AS token WHERE token LIKE '#%');
SET CONSTRAINTS ALL IMMEDIATE;
"""


def _index(apps: Any, schema_editor: Any) -> None:
    """Give each the index of his name, by thousands."""
    after = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT id, name_clear FROM experts_expert WHERE id > %s ORDER BY id LIMIT %s",
                [after, _AT_ONCE],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            cursor.execute(
                "UPDATE experts_expert AS row SET name_index = made.digest"
                " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, digest) WHERE row.id = made.id",
                [
                    [pk for pk, _ in rows],
                    [blind_index("expert.name", name) if name else None for _, name in rows],
                ],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """Names are encrypted for their row; on the way back they are found only once each record was saved
    (docs/decisions/0540)."""

    dependencies = [("experts", "0052_blacklist_has_proofs")]

    operations = [
        migrations.RunSQL(UNNOTED, BEFORE),
        migrations.RemoveIndex("expert", "experts_by_name"),
        migrations.RemoveIndex("expert", "experts_by_employer"),
        migrations.RemoveIndex("expert", "experts_by_birth"),
        migrations.RenameField("expert", "name", "name_clear"),
        migrations.AlterField(
            "expert", "name_clear", models.CharField("姓名", max_length=100, default="")
        ),
        migrations.AddField("expert", "name", EncryptedTextField("姓名", blank=False)),
        migrations.AddField("expert", "name_index", BlindIndexField("姓名索引")),
        seal_clear("experts_expert", "name_clear", "name", "number", at_least=64, seals_empty=True),
        migrations.RunPython(_index, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL(SPECIALTIES_ALONE, migrations.RunSQL.noop, elidable=True),
        migrations.RemoveField("expert", "name_clear"),
        migrations.AddIndex("expert", models.Index(fields=["name_index"], name="experts_by_name")),
        migrations.AddIndex(
            "expert",
            models.Index(
                fields=["employer", "name_index"],
                include=["id", "status", "merged_into"],
                name="experts_by_employer",
            ),
        ),
        migrations.AddIndex(
            "expert",
            models.Index(
                fields=["birth_date", "name_index"],
                include=["id", "status", "merged_into"],
                name="experts_by_birth",
            ),
        ),
        migrations.RunSQL(WITH_NAMES, UNNOTED),
    ]
