"""Until when and how far a review is scored is proven like by what (docs/decisions/0310)."""

from django.db import migrations

from expertpool.core.mandates import vouch_more


class Migration(migrations.Migration):
    dependencies = [("reviews", "0006_scores_far_from_the_others")]

    operations = [
        vouch_more(
            "reviews",
            "review",
            *("stages", "due_at"),
            before=(
                *("uid.hex", "project.number", "rule.name", "rule.version", "by_stage"),
                *("opened_at", "ended_at", "items_hash"),
            ),
            together="project rule",
        ),
    ]
