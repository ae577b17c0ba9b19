from django.db import migrations

from expertpool.core.mandates import vouch_more


class Migration(migrations.Migration):
    """What came of a run is as this system wrote it (docs/decisions/0247)."""

    dependencies = [("core", "0021_asked_jobs")]

    operations = [
        vouch_more(
            "core",
            "bulkrun",
            *("state", "done", "made", "refused", "said", "error", "finished_at"),
            before=(
                *("uid.hex", "user.username", "action", "title", "back", "posted", "asked_with"),
                *("chosen", "total", "created_at", "expires_at"),
            ),
            together="user",
        ),
    ]
