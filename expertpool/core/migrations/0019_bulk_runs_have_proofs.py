import uuid

import expertpool.core.fields
from django.db import migrations, models
from expertpool.core.finality import grows, stays
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    """A run says who asked for what, by a key outside the database; what it has come to stays (docs/decisions/0234)."""

    dependencies = [("core", "0018_bulk_runs")]

    operations = [
        migrations.AddField("bulkrun", "uid", models.UUIDField(null=True)),
        migrations.RunSQL(
            "UPDATE core_bulkrun SET uid = gen_random_uuid(); SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        migrations.AlterField(
            "bulkrun",
            "uid",
            models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"),
        ),
        migrations.AddField(
            "bulkrun",
            "proof",
            expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
            ),
        ),
        vouch(
            "core",
            "bulkrun",
            *("uid.hex", "user.username", "action", "title", "back", "posted", "asked_with"),
            *("chosen", "total", "created_at", "expires_at"),
            together="user",
        ),
        stays("core_bulkrun", "uid", "finished_at"),
        grows("core_bulkrun", "done"),
    ]
