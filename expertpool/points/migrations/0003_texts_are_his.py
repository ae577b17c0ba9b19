from django.db import migrations

from expertpool.core.finality import stays
from expertpool.core.resealing import bind_more, seal_empty


class Migration(migrations.Migration):
    """What an expert writes when he asks for a service is his alone (docs/decisions/0502)."""

    dependencies = [("points", "0002_further_on")]

    operations = [
        bind_more("points_benefitrequest", "text", "expert_id", before="uid", at_least=512),
        seal_empty("points_benefitrequest", "text", "uid", "expert_id", at_least=512),
        stays("points_benefitrequest", "expert_id"),
    ]
