from django.db import migrations

from expertpool.core.mandates import vouch_more


class Migration(migrations.Migration):
    """What came of a run is as this system wrote it (docs/decisions/0247)."""

    dependencies = [("certificates", "0003_runs_have_proofs")]

    operations = [
        vouch_more(
            "certificates",
            "certificaterun",
            *("state", "done", "made", "refused", "error", "finished_at"),
            before=(
                "uid.hex",
                "user.username",
                "kind",
                "chosen",
                "total",
                "created_at",
                "expires_at",
            ),
            together="user",
        ),
    ]
