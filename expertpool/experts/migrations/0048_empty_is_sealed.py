from django.db import migrations

from expertpool.core.resealing import seal_empty

# Of nobody else may an appeal say nothing.
ERASED = (
    "entry_id IN (SELECT entry.id FROM experts_blacklistentry AS entry"
    " JOIN experts_expert AS expert ON expert.id = entry.expert_id WHERE expert.erased_at IS NOT NULL)"
)


class Migration(migrations.Migration):
    """That nothing stands in an appeal of who was erased is said by a key (docs/decisions/0500)."""

    dependencies = [("experts", "0047_appeals_have_proofs")]

    operations = [
        seal_empty(
            "experts_blacklistappeal", "reason", "uid", "entry_id", at_least=1024, where=ERASED
        ),
    ]
