"""Why somebody left a review is proven like that he did (docs/decisions/0439)."""

from django.db import migrations

from expertpool.core.mandates import vouch_more


class Migration(migrations.Migration):
    dependencies = [("reviews", "0010_others_take_two")]

    operations = [
        vouch_more(
            "reviews",
            "reviewer",
            "left_why",
            before=(
                *("review.uid.hex", "place", "expert.number", "is_leader"),
                *("joined_at", "left_at", "counts"),
            ),
            together="review expert",
        ),
    ]
