from django.db import migrations, models

from expertpool.core.fields import EncryptedBytesField
from expertpool.core.finality import stays
from expertpool.core.resealing import seal_clear


class Migration(migrations.Migration):
    """What the interface answered is encrypted for its token and key (docs/decisions/0525)."""

    dependencies = [("core", "0025_seen_bulk_runs")]

    operations = [
        migrations.RenameField("storedanswer", "content", "content_clear"),
        # For the way back.
        migrations.AlterField(
            "storedanswer", "content_clear", models.BinaryField("内容", default=bytes)
        ),
        migrations.AddField(
            "storedanswer", "content", EncryptedBytesField(default=bytes, verbose_name="内容")
        ),
        seal_clear(
            *("core_storedanswer", "content_clear", "content", "owner", "key"),
            at_least=1024,
            seals_empty=True,
        ),
        migrations.RemoveField("storedanswer", "content_clear"),
        stays("core_storedanswer", "owner", "key"),
    ]
