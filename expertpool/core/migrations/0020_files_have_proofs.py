import expertpool.core.fields
from django.db import migrations
from expertpool.core.finality import stays
from expertpool.core.mandates import vouch


def proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
    )


class Migration(migrations.Migration):
    """An export was asked for, an import confirmed, by whom it says (docs/decisions/0234)."""

    dependencies = [("core", "0019_bulk_runs_have_proofs")]

    operations = [
        migrations.AddField("exportrun", "proof", proof()),
        migrations.AddField("importrun", "proof", proof()),
        vouch(
            "core",
            "exportrun",
            *("user.username", "exporter", "title", "params", "address", "created_at"),
            "expires_at",
            together="user",
        ),
        vouch(
            "core",
            "importrun",
            *("user.username", "importer", "created_at", "confirmed_at", "sheet", "header_row"),
            *("headers", "mapping", "options"),
            together="user",
        ),
        stays("core_exportrun", "finished_at"),
    ]
