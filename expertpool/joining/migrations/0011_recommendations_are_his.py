from django.db import migrations

from expertpool.core.crypto import LEAST_BYTES
from expertpool.core.finality import stays
from expertpool.core.resealing import bind_more

# Column → what is usual fits into so many bytes.
COLUMNS = {"name": 64, "phone": LEAST_BYTES, "email": 64, "reason": 256}


class Migration(migrations.Migration):
    """Whom an expert recommends, and why, is his alone (docs/decisions/0502)."""

    dependencies = [("joining", "0010_id_number_index")]

    operations = [
        *(
            bind_more(
                "joining_recommendation", column, "recommender_id", before="uid", at_least=usual
            )
            for column, usual in COLUMNS.items()
        ),
        stays("joining_recommendation", "recommender_id"),
    ]
