"""Recomputes the result of a review from its public record.

    python3 verify.py 评审记录.json      or      expertpool verify-review 评审记录.json

One file, the standard library, nothing of the rest of the product: written anew from the words of the rule, so that two
calculations that know nothing of each other have to agree. Prints 一致 with the record's SHA-256, which the log and the
printed table tell as well, or each difference. Exit code 0: it agrees, 1: it does not, 2: it is no such record.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

# By the first, an item that nobody scored failed; by the second nothing is said of it.
FIRST, FORMATS = "expertpool-review/1", ("expertpool-review/1", "expertpool-review/2")
NOTHING, HALF, HUNDRED = Fraction(0), Fraction(1, 2), Fraction(100)
MOST_DECIMALS, LONGEST = 20, 1000  # of a number
# What reading a record by anybody may come to.
UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError),
)
HUGE = re.compile(r"[eE][+-]?[\d_]{3}")
Node = dict[str, Any]


def exact(text: Any) -> Fraction:
    """What ``text`` says; refuses (ValueError) a few letters, as 1e999999999, of which nobody sees the end."""
    if isinstance(text, str) and (len(text) > LONGEST or HUGE.search(text)):
        raise ValueError("数字写法不对")
    return Fraction(text)


def digest(record: Any) -> str:
    """SHA-256 of the record as canonical JSON."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def leaves(nodes: list[Node], weight: Fraction = Fraction(1)) -> list[tuple[Node, Fraction]]:
    """What is judged, with the product of the weights above it and its own."""
    found: list[tuple[Node, Fraction]] = []
    for node in nodes:
        own = weight * exact(node["weight"])
        found += leaves(node["children"], own) if node["children"] else [(node, own)]
    return found


def below(nodes: list[Node], code: str) -> list[str]:
    """The codes of what is judged at and below ``code``."""
    for node in nodes:
        if node["code"] == code:
            return [one["code"] for one, _ in leaves([node])]
        if found := below(node["children"], code):
            return found
    return []


def points(node: Node, value: str) -> Fraction:
    if node["kind"] == "grade":
        return next((exact(worth) for label, worth in node["grades"] if label == value), NOTHING)
    if node["kind"] == "check":
        return exact(node["points"]) if value == "通过" else NOTHING
    return exact(value) if value else NOTHING


def cut(number: Fraction, rule: Node) -> Fraction:
    """``number`` with the decimals of the rule."""
    decimals = int(rule["decimals"])
    if decimals > MOST_DECIMALS:
        raise ValueError("小数位数不对")
    scale = 10**decimals
    size = abs(number) * scale
    # In whole numbers: a float would have rounded before the rule says how.
    kept = size.numerator // size.denominator
    rest = size - kept
    if rule["rounding"] == "half_up":
        kept += rest >= HALF
    elif rule["rounding"] == "half_even":
        kept += rest > HALF or (rest == HALF and kept % 2 == 1)
    return Fraction(kept if number >= 0 else -kept, scale)


def passes(stage: Node, yes: int, of: int) -> bool:
    # Nobody has voted: nothing passes by silence.
    if not of:
        return False
    # Exact: two thirds is no decimal.
    share = Fraction(yes, of)
    return {
        "majority": share > HALF,
        "two_thirds": share >= Fraction(2, 3),
        "all": share == 1,
    }[stage["passing"]]


def without_ends(values: list[Any], count: int) -> list[Any]:
    return values[count : len(values) - count] if count else values


def average(pairs: list[tuple[Fraction, Fraction]]) -> Fraction:
    """Of values with their weights."""
    return sum((a * b for a, b in pairs), NOTHING) / sum((b for _, b in pairs), NOTHING)


