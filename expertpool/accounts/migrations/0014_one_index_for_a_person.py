from django.db import migrations

from expertpool.core.crypto import blind_index
from expertpool.core.fields import UNREADABLE, readable

AT_ONCE = 1000


def index_anew(apps, schema_editor):
    """Index phones and mails by the purpose that files of experts have, so that both compare."""
    users = apps.get_model("accounts", "User")
    rows = users.objects.only("username", "phone", "email").order_by("pk")
    for user in rows.iterator(chunk_size=AT_ONCE):
        values = {
            f"{name}_index": blind_index(f"expert.{name}", value.lower())
            for name in ("phone", "email")
            if (value := readable(user, name)) and value != UNREADABLE
        }
        if values:
            users.objects.filter(pk=user.pk).update(**values)


class Migration(migrations.Migration):
    """A phone or mail has the same index in an account and in the file of an expert."""

    dependencies = [("accounts", "0013_digests_in_every_row")]

    operations = [migrations.RunPython(index_anew, migrations.RunPython.noop, elidable=True)]
