from django.db import migrations, models

COLOURS = [
    ("blue", "蓝"),
    ("green", "绿"),
    ("orange", "橙"),
    ("amber", "黄"),
    ("red", "红"),
    ("grey", "灰"),
]
KNOWN = [code for code, _ in COLOURS]


def mend(apps, schema_editor):
    """Give groups of a colour that no list can show the usual one."""
    apps.get_model("experts", "Tag").objects.exclude(colour__in=KNOWN).update(colour="blue")


class Migration(migrations.Migration):
    dependencies = [
        ("experts", "0037_search_packs"),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="tag",
            name="colour",
            field=models.CharField(
                choices=COLOURS, default="blue", max_length=16, verbose_name="颜色"
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(("colour__in", KNOWN)), name="experts_tag_colour_known"
            ),
        ),
    ]