class Review:
    """A record, calculated anew."""

    def __init__(self, record: Node) -> None:
        self.rule = record["rule"]
        self.stages = self.rule["stages"]
        self.items = {one["key"]: one["price"] for one in record["items"]}
        self.experts = {one["key"]: one for one in record["experts"]}
        self.said = {(one["expert"], one["item"]): one["scores"] for one in record["sheets"]}
        self.scored = [
            pair for one in self.stages if not one["passing"] for pair in leaves(one["indicators"])
        ]
        self.judged = [
            pair for pair in self.scored if pair[0]["kind"] in ("score", "grade", "check")
        ]
        self.priced = [pair for pair in self.scored if pair[0]["kind"] == "price"]
        self.silence_fails = record["format"] == FIRST
        filled_in = [
            node
            for one in self.stages
            for node, _ in leaves(one["indicators"])
            if node["kind"] not in ("price", "group")
        ]
        self.asks = bool(filled_in)
        self.missing: list[list[str]] = []
        self.unscored: list[str] = []
        self.rows = {key: self.row(key) for key in self.items}
        # What fell has no price that counts: else it would move the mean of all others.
        standing = [
            key
            for key, row in self.rows.items()
            if row["fallen"] is None and key not in self.unscored
        ]
        self.unpriced = [key for key in standing if self.priced and self.items[key] is None]
        self.add_prices(standing)
        for key, row in self.rows.items():
            if key not in self.unscored:
                self.close(row)
        self.rank()

    def weight(self, expert: str) -> Fraction:
        if self.rule["how"] != "weighted":
            return Fraction(1)
        own = self.experts[expert]["roles"]
        return max(
            (exact(much) for word, much in self.rule["weights"] if word in own),
            default=Fraction(1),
        )

    def row(self, item: str) -> Node:
        row: Node = {
            "item": item,
            "fallen": None,
            "votes": {},
            "totals": [],
            "left_out": [],
            "means": {},
            "exact": None,
            "total": None,
            "rank": None,
        }
        asked = [key for key, one in self.experts.items() if item in one["asked"]]
        if not asked and self.asks and not self.silence_fails:
            self.unscored.append(item)
            return row
        late: set[str] = set()
        for place, stage in enumerate(self.stages):
            nodes = [one for one, _ in leaves(stage["indicators"])]
            for key in asked:
                scores = self.said.get((key, item), {})
                # Texts are not in the record: that there is a sheet says that they were written.
                must = [
                    one
                    for one in nodes
                    if one["mandatory"] and one["kind"] not in ("text", "price")
                ]
                texts = any(one["kind"] == "text" and one["mandatory"] for one in nodes)
                if (texts and (key, item) not in self.said) or not all(
                    scores.get(one["code"]) for one in must
                ):
                    late.add(key)
            passed = self.vote(stage, nodes, asked, row) if stage["passing"] else "yes"
            if passed == "no":
                row["fallen"] = place
            elif passed == "nobody":
                self.unscored.append(item)
            if passed != "yes":
                break
        self.missing += [[key, item] for key in asked if key in late]
        if row["fallen"] is None and item not in self.unscored:
            self.score(row, [key for key in asked if key not in late])
        return row

    def vote(self, stage: Node, nodes: list[Node], asked: list[str], row: Node) -> str:
        """Whether the votes let an item pass: "yes", "no", or "nobody" has voted on what decides."""
        found = {"yes"}
        for node in nodes:
            if node["kind"] != "check":
                continue
            votes = [self.said.get((key, row["item"]), {}).get(node["code"]) for key in asked]
            yes, of = votes.count("通过"), sum(1 for one in votes if one)
            passed = passes(stage, yes, of)
            row["votes"][node["code"]] = [yes, of, passed]
            if node["mandatory"] and not passed:
                found.add("no" if of or self.silence_fails else "nobody")
        return min(found, key=["no", "nobody", "yes"].index)

    def score(self, row: Node, experts: list[str]) -> None:
        if not experts or not any(not one["passing"] for one in self.stages):
            return
        table = {
            key: [
                points(one, self.said[key, row["item"]].get(one["code"], "")) * weight
                for one, weight in self.judged
            ]
            if (key, row["item"]) in self.said
            else [NOTHING for _ in self.judged]
            for key in experts
        }
        own = {key: sum(values, NOTHING) for key, values in table.items()}
        if self.rule["each"]:
            own = {key: cut(total, self.rule) for key, total in own.items()}
        row["totals"] = [[key, total] for key, total in own.items()]
        drop = int(self.rule["drop"])
        if self.rule["how"] != "trimmed" or len(own) <= 2 * drop:
            drop = 0
        kept = list(experts)
        if drop and not self.rule["by_indicator"]:
            # Of equal totals the one that stands first goes first: which is left out is the same each time.
            order = sorted(experts, key=lambda key: (own[key], experts.index(key)))
            inside = without_ends(order, drop)
            kept = [key for key in experts if key in inside]
            row["left_out"] = [key for key in experts if key not in inside]
            drop = 0
        # Of whom is left: the weight of who was left out counts for nobody.
        weights = [self.weight(key) for key in kept]
        for at, (node, _) in enumerate(self.judged):
            column = [(table[key][at], much) for key, much in zip(kept, weights, strict=True)]
            row["means"][node["code"]] = average(without_ends(sorted(column), drop))
        if self.rule["by_indicator"]:
            row["exact"] = sum(row["means"].values(), NOTHING)
        else:
            row["exact"] = average(
                [(own[key], much) for key, much in zip(kept, weights, strict=True)]
            )

    def add_prices(self, standing: list[str]) -> None:
        prices = [exact(self.items[key]) for key in standing if self.items[key] is not None]
        for node, weight in self.priced:
            formula, most, least = node["formula"], exact(node["high"]), exact(node["low"])
            if not prices:
                continue
            middle = sum(prices, NOTHING) / len(prices)
            low = middle * exact(formula["low"]) / HUNDRED if formula["low"] is not None else None
            high = (
                middle * exact(formula["high"]) / HUNDRED if formula["high"] is not None else None
            )
            inside = [
                one
                for one in prices
                if (low is None or one >= low) and (high is None or one <= high)
                # Where all lie outside, the bounds are as good as none.
            ] or prices
            base = (
                min(inside) if formula["base"] == "lowest" else sum(inside, NOTHING) / len(inside)
            )
            base = base * (HUNDRED - exact(formula["less"])) / HUNDRED
            for key in standing:
                if self.items[key] is None:
                    continue
                own = exact(self.items[key])
                if formula["up"] is None and formula["down"] is None:
                    # A price of nothing has no share of the base; it cannot cost points.
                    worth = base / own * most if own else most
                else:
                    off = (own / base - 1) * HUNDRED if base else NOTHING
                    worth = most - (
                        off * exact(formula["up"] or 0)
                        if off > 0
                        else -off * exact(formula["down"] or 0)
                    )
                worth = min(most, max(least, worth)) * weight
                self.rows[key]["means"][node["code"]] = (
                    cut(worth, self.rule) if self.rule["each"] else worth
                )

    def close(self, row: Node) -> None:
        if row["fallen"] is not None:
            return
        codes = [one["code"] for one, _ in self.priced]
        if row["exact"] is None and codes and not self.judged:
            row["exact"] = NOTHING
        if row["exact"] is None or any(code not in row["means"] for code in codes):
            row["exact"] = None
            return
        row["exact"] += sum((row["means"][code] for code in codes), NOTHING)
        row["total"] = cut(row["exact"], self.rule)

    def rank(self) -> None:
        def place(row: Node) -> list[Fraction]:
            keys = [-row["total"]]
            for code in self.rule["ties"]:
                if code == "price":
                    price = self.items[row["item"]]
                    # Behind every price that somebody named.
                    keys.append(Fraction(10**30) if price is None else exact(price))
                else:
                    under = [
                        one for stage in self.stages for one in below(stage["indicators"], code)
                    ]
                    keys.append(-sum((row["means"].get(one, NOTHING) for one in under), NOTHING))
            return keys

        ranked = [row for row in self.rows.values() if row["total"] is not None]
        keys = [place(row) for row in ranked]
        for row, own in zip(ranked, keys, strict=True):
            # Equal ones share a rank, and the next is as many further.
            row["rank"] = 1 + sum(other < own for other in keys)


