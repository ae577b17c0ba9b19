# ruff: noqa: S608 (the names are of tables written here)
import json
import struct

import django.db.models.deletion
from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import Vault, binding

BLOCK = 1024
SALT_BYTES = 16

GUARDS = """
CREATE FUNCTION draws_guard_block() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.draw_id, OLD.n, OLD.commits, OLD.kinds, OLD.kind_of, OLD.units)
       IS DISTINCT FROM
       (NEW.draw_id, NEW.n, NEW.commits, NEW.kinds, NEW.kind_of, NEW.units)
       OR NOT core_same_token(OLD.openings, NEW.openings)
    THEN
        RAISE EXCEPTION 'a sealed block never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_sealblock_sealed BEFORE UPDATE ON draws_sealblock
    FOR EACH ROW EXECUTE FUNCTION draws_guard_block();
CREATE TRIGGER draws_sealblock_kept BEFORE DELETE ON draws_sealblock
    FOR EACH ROW EXECUTE FUNCTION draws_refuse_change();

-- Who was seated stays so, whatever he answers.
CREATE FUNCTION draws_guard_invitation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.draw_id, OLD.commit) IS DISTINCT FROM (NEW.draw_id, NEW.commit)
       OR NOT core_same_token(OLD.opening, NEW.opening)
    THEN
        RAISE EXCEPTION 'who was seated never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_invitation_sealed BEFORE UPDATE ON draws_invitation
    FOR EACH ROW EXECUTE FUNCTION draws_guard_invitation();
CREATE TRIGGER draws_invitation_kept BEFORE DELETE ON draws_invitation
    FOR EACH ROW EXECUTE FUNCTION draws_refuse_change();
"""
NO_CANDIDATES = """
DROP TABLE draws_candidate;
DROP FUNCTION draws_guard_candidate;
"""


def convert(apps, schema_editor):
    """Put the candidates of every sealed draw into blocks, and the seated into their lines."""
    vault = Vault("SEAL_KEY")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id FROM draws_draw WHERE kind = 'random' ORDER BY id")
        for (draw_id,) in cursor.fetchall():
            cursor.execute(
                "SELECT commit, groups, unit, opening FROM draws_candidate"
                " WHERE draw_id = %s ORDER BY position",
                [draw_id],
            )
            rows = cursor.fetchall()
            for n, start in enumerate(range(0, len(rows), BLOCK)):
                cursor.execute(
                    "INSERT INTO draws_sealblock"
                    " (draw_id, n, commits, kinds, kind_of, units, openings)"
                    " VALUES (%s, %s, %s, %s, %s, %s, %s)",
                    [draw_id, n, *_block(vault, draw_id, n, rows[start : start + BLOCK])],
                )
        cursor.execute(
            "SELECT i.id, c.draw_id, c.commit, c.opening FROM draws_invitation i"
            " JOIN draws_candidate c ON c.id = i.candidate_id"
        )
        changes = [
            [commit, _seat(vault, draw_id, commit, bytes(token)), pk]
            for pk, draw_id, commit, token in cursor.fetchall()
        ]
        cursor.executemany(
            "UPDATE draws_invitation SET commit = %s, opening = %s WHERE id = %s", changes
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _plain(vault, draw_id, commit, token):
    return vault.decrypt(token, binding("draws_candidate", "opening", draw_id, commit))


def _seat(vault, draw_id, commit, token):
    bound = binding("draws_invitation", "opening", draw_id, commit)
    return vault.encrypt(_plain(vault, draw_id, commit, token), bound)


def _block(vault, draw_id, n, rows):
    """The columns of a block: each opening was expert id (8 bytes), salt (16) and number."""
    kinds, kind_of, units, openings = {}, [], [], []
    for commit, groups, unit, token in rows:
        text = groups if isinstance(groups, str) else json.dumps(groups)
        kind_of.append(kinds.setdefault(text, len(kinds)))
        units.append(int(unit[1:]) if unit else 0)
        openings.append(_plain(vault, draw_id, commit, bytes(token)))
    split = 8 + SALT_BYTES
    plain = (
        b"".join(opening[:8] for opening in openings)
        + b"".join(opening[8:split] for opening in openings)
        + b"\n".join(opening[split:] for opening in openings)
    )
    return [
        bytes.fromhex("".join(row[0] for row in rows)),
        f"[{', '.join(kinds)}]",
        struct.pack(f">{len(rows)}H", *kind_of),
        struct.pack(f">{len(rows)}I", *units),
        vault.encrypt(plain, binding("draws_sealblock", "openings", draw_id, n)),
    ]


class Migration(migrations.Migration):
    """Candidates of a seal by the thousand; rows of their own only for those who are seated."""

    dependencies = [("core", "0006_tokens_made_anew"), ("draws", "0019_bound_tokens")]

    operations = [
        migrations.CreateModel(
            name="SealBlock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("n", models.PositiveIntegerField(verbose_name="序号")),
                ("commits", models.BinaryField(verbose_name="身份承诺")),
                ("kinds", models.JSONField(verbose_name="条件组级次")),
                ("kind_of", models.BinaryField(verbose_name="各人条件组级次")),
                ("units", models.BinaryField(verbose_name="单位代号")),
                ("openings", expertpool.core.fields.EncryptedBytesField(verbose_name="身份")),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="blocks",
                        to="draws.draw",
                    ),
                ),
            ],
            options={
                "verbose_name": "封存的候选人",
                "verbose_name_plural": "封存的候选人",
                "ordering": ["draw", "n"],
                "constraints": [
                    models.UniqueConstraint(fields=("draw", "n"), name="draws_sealblock_n")
                ],
            },
        ),
        migrations.AddField(
            model_name="invitation",
            name="commit",
            field=models.CharField(max_length=64, null=True, verbose_name="身份承诺"),
        ),
        migrations.AddField(
            model_name="invitation",
            name="opening",
            field=expertpool.core.fields.EncryptedBytesField(null=True, verbose_name="身份"),
        ),
        migrations.RunPython(convert),
        migrations.AlterField(
            model_name="invitation",
            name="commit",
            field=models.CharField(max_length=64, verbose_name="身份承诺"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="opening",
            field=expertpool.core.fields.EncryptedBytesField(verbose_name="身份"),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                fields=("draw", "commit"), name="draws_invitation_commit"
            ),
        ),
        migrations.RemoveField(model_name="invitation", name="candidate"),
        migrations.RunSQL(
            NO_CANDIDATES, state_operations=[migrations.DeleteModel(name="Candidate")]
        ),
        migrations.RunSQL(GUARDS),
    ]
