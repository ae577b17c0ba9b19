from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0073_alarm_of_the_log"),
    ]

    operations = [
        migrations.AlterField(
            model_name="invitation",
            name="replied_via",
            field=models.CharField(
                blank=True,
                choices=[
                    ("link", "链接"),
                    ("portal", "专家端"),
                    ("sms", "短信回复"),
                    ("voice", "电话按键"),
                    ("wechat", "微信回复"),
                    ("operator", "经办人登记"),
                    ("deadline", "到期"),
                    ("system", "系统"),
                ],
                max_length=12,
                verbose_name="答复方式",
            ),
        ),
    ]