def as_numbers(told: Node) -> Node:
    """A row of the record with its numbers read."""

    def number(text: str | None) -> Fraction | None:
        return None if text is None else exact(text)

    return {
        **told,
        "totals": [[key, number(text)] for key, text in told["totals"]],
        "means": {code: number(text) for code, text in told["means"].items()},
        "exact": number(told["exact"]),
        "total": number(told["total"]),
    }


WORDS = {
    "fallen": "未通过的阶段",
    "votes": "表决",
    "totals": "各专家总分",
    "left_out": "去掉的专家",
    "means": "各指标得分",
    "exact": "取舍前的总分",
    "total": "总分",
    "rank": "名次",
}


def differences(record: Node) -> list[str]:
    """What the record tells otherwise than it follows from its rule and scores; empty: it agrees."""
    anew = Review(record)
    told = {one["item"]: as_numbers(one) for one in record["result"]["rows"]}
    found = []
    if list(told) != list(anew.rows):
        found.append("结果中的评审对象与记录不符")
    for item, row in anew.rows.items():
        for name, word in WORDS.items():
            if item in told and told[item].get(name) != row[name]:
                found.append(
                    f"{item} 的{word}：记录为 {shown(told[item].get(name))}，计算为 {shown(row[name])}"
                )
    lists = {"没有提交的": ("missing", anew.missing), "没有报价的": ("unpriced", anew.unpriced)}
    if not anew.silence_fails:
        lists["没有专家评的"] = ("unscored", anew.unscored)
    for word, (name, mine) in lists.items():
        if record["result"][name] != mine:
            found.append(f"{word}：记录与计算不同")
    return found


def plain(line: str) -> str:
    """``line`` as one line: what it quotes of a record by anybody writes no other, and steers no screen."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in line)


def shown(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(float(value))
    if isinstance(value, dict):
        return "，".join(f"{key} {shown(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "，".join(map(shown, value))
    return "无" if value is None else str(value)


def main(arguments: list[str], *, called: str = "python3 verify.py") -> int:
    asks_how = not {"-h", "--help"}.isdisjoint(arguments)
    if asks_how or len(arguments) != 1:
        print(f"用法：{called} 评审记录.json", file=sys.stdout if asks_how else sys.stderr)
        return 0 if asks_how else 2
    try:
        record = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        if record["format"] not in FORMATS:
            raise ValueError(f"不是这种记录：{record['format']}")
        found = differences(record)
    except (OSError, *UNREADABLE) as error:
        print(plain(f"读不懂这份记录：{error}"), file=sys.stderr)
        return 2
    for line in found:
        print(plain(f"不一致：{line}"))
    if not found:
        rows = record["result"]["rows"]
        print(
            f"一致：{len(rows)} 个评审对象、{len(record['experts'])} 位专家，按规则重新计算，结果相同"
        )
    print(f"记录摘要（SHA-256）：{digest(record)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
