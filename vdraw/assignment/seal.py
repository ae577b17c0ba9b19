"""The seal of an assignment, and the tickets that follow from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vdraw.assignment.rule import AssignmentRule, Item, Judge, check_items, check_reviewers
from vdraw.canonical import canonical_json
from vdraw.exceptions import EngineError
from vdraw.hashing import hash_all
from vdraw.merkle import merkle_root
from vdraw.seal import TAG, Reveal, check_commits, check_reveals, seed_value, tickets_of

# First bytes of hashes: 9 leaf of an item, 10 leaf of an expert, 11 seal of an assignment, 12 ticket of
# an expert for an item (PROTOCOL.md, section 16).


@dataclass(frozen=True, slots=True)
class SealedAssignment:
    """A frozen assignment: items and experts sorted by leaf, and the seal in hex.

    ``positions`` says where in ``reviewers`` a commitment stands, ``places`` where in ``items`` an id.
    """

    rule: AssignmentRule
    items: tuple[Item, ...]
    item_leaves: tuple[bytes, ...]
    reviewers: tuple[Judge, ...]
    leaves: tuple[bytes, ...]
    positions: Mapping[str, int]
    places: Mapping[str, int]
    seal: str


@dataclass(frozen=True, slots=True)
class AssignmentOrder:
    """What chance gave: a ticket for each item; ``turns`` are the items in the order of their tickets."""

    sealed: SealedAssignment
    reveals: tuple[Reveal, ...]
    seed: str
    tickets: tuple[bytes, ...]
    turns: tuple[int, ...]

    def rank(self, item: int, experts: Iterable[int]) -> list[int]:
        """``experts`` in the order of their tickets for the item; both are positions."""
        leaves, start = self.sealed.leaves, b"\x0c" + self.tickets[item]
        given = list(experts)
        tickets = hash_all(self.sealed.rule.hash_name, (start + leaves[one] for one in given))
        return [one for _, one in sorted(zip(tickets, given, strict=True))]


def seal_assignment(
    rule: AssignmentRule, items: Iterable[Item], reviewers: Iterable[Judge]
) -> SealedAssignment:
    """Freeze rule, items and experts. The result does not depend on their order.

    Raises EngineError for whatever is malformed, unknown or comes twice.
    """
    all_items, all_reviewers = list(items), list(reviewers)
    check_items(rule, all_items)
    check_commits([one.commit for one in all_reviewers])
    check_reviewers(rule, all_items, all_reviewers)
    by_item = sorted((item_leaf(rule, item), place) for place, item in enumerate(all_items))
    by_leaf = sorted((reviewer_leaf(rule, one), place) for place, one in enumerate(all_reviewers))
    sorted_items = tuple(all_items[place] for _, place in by_item)
    sorted_reviewers = tuple(all_reviewers[place] for _, place in by_leaf)
    positions = {one.commit: place for place, one in enumerate(sorted_reviewers)}
    if len(positions) < len(sorted_reviewers):
        raise EngineError("专家重复")
    item_leaves = tuple(leaf for leaf, _ in by_item)
    leaves = tuple(leaf for leaf, _ in by_leaf)
    return SealedAssignment(
        rule=rule,
        items=sorted_items,
        item_leaves=item_leaves,
        reviewers=sorted_reviewers,
        leaves=leaves,
        positions=positions,
        places={item.id: place for place, item in enumerate(sorted_items)},
        seal=_seal_of(rule, item_leaves, leaves),
    )


def item_leaf(rule: AssignmentRule, item: Item) -> bytes:
    return rule.digest(b"\x09" + TAG + canonical_json(item.to_dict()))


def reviewer_leaf(rule: AssignmentRule, one: Judge) -> bytes:
    content = [one.commit, list(one.classes), list(one.barred)]
    return rule.digest(b"\x0a" + TAG + canonical_json(content))


def order_assignment(sealed: SealedAssignment, reveals: Sequence[Reveal]) -> AssignmentOrder:
    """Derive the tickets from the system's nonce and the contributors' values, in that order.

    Raises EngineError if a role is missing, extra or misplaced, or the nonce is not the committed one.
    """
    rule = sealed.rule
    check_reveals(rule, reveals)
    values = [bytes.fromhex(reveal.value) for reveal in reveals]
    seed = seed_value(rule.digest, bytes.fromhex(sealed.seal), values)
    tickets = tickets_of(rule.hash_name, seed, sealed.item_leaves)
    turns = sorted(range(len(tickets)), key=tickets.__getitem__)
    return AssignmentOrder(sealed, tuple(reveals), seed.hex(), tuple(tickets), tuple(turns))


def _seal_of(rule: AssignmentRule, item_leaves: Sequence[bytes], leaves: Sequence[bytes]) -> str:
    content = b"\x0b" + TAG + rule.digest(canonical_json(rule.to_dict()))
    for row in (item_leaves, leaves):
        content += merkle_root(row, rule.digest_all) + len(row).to_bytes(8, "big")
    return rule.digest(content).hex()
