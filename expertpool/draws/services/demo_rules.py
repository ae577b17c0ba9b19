"""Two rules to try the product with, about draws that are to be begun and that lack somebody."""

from __future__ import annotations

from expertpool.automation.services.rules import ActionData, RuleData


def _message(whom: str, title: str, text: str) -> ActionData:
    return ActionData(
        "automation.tell", {"whom": whom, "way": "site", "title": title, "text": text}
    )


DEMO_RULES = (
    RuleData(
        name="内部评审项目通过后安排抽取",
        purpose="内部评审常常第二天就开，通过后马上有人安排",
        event="projects.approved",
        condition={"field": "regime", "op": "in", "value": ["internal"]},
        actions=[
            _message(
                "person:applicant",
                "项目已通过：{{项目名称}}",
                "「{{项目名称}}」已审核通过，评审时间 {{评审时间}}，经办人即将抽取专家。",
            ),
            ActionData(
                "automation.errand",
                {
                    "role": "operator",
                    "errand": "「{{项目名称}}」已通过，请尽快安排抽取",
                    "until": "draws.sealed",
                },
            ),
        ],
    ),
    RuleData(
        name="抽取缺人时列入待办",
        purpose="人数不满足的抽取有人跟进，不耽误评审",
        event="draws.ended",
        condition={"field": "status", "op": "in", "value": ["unsatisfied"]},
        actions=[
            ActionData(
                "automation.errand",
                {
                    "role": "operator",
                    "errand": "{{抽取编号}} 缺人，请补抽或放宽条件",
                    # Widened, a draw begins anew; supplemented, this one ends once more.
                    "until": "draws.sealed",
                    "or_until": "draws.ended",
                },
            ),
            _message(
                "role:supervisor",
                "抽取缺人：{{项目名称}}",
                "{{抽取编号}} 结束时人数不满足，经办人正在处理。",
            ),
        ],
    ),
)
