import json
import struct

from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import Vault, binding

COMMIT_BYTES = 32

GUARD = """
CREATE OR REPLACE FUNCTION draws_guard_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.draw_id, OLD.n, OLD.commits{columns_of_old})
       IS DISTINCT FROM
       (NEW.draw_id, NEW.n, NEW.commits{columns_of_new})
       OR NOT core_same_token(OLD.openings, NEW.openings){further}
    THEN
        RAISE EXCEPTION 'a sealed block never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_sealblock_sealed BEFORE UPDATE ON draws_sealblock
    FOR EACH ROW EXECUTE FUNCTION draws_guard_block();
"""
UNGUARDED = "DROP TRIGGER draws_sealblock_sealed ON draws_sealblock"
GUARD_BEFORE = GUARD.format(
    columns_of_old=", OLD.kinds, OLD.kind_of, OLD.units",
    columns_of_new=", NEW.kinds, NEW.kind_of, NEW.units",
    further="",
)
GUARD_NOW = GUARD.format(
    columns_of_old="",
    columns_of_new="",
    further="\n       OR NOT core_same_token(OLD.fittings, NEW.fittings)",
)


def _vault():
    return Vault("SEAL_KEY", at_least=1024)


def _bound(draw_id, n):
    return binding("draws_sealblock", "fittings") + binding(draw_id, n)


def seal(apps, schema_editor):
    """Encrypt what the candidates of each block fit, and their units."""
    vault = _vault()
    with schema_editor.connection.cursor() as cursor:
        for pk in _all(cursor):
            cursor.execute(
                "SELECT draw_id, n, kinds, kind_of, units FROM draws_sealblock WHERE id = %s", [pk]
            )
            draw_id, n, kinds, kind_of, units = cursor.fetchone()
            kinds = json.loads(kinds) if isinstance(kinds, str) else kinds
            text = json.dumps(kinds, sort_keys=True, separators=(",", ":")).encode()
            token = vault.encrypt(bytes(kind_of) + bytes(units) + text, _bound(draw_id, n))
            cursor.execute("UPDATE draws_sealblock SET fittings = %s WHERE id = %s", [token, pk])


def unseal(apps, schema_editor):
    """Write them in clear again."""
    vault = _vault()
    with schema_editor.connection.cursor() as cursor:
        for pk in _all(cursor):
            cursor.execute(
                "SELECT draw_id, n, length(commits), fittings FROM draws_sealblock WHERE id = %s",
                [pk],
            )
            draw_id, n, length, token = cursor.fetchone()
            plain = vault.decrypt(bytes(token), _bound(draw_id, n))
            count = length // COMMIT_BYTES
            split, end = struct.calcsize(f">{count}H"), struct.calcsize(f">{count}H{count}I")
            cursor.execute(
                "UPDATE draws_sealblock SET kinds = %s, kind_of = %s, units = %s WHERE id = %s",
                [plain[end:].decode(), plain[:split], plain[split:end], pk],
            )


def _all(cursor):
    cursor.execute("SELECT id FROM draws_sealblock ORDER BY id")
    return [pk for (pk,) in cursor.fetchall()]


class Migration(migrations.Migration):
    """What each candidate fits, and his unit, are encrypted: docs/decisions/0117."""

    dependencies = [("draws", "0053_letters_to_nobody")]

    operations = [
        migrations.RunSQL(UNGUARDED, GUARD_BEFORE),
        migrations.AddField(
            "sealblock",
            "fittings",
            expertpool.core.fields.EncryptedBytesField(
                null=True, verbose_name="条件组级次和单位代号"
            ),
        ),
        migrations.AlterField("sealblock", "kinds", models.JSONField(null=True)),
        migrations.AlterField("sealblock", "kind_of", models.BinaryField(null=True)),
        migrations.AlterField("sealblock", "units", models.BinaryField(null=True)),
        migrations.RunPython(seal, unseal),
        migrations.RemoveField("sealblock", "kinds"),
        migrations.RemoveField("sealblock", "kind_of"),
        migrations.RemoveField("sealblock", "units"),
        migrations.AlterField(
            "sealblock",
            "fittings",
            expertpool.core.fields.EncryptedBytesField(verbose_name="条件组级次和单位代号"),
        ),
        migrations.RunSQL(GUARD_NOW, UNGUARDED),
    ]
