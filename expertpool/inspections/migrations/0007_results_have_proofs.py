from django.db import migrations

from expertpool.core.mandates import vouch_more


class Migration(migrations.Migration):
    """What came of a run is as this system wrote it (docs/decisions/0247)."""

    dependencies = [("inspections", "0006_rounds_and_runs_have_proofs")]

    operations = [
        vouch_more(
            "inspections",
            "renewalrun",
            *("state", "done", "made", "refused", "finished_at"),
            before=("uid.hex", "user.username", "until", "reason", "chosen", "total", "created_at"),
            together="user",
        ),
    ]
