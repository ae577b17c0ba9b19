from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import blind_index


def key_links(apps, schema_editor):
    """What the database keeps of each link, made with a key, and bound to its invitation."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT link.id, link.token_hash, line.commit FROM draws_replylink AS link"
            " JOIN draws_invitation AS line ON line.id = link.invitation_id"
        )
        keyed = []
        for pk, digest, commit in cursor.fetchall():
            key = blind_index("reply-link", bytes(digest).hex())
            keyed.append((key, blind_index("reply-link.of", f"{key.hex()}:{commit}"), pk))
        cursor.executemany(
            "UPDATE draws_replylink SET token_hash = %s, proof = %s WHERE id = %s", keyed
        )


class Migration(migrations.Migration):
    """Links are found, and bound to their invitation, by a key outside the database."""

    dependencies = [("draws", "0041_count_tallies")]

    operations = [
        migrations.AlterField(
            model_name="replylink",
            name="token_hash",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, editable=False, unique=True, verbose_name="链接摘要"
            ),
        ),
        migrations.AddField(
            model_name="replylink",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", editable=False, verbose_name="链接凭证"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(key_links, migrations.RunPython.noop, elidable=True),
    ]
