import json

from django.db import migrations

from expertpool.core.crypto import blind_index

HEAD = "siteconfig.head"


def vouch(apps, schema_editor):
    """Which settings are stored gets its proof, as they stand (`siteconfig.queries.Head`)."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT code, change FROM siteconfig_storedsetting")
        changes = dict(cursor.fetchall())
        if not changes:
            return
        cursor.execute(
            "SELECT count(*) FROM audit_entry WHERE action IN ('setting.change', 'setting.reset')"
        )
        value = {"changes": changes, "logged": cursor.fetchone()[0]}
        said = json.dumps(
            [HEAD, 0, False, value], ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        cursor.execute(
            "INSERT INTO siteconfig_storedsetting (code, value, secret, reset, change, proof)"
            " VALUES (%s, %s, '', false, 0, %s)",
            [HEAD, json.dumps(value), blind_index("siteconfig.stored", said)],
        )


def forget(apps, schema_editor):
    apps.get_model("siteconfig", "StoredSetting").objects.filter(code=HEAD).delete()


class Migration(migrations.Migration):
    """That a stored setting was taken away is noticed (docs/decisions/0119)."""

    dependencies = [
        ("siteconfig", "0005_digests_in_every_row"),
        ("audit", "0004_links_by_owner"),
    ]

    operations = [migrations.RunPython(vouch, forget)]
