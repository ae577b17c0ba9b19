from django.db import migrations

from expertpool.core.fields import EncryptedTextField
from expertpool.core.finality import stays
from expertpool.core.mandates import numbered
from expertpool.core.resealing import seal_clear


def sealed(model, table, name, label, at_least, **also):
    """Return the operations by which the text ``name`` of ``model`` is encrypted for the number of its row."""
    clear = f"{name}_clear"
    return [
        *numbered(model, table),
        migrations.RenameField(model, name, clear),
        migrations.AddField(
            model, name, EncryptedTextField(blank=True, default="", verbose_name=label, **also)
        ),
        # Checks that wait would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        seal_clear(table, clear, name, "uid", at_least=at_least),
        migrations.RemoveField(model, clear),
        stays(table, "uid"),
    ]


class Migration(migrations.Migration):
    """By what a list was asked is encrypted: it may be somebody's telephone (docs/decisions/0525)."""

    dependencies = [
        ("core", "0026_answers_are_sealed"),
        # On the way back searches are theirs again, in clear.
        ("experts", "0042_searches_are_kept_by_core"),
        ("reports", "0007_searches_are_kept_by_core"),
    ]

    operations = [
        *sealed("exportrun", "core_exportrun", "params", "条件", 256),
        *sealed("savedsearch", "core_savedsearch", "query", "查询条件", 512, max_length=4000),
    ]
