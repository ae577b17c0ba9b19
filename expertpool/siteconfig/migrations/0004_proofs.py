import json
from datetime import UTC

import expertpool.core.fields
from django.db import migrations, models
from expertpool.core.crypto import blind_index

GUARD = "ALTER TABLE siteconfig_settingchange {} TRIGGER siteconfig_settingchange_append_only"


def proof(purpose, said):
    return blind_index(
        purpose, json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    )


def vouch(apps, schema_editor):
    """Settings and their changes as they stand get their proofs, as `siteconfig.queries` has them."""
    stored, changes = (
        apps.get_model("siteconfig", name) for name in ("StoredSetting", "SettingChange")
    )
    newest = {}
    for row in changes.objects.order_by("id").iterator():
        newest[row.code] = row.pk
        at = row.at.astimezone(UTC).isoformat()
        kept = proof("siteconfig.change", [row.pk, row.code, at, row.after, row.reset])
        changes.objects.filter(pk=row.pk).update(proof=kept)
    # By columns: a migration cannot open what is encrypted.
    for pk, code, value in stored.objects.values_list("pk", "code", "value"):
        change = newest.get(code, 0)
        kept = proof("siteconfig.stored", [code, change, False, value])
        stored.objects.filter(pk=pk).update(change=change, proof=kept)


class Migration(migrations.Migration):
    """What the office has set has proofs by a key outside the database (docs/decisions/0087)."""

    dependencies = [("siteconfig", "0003_bound_tokens")]

    operations = [
        migrations.AddField(
            model_name="storedsetting",
            name="reset",
            field=models.BooleanField(default=False, verbose_name="恢复默认"),
        ),
        migrations.AddField(
            model_name="storedsetting",
            name="change",
            field=models.BigIntegerField(default=0, verbose_name="修改记录"),
        ),
        migrations.AddField(
            model_name="storedsetting",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", editable=False, verbose_name="凭证"
            ),
        ),
        migrations.AddField(
            model_name="settingchange",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", editable=False, verbose_name="凭证"
            ),
        ),
        migrations.RunSQL(GUARD.format("DISABLE"), GUARD.format("ENABLE")),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(GUARD.format("ENABLE"), GUARD.format("DISABLE")),
    ]
