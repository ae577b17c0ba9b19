from django.db import migrations

from expertpool.core.finality import stays
from expertpool.core.resealing import bind_more, seal_empty


class Migration(migrations.Migration):
    """Why an expert is on leave, or asks for an avoidance to be removed, is his alone (docs/decisions/0502)."""

    dependencies = [("experts", "0048_empty_is_sealed")]

    operations = [
        bind_more("experts_leave", "reason", "expert_id", before="uid", at_least=256),
        seal_empty("experts_leave", "reason", "uid", "expert_id", at_least=256),
        stays("experts_leave", "expert_id"),
        bind_more("experts_avoidanceremoval", "reason", "expert_id", before="uid", at_least=512),
        seal_empty("experts_avoidanceremoval", "reason", "uid", "expert_id", at_least=512),
        stays("experts_avoidanceremoval", "expert_id"),
    ]
