// What a cascader knows: the nodes, and which leaves are chosen. No page here.
export class Tree {
  /** nodes: [{id, parent, code, label, keys?}]; order is kept. */
  constructor(nodes) {
    this.nodes = new Map(
      nodes.map((node) => [
        String(node.id),
        { ...node, id: String(node.id), parent: node.parent ? String(node.parent) : "", children: [] },
      ]),
    );
    this.roots = [];
    for (const node of this.nodes.values()) (this.nodes.get(node.parent)?.children ?? this.roots).push(node);
    this.chosen = new Set();
  }

  get(id) {
    return this.nodes.get(String(id));
  }

  leaves(node) {
    if (!node.children.length) return [node];
    return (node.leafCache ??= node.children.flatMap((child) => this.leaves(child)));
  }

  count(node) {
    return this.leaves(node).filter((leaf) => this.chosen.has(leaf.id)).length;
  }

  /** "all", "some" or "none" */
  state(node) {
    const count = this.count(node);
    if (!count) return "none";
    return count === this.leaves(node).length ? "all" : "some";
  }

  set(node, on) {
    for (const leaf of this.leaves(node)) {
      if (on) this.chosen.add(leaf.id);
      else this.chosen.delete(leaf.id);
    }
  }

  /** Fewest nodes that say the same: a branch stands for everything below it. */
  cover(nodes = this.roots) {
    return nodes.flatMap((node) => {
      const state = this.state(node);
      if (state === "none") return [];
      if (state === "all" && node.children.length !== 1) return [node];
      return this.cover(node.children);
    });
  }

  path(node) {
    const names = [];
    for (let at = node; at; at = this.get(at.parent)) names.unshift(at);
    return names;
  }

  find(query, limit = 80) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found = [];
    for (const node of this.nodes.values()) {
      const text = `${node.code ?? ""} ${node.label} ${node.keys ?? ""}`.toLowerCase();
      if (words.every((word) => text.includes(word))) found.push(node);
      if (found.length === limit) break;
    }
    return found;
  }
}
