"""The drawer of roles names the lines as the table beside it does."""

import pytest

from expertpool.draws.enums import PanelRole
from expertpool.draws.forms.picking import PanelRolesForm
from expertpool.draws.models import Invitation


@pytest.mark.django_db
def test_a_sealed_line_keeps_its_number_when_one_before_it_left() -> None:
    seated = [Invitation(pk=pk, line=line) for pk, line in ((7, 1), (9, 4))]
    form = PanelRolesForm({"line-9": PanelRole.LEADER}, lines=seated, names={7: "李工"})
    assert [field.label for field in form.fields.values()] == ["李工", "第 4 位专家"]
