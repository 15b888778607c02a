"""An expression as a small tree, for those who reason about it; :mod:`expression` writes the SQL and has the last word.

Equal trees are equal whatever their place in the text, so that they can be compared and used as keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

__all__ = [
    "And", "Arithmetic", "Call", "Case", "Compare", "Flag", "IsNull", "IsTrue", "Name", "Negative", "Node", "Not", "Nothing",
    "Number", "Or", "Text", "bound", "names_in", "walk",
]  # fmt: skip


@dataclass(frozen=True)
class Node:
    """``span``: where it stands in the text, from the first character up to (not with) the last, counted from 0."""

    span: tuple[int, int] = field(default=(0, 0), compare=False, kw_only=True)


@dataclass(frozen=True)
class Number(Node):
    """A number, or a parameter's value in its place."""

    value: float


@dataclass(frozen=True)
class Text(Node):
    """Text in quotes."""

    value: str


@dataclass(frozen=True)
class Flag(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True)
class Nothing(Node):
    """``null``."""


@dataclass(frozen=True)
class Name(Node):
    """A signal, parameter or column."""

    name: str


@dataclass(frozen=True)
class Negative(Node):
    """``- of``."""

    of: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """``left sign right``; sign is one of + - * /."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Call(Node):
    """A function."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Case(Node):
    """``case when condition then value … else default end``; Nothing where there is no else."""

    branches: tuple[tuple[Node, Node], ...]
    default: Node


@dataclass(frozen=True)
class Compare(Node):
    """``left sign right``; sign is one of < <= > >= = <>."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class IsNull(Node):
    """``of is null``."""

    of: Node


@dataclass(frozen=True)
class IsTrue(Node):
    """``of is true``, ``of is false``: never unknown."""

    of: Node
    value: bool


@dataclass(frozen=True)
class Not(Node):
    """``not of``."""

    of: Node


@dataclass(frozen=True)
class And(Node):
    """All parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Node):
    """Any part. ``x in (1, 2)`` is ``x = 1 or x = 2``."""

    parts: tuple[Node, ...]


def walk(node: Node) -> Iterator[Node]:
    """``node`` and everything below it."""
    yield node
    for below in _below(node):
        yield from walk(below)


def names_in(node: Node) -> frozenset[str]:
    """Every name below ``node``."""
    return frozenset(each.name for each in walk(node) if isinstance(each, Name))


def bound(node: Node, values: Mapping[str, float]) -> Node:
    """``node`` with the numbers of ``values`` in the place of their names."""
    if isinstance(node, Name):
        return Number(values[node.name], span=node.span) if node.name in values else node
    changed: dict[str, Any] = {}
    for each in fields(node):
        held = getattr(node, each.name)
        if isinstance(held, Node):
            changed[each.name] = bound(held, values)
        elif each.name in ("parts", "arguments"):
            changed[each.name] = tuple(bound(part, values) for part in held)
        elif each.name == "branches":
            changed[each.name] = tuple((bound(when, values), bound(then, values)) for when, then in held)
    return replace(node, **changed) if changed else node


def _below(node: Node) -> tuple[Node, ...]:
    match node:
        case And(parts=parts) | Or(parts=parts):
            return parts
        case Arithmetic(left=left, right=right) | Compare(left=left, right=right):
            return (left, right)
        case Negative(of=of) | IsNull(of=of) | IsTrue(of=of) | Not(of=of):
            return (of,)
        case Call(arguments=arguments):
            return arguments
        case Case(branches=branches, default=default):
            return (*(each for pair in branches for each in pair), default)
    return ()
