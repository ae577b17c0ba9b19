"""Rules to begin with: usual forms, none of them law."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from expertpool.reviews.calculation import How, RuleTree
from expertpool.reviews.rules.lines import read_lines

WORKS = """
【资格审查】三分之二通过
1 营业执照和资质有效 通过
2 项目负责人资格符合要求 通过
3 没有被列入失信名单 通过
【符合性审查】三分之二通过
1 投标文件签字盖章齐全 通过
2 工期和质量承诺响应招标文件 通过
3 投标报价没有超过最高限价 通过
【评分】
1 技术部分 50分
  1.1 施工组织设计 30分
    1.1.1 总体布置和进度 0-12分 步长0.5 | 针对性强、可行得 10 分以上
    1.1.2 质量和安全措施 0-10分 步长0.5
    1.1.3 重点难点 0-8分 步长0.5
  1.2 项目班子 20分
    1.2.1 项目负责人业绩 优=10 良=8 中=6 差=3
    1.2.2 主要人员配备 0-10分 步长1
2 商务部分 20分
  2.1 企业业绩 0-12分 步长1
  2.2 信用评价 0-8分 步长1
3 报价 30分 平均价为基准 高1%扣1 低1%扣0.5 低于80%不计 高于120%不计
4 需要说明的问题 文字
"""
GOODS = """
【资格和符合性审查】过半数通过
1 供应商资格 通过
2 实质性响应采购文件 通过
【评分】
1 技术和服务 60分
  1.1 技术参数响应 30分
    1.1.1 主要参数 0-20分 步长1
    1.1.2 一般参数 0-10分 步长1
  1.2 实施方案 0-15分 步长0.5 两端说明
  1.3 售后服务 优=15 良=12 中=9 差=5
2 业绩 0-10分 步长1
3 价格 30分 最低价为基准
"""
TOPICS = """
【形式审查】过半数通过
1 申报材料齐全 通过
【评分】
1 立项依据 30分
  1.1 创新性 0-15分 步长1 低于6说明
  1.2 必要性 0-15分 步长1
2 研究方案 40分
  2.1 技术路线 0-25分 步长1
  2.2 进度和经费 0-15分 步长1
3 研究基础 0-30分 步长1
4 评审意见 文字 必填
"""
VOTE = """
【投票】三分之二通过
1 同意推荐 通过
2 意见 文字
"""


@dataclass(frozen=True)
class Preset:
    code: str
    name: str
    tree: RuleTree
    anonymous: bool = False


def _preset(code: str, name: str, text: str, tree: RuleTree, *, anonymous: bool = False) -> Preset:
    return Preset(code, name, replace(tree, stages=read_lines(text)), anonymous)


PRESETS = (
    _preset(
        "works",
        "工程招标综合评分（示例）",
        WORKS,
        RuleTree((), how=How.TRIMMED, ties=("price", "3.1"), far=Decimal(30)),
    ),
    _preset(
        "goods",
        "政府采购综合评分（示例）",
        GOODS,
        RuleTree((), ties=("price", "2.1"), far=Decimal(30)),
    ),
    _preset(
        "topics",
        "课题评审（示例）",
        TOPICS,
        RuleTree((), how=How.TRIMMED, decimals=1, far=Decimal(25)),
        anonymous=True,
    ),
    _preset("vote", "投票推荐（示例）", VOTE, RuleTree((), decimals=0)),
)
