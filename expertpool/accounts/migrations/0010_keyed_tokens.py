import json
from datetime import UTC

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import blind_index


def key_tokens(apps, schema_editor):
    """What the database keeps of each token, made with a key; those that were revoked prove nothing."""
    for token in apps.get_model("accounts", "ApiToken")._default_manager.select_related("user"):
        token.digest = blind_index("api-token", bytes(token.digest).hex())
        if token.revoked_at is None:
            times = [
                at and at.astimezone(UTC).isoformat()
                for at in (token.expires_at, token.confirmed_at)
            ]
            said = [token.digest.hex(), token.user.username, sorted(token.scopes), *times]
            token.proof = blind_index("api-token.of", json.dumps(said))
        token.save(update_fields=["digest", "proof"])


class Migration(migrations.Migration):
    """Tokens are found, and bound to what they may do, by a key outside the database."""

    dependencies = [("accounts", "0009_rights")]

    operations = [
        migrations.AlterField(
            model_name="apitoken",
            name="digest",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, editable=False, unique=True, verbose_name="令牌摘要"
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, editable=False, null=True, verbose_name="令牌凭证"
            ),
        ),
        migrations.RunPython(key_tokens, migrations.RunPython.noop, elidable=True),
    ]
