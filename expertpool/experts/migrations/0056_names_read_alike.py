from django.db import migrations

from expertpool.core.resealing import write_anew
from expertpool.core.text import as_name


def _read_persons_anew(apps, schema_editor):
    rows = apps.get_model("experts", "AvoidanceUnit").objects.exclude(person_name="")
    for pk, stood in rows.order_by("pk").values_list("pk", "person_name").iterator():
        if (name := as_name(stood)) not in {"", stood}:
            rows.filter(pk=pk).update(person_name=name)


class Migration(migrations.Migration):
    """Names that stood with letters that look like others are searched and avoided as they are typed now
    (docs/decisions/0646)."""

    dependencies = [("experts", "0055_no_tokens")]

    operations = [
        write_anew(
            *("experts_expert", "name", "number"),
            at_least=64,
            index=("name_index", "expert.name"),
            anew=as_name,
        ),
        migrations.RunPython(_read_persons_anew, migrations.RunPython.noop, elidable=True),
    ]
