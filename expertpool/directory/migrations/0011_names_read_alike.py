"""Names of units are compared without telling one dot, bracket, mark of a sentence or letter that looks alike from
another (docs/decisions/0646). All are read anew: of what stands folded nobody can tell what it was. Those that changed
are compared again by the job. Two units may be called alike; an alias that would be another's name stays as it is."""

from django.db import migrations

from expertpool.directory.validators import normalise_unit_name


def read_anew(apps, schema_editor):
    unit, alias = (apps.get_model("directory", name) for name in ("Unit", "UnitAlias"))
    for model, taken in ((unit, [alias]), (alias, [unit, alias])):
        rows = model.objects.order_by("pk").values_list("pk", "name", "normalised_name")
        for pk, typed, stood in rows.iterator():
            name = normalise_unit_name(typed)
            if name in {"", stood}:
                continue
            if not any(one.objects.filter(normalised_name=name).exists() for one in taken):
                model.objects.filter(pk=pk).update(normalised_name=name)
                unit.objects.filter(pk=pk if model is unit else None).update(compared=False)


class Migration(migrations.Migration):
    dependencies = [("directory", "0010_compare_bracketed")]

    operations = [migrations.RunPython(read_anew, migrations.RunPython.noop, elidable=True)]
