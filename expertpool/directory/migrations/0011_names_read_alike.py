"""Names of units are compared without telling one dot, bracket or mark of a sentence from another (docs/decisions/0646).
What stood with one is read anew, and compared again by the job. Two units may be called alike; an alias that would be
another's name stays as it is."""

from django.db import migrations

from expertpool.directory.validators import normalise_unit_name

READ_ANEW = '[\u2e80-\u2eff•‧∙⋅ㆍ⸱⸳⦁᛫˙ᐧꞏ・.{}⦅⦆❨❩“”"。]'


def read_anew(apps, schema_editor):
    unit, alias = (apps.get_model("directory", name) for name in ("Unit", "UnitAlias"))
    for model, taken in ((unit, [alias]), (alias, [unit, alias])):
        rows = model.objects.filter(normalised_name__regex=READ_ANEW)
        for row in rows.only("name", "normalised_name").order_by("pk").iterator():
            name = normalise_unit_name(row.name)
            if name and not any(one.objects.filter(normalised_name=name).exists() for one in taken):
                model.objects.filter(pk=row.pk).update(normalised_name=name)
    unit.objects.filter(name__regex=READ_ANEW, compared=True).update(compared=False)


class Migration(migrations.Migration):
    dependencies = [("directory", "0010_compare_bracketed")]

    operations = [migrations.RunPython(read_anew, migrations.RunPython.noop, elidable=True)]
