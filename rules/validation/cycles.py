"""Cycles in a dependency graph (Tarjan's strongly connected components)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def cyclic(needs: Mapping[T, Sequence[T]]) -> set[T]:
    """All nodes on a cycle: those in a strongly connected component with another node, or with an edge to themselves.

    Tarjan's algorithm without recursion, since a chain may be as long as a plan.
    """
    found: set[T] = set()
    index: dict[T, int] = {}
    low: dict[T, int] = {}
    stack: list[T] = []
    standing: set[T] = set()
    for root in needs:
        if root in index:
            continue
        ways = [(root, iter(needs.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        standing.add(root)
        while ways:
            one, rest = ways[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    stack.append(other)
                    standing.add(other)
                    ways.append((other, iter(needs.get(other, ()))))
                    break
                if other in standing:
                    low[one] = min(low[one], index[other])
            else:
                ways.pop()
                if ways:
                    low[ways[-1][0]] = min(low[ways[-1][0]], low[one])
                if low[one] == index[one]:
                    found.update(_component(stack, standing, one, needs))
    return found


def _component(stack: list[T], standing: set[T], root: T, needs: Mapping[T, Sequence[T]]) -> list[T]:
    """Pops the component of a root from the stack; empty for a single node without an edge to itself."""
    taken: list[T] = []
    while not taken or taken[-1] != root:
        taken.append(stack.pop())
        standing.discard(taken[-1])
    return taken if len(taken) > 1 or root in needs.get(root, ()) else []


def shortest_cycle(needs: Mapping[T, Sequence[T]], start: T) -> list[T]:
    """The shortest path from a node back to itself, with the node at both ends; empty without a cycle."""
    asked_by: dict[T, T] = {}
    found = [start]
    for one in found:  # appended to during iteration
        for needed in needs.get(one, ()):
            if needed == start:
                way = [one]
                while way[-1] != start:
                    way.append(asked_by[way[-1]])
                return [*way[::-1], start]
            if needed not in asked_by:
                asked_by[needed] = one
                found.append(needed)
    return []
