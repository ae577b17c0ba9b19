from django.db import migrations

from expertpool.core.resealing import seal_empty


class Migration(migrations.Migration):
    """That a field is empty, or was, and that no reason was given, is said by a key (docs/decisions/0500)."""

    dependencies = [("changes", "0005_taken_away")]

    operations = [
        seal_empty("changes_changerequest", "reason", "uid", at_least=512),
        # What is asked is never empty: it is JSON.
        seal_empty("changes_changeitem", "before", "request_id", "field", at_least=256),
        seal_empty("changes_changeitem", "after", "request_id", "field", at_least=256),
    ]
