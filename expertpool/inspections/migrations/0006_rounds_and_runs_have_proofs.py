import expertpool.core.fields
from django.db import migrations, models
from expertpool.core.finality import grows, kept, stays
from expertpool.core.mandates import numbered, vouch


def proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
    )


def counted():
    return models.PositiveIntegerField(default=0, editable=False, verbose_name="凭证序号")


class Migration(migrations.Migration):
    """Rounds and runs say who asked for what (docs/decisions/0234, 0235)."""

    dependencies = [("inspections", "0005_ends_stay"), ("core", "0019_bulk_runs_have_proofs")]

    operations = [
        *numbered("renewalrun", "inspections_renewalrun"),
        *numbered("round", "inspections_round"),
        migrations.AddField("renewalrun", "proof", proof()),
        migrations.AddField("round", "proof_n", counted()),
        migrations.AddField("round", "proof", proof()),
        vouch(
            "inspections",
            "renewalrun",
            *("uid.hex", "user.username", "until", "reason", "chosen", "total", "created_at"),
            together="user",
        ),
        vouch(
            "inspections",
            "round",
            *("uid.hex", "proof_n", "name", "year", "criteria", "guidance", "materials"),
            *("declaration", "due_date", "suspend_from", "opened_at", "opened_by.username"),
            together="opened_by",
        ),
        stays("inspections_renewalrun", "uid", "finished_at"),
        grows("inspections_renewalrun", "done"),
        stays("inspections_round", "uid", "opened_at", "closed_at"),
        grows("inspections_round", "proof_n"),
        kept("inspections_round", "opened_at"),
    ]
