from django.db import migrations

from expertpool.core.resealing import seal_empty

# Of nobody else may a request say nothing.
ERASED = "expert_id IN (SELECT id FROM experts_expert WHERE erased_at IS NOT NULL)"


class Migration(migrations.Migration):
    """That nothing stands in a request of who was erased is said by a key (docs/decisions/0500)."""

    dependencies = [("privacy", "0006_answers_have_proofs")]

    operations = [
        seal_empty("privacy_datarequest", "text", "uid", "expert_id", at_least=512, where=ERASED),
    ]
