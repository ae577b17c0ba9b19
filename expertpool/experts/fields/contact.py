"""Where post and money for an expert go."""

from __future__ import annotations

from expertpool.core import criteria as ask
from expertpool.core.subjects import (
    FieldDeclaration,
    InApplication,
    InCriteria,
    InExport,
    InForm,
    InHistory,
    InImport,
    InInterface,
    Owner,
    Text,
)
from expertpool.core.text import mask_middle
from expertpool.experts.fields.shared import AS_CONTACT, BASIC, encrypted, guarded
from expertpool.experts.validators import values as rules

CONTACT = (
    FieldDeclaration(
        code="address",
        label="通讯地址",
        owner=Owner.OWN,
        kind=Text(longest=200, rows=2),
        guard=guarded(
            "address", "通讯地址", lambda value: mask_middle(value, head=3, tail=0), **AS_CONTACT
        ),
        form=InForm(section="contact", order=1, help="加密保存。", wide=True),
        imported=InImport(
            dispensable=True,
            aliases=("地址", "联系地址", "通信地址", "Address"),
            likely=("家庭住址", "住址", "现住址", "居住地址", "家庭地址", "详细地址"),
            sample="示例路 1 号",
            width=24,
        ),
        exported=InExport(width=30),
        history=InHistory(),
        criterion=InCriteria(field=encrypted("address"), order=22, draws=False),
        applied=InApplication(step=BASIC),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="postcode",
        label="邮编",
        owner=Owner.OWN,
        kind=Text(longest=10, rule=rules.postcode),
        form=InForm(section="contact"),
        imported=InImport(
            dispensable=True,
            aliases=("邮政编码", "Postcode", "Postal Code", "Zip Code", "Zip"),
            sample="410000",
            width=10,
        ),
        exported=InExport(width=8),
        history=InHistory(),
        criterion=InCriteria(field=ask.Text(nullable=True), order=22, draws=False),
        applied=InApplication(step=BASIC),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="bank_name",
        label="开户银行",
        # He changes both on a page of their own, with a code (`fees`).
        owner=Owner.OFFICE,
        kind=Text(longest=100),
        form=InForm(section="bank"),
        imported=InImport(
            dispensable=True,
            aliases=("开户行", "开户行名称", "Bank", "Bank Name"),
            sample="中国银行",
        ),
        exported=InExport(width=16),
        history=InHistory(),
        criterion=InCriteria(field=ask.Text(nullable=True), order=23, draws=False),
        interface=InInterface(),
    ),
    FieldDeclaration(
        code="bank_account",
        label="银行账号",
        owner=Owner.OFFICE,
        kind=Text(longest=40, rule=rules.bank_account),
        # Paid from the payment page, never from a list that travels.
        guard=guarded(
            "bank_account",
            "银行账号",
            lambda value: mask_middle(value, head=0, tail=4),
            exportable=False,
        ),
        form=InForm(section="bank", help="加密保存，不会出现在导出中。"),
        imported=InImport(
            dispensable=True,
            aliases=(
                *("银行卡号", "卡号", "账号", "银行账户", "银行帐号", "帐号", "银行帐户"),
                *("Bank Account", "Bank Account No.", "Account No.", "Account Number", "Card No."),
            ),
            help="必须是文本格式。",
            sample="6217000012345678901",
            width=24,
        ),
        exported=InExport(width=24),
        history=InHistory(),
        criterion=InCriteria(field=encrypted("bank_account"), order=23, draws=False),
        interface=InInterface(),
    ),
)
