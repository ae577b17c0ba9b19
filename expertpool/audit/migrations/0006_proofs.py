"""Each entry says by a key outside the database that it was written here (docs/decisions/0135)."""

import json

import expertpool.core.fields
from django.db import migrations, models

from expertpool.core.crypto import blind_index


def note_unproven(apps, schema_editor):
    """What is in the chain now counts as written here, as far as the chain does."""
    head = apps.get_model("audit", "ChainHead").objects.first()
    if head is not None and head.number:
        proof = blind_index("audit.unproven", json.dumps([head.number]))
        apps.get_model("audit", "Unproven").objects.create(number=head.number, proof=proof)


class Migration(migrations.Migration):
    dependencies = [("audit", "0005_places_by_the_chain")]

    operations = [
        migrations.AddField("entry", "proof", models.BinaryField("凭证", max_length=24, null=True)),
        migrations.AddConstraint(
            "entry",
            models.UniqueConstraint(
                fields=["proof"], name="audit_proof", condition=models.Q(proof__isnull=False)
            ),
        ),
        migrations.CreateModel(
            name="Unproven",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="链长")),
                ("proof", expertpool.core.fields.BlindIndexField(verbose_name="凭证")),
            ],
            options={
                "verbose_name": "没有凭证的日志",
                "verbose_name_plural": "没有凭证的日志",
            },
        ),
        migrations.RunPython(note_unproven, migrations.RunPython.noop),
    ]
