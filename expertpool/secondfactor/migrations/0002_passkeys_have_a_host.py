"""Under which name of the site each passkey was registered (docs/decisions/0497)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import proof


def name_hosts(apps, schema_editor):
    """What stands there now counts as of the name that is configured now."""
    host = (urlsplit(settings.SITE_URL).hostname or "").lower()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id, u.username, p.handle FROM secondfactor_passkey p"
            " JOIN accounts_user u ON u.id = p.user_id WHERE p.host_proof IS NULL"
        )
        rows = [
            (host, proof("secondfactor_passkey", [name, handle, host]), pk)
            for pk, name, handle in cursor.fetchall()
        ]
        write = "UPDATE secondfactor_passkey SET host = %s, host_proof = %s WHERE id = %s"
        cursor.executemany(write, rows)


class Migration(migrations.Migration):
    dependencies = [("secondfactor", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            "passkey",
            "host",
            models.CharField(db_default="", max_length=253, verbose_name="登记时的网站"),
        ),
        migrations.AddField(
            "passkey",
            "host_proof",
            expertpool.core.fields.BlindIndexField(blank=True, null=True, verbose_name="网站凭证"),
        ),
        migrations.RunPython(name_hosts, migrations.RunPython.noop),
    ]
