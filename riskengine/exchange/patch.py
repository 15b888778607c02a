"""A YAML text, changed at single places: every other byte, comments and layout included, stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = ["NotAList", "Patch", "Step", "Value", "flow"]

Scalar = str | float | int | bool | date | None
Value = Scalar | Sequence["Value"] | Mapping[str, "Value"]
Step = str | int | date | float | bool | None

_PLAIN = re.compile(r"[\w（）《》“”、，。；：·—…%／/+.\-]+( [\w（）《》“”、，。；：·—…%／/+.\-]+)*")
_GUESSED = re.compile(r"(?i)[-+.\d][\d.,:_eE+\-]*|true|false|yes|no|on|off|null|y|n|~|-.*|.*:")


class NotAList(ValueError):
    """The list is written in brackets, so that single entries cannot be moved or taken out."""


def flow(value: Value) -> str:
    """``value`` as YAML on one line, in the way people write it: quotes only where YAML would read something else."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.15g}"
        case date():
            return value.isoformat()
        case str():
            return value if _PLAIN.fullmatch(value) and not _GUESSED.fullmatch(value) else _quoted(value)
        case Mapping():
            return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
        case _:
            return "[" + ", ".join(flow(each) for each in value) + "]"


def _quoted(value: str) -> str:
    """In double quotes; what cannot be seen is written as its number, because YAML refuses control characters."""
    seen = json.dumps(value, ensure_ascii=False)
    return "".join(each if each.isprintable() else f"\\U{ord(each):08X}" for each in seen)


class Patch:
    """One text under change. Paths are steps through keys and positions, as :class:`Document` counts them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self._root: Node | None = None

    def replace(self, path: Sequence[Step], value: Value) -> None:
        """The value at ``path`` becomes ``value``. Raises KeyError where nothing stands there."""
        node = self._node(path)
        self._splice(node.start_mark.index, _end(node, self.text), flow(value))

    def put(self, path: Sequence[Step], key: str, value: Value, after: Step = None) -> None:
        """The mapping at ``path`` gets ``key: value``, behind the key ``after`` (or last); an existing key is replaced."""
        mapping = self._mapping(path)
        if any(_is(each, key) for each, _ in mapping.value):
            self.replace([*path, key], value)
            return
        pair = f"{key}: {flow(value)}"
        if not mapping.value:
            self._splice(mapping.start_mark.index, mapping.end_mark.index, "{" + pair + "}")
            return
        behind = next((each for each in mapping.value if after is not None and _is(each[0], after)), mapping.value[-1])
        end = _end(behind[1], self.text)
        if mapping.flow_style:
            self._splice(end, end, f", {pair}")
        else:
            end = self._line_end(end)
            self._splice(end, end, self._newline + " " * mapping.value[0][0].start_mark.column + pair)

    def drop(self, path: Sequence[Step], key: Step) -> None:
        """The mapping at ``path`` loses ``key``. Raises KeyError where it has none."""
        pairs = self._mapping(path).value
        at = next((n for n, (each, _) in enumerate(pairs) if _is(each, key)), None)
        if at is None:
            raise KeyError(key)
        if at == 0 and len(pairs) > 1:
            self._splice(pairs[0][0].start_mark.index, pairs[1][0].start_mark.index, "")
        elif at == 0:
            self._splice(pairs[0][0].start_mark.index, _end(pairs[0][1], self.text), "")
        elif self._mapping(path).flow_style:
            self._splice(_end(pairs[at - 1][1], self.text), _end(pairs[at][1], self.text), "")
        else:
            first = self._line_end(_end(pairs[at - 1][1], self.text))
            self._splice(first, self._line_end(_end(pairs[at][1], self.text)), "")

    def arrange(self, path: Sequence[Step], order: Sequence[int | Mapping[str, Value]]) -> None:
        """The entries of the list at ``path`` in a new order: a number is an entry that is there, a mapping is a new one.

        What is not named goes. A comment line belongs to the entry below it. Raises NotAList where the list is written in
        brackets and an existing entry would have to move.
        """
        node = self._node(path)
        assert isinstance(node, SequenceNode)
        if list(order) == list(range(len(node.value))):
            return
        if node.flow_style or not node.value:
            self._fill_empty(path, node, order)
            return
        edges = [self._line_start(node.value[0].start_mark.index)]
        edges += [self._line_end(_end(each, self.text)) + len(self._newline) for each in node.value]
        ends = min(edges[-1], len(self.text))
        chunks = [self.text[a:b] for a, b in zip(edges[:-1], [*edges[1:-1], ends], strict=True)]
        if not chunks[-1].endswith(self._newline):
            chunks[-1] += self._newline
        indent = " " * node.start_mark.column
        written = (
            chunks[each] if isinstance(each, int) else f"{indent}- {flow(each)}{self._newline}" for each in order
        )
        self._splice(edges[0], ends, "".join(written) or f"{indent}[]{self._newline}")

    def _fill_empty(self, path: Sequence[Step], node: SequenceNode, order: Sequence[int | Mapping[str, Value]]) -> None:
        new = [each for each in order if not isinstance(each, int)]
        if node.value and len(new) < len(order):
            raise NotAList(str(path[-1]))
        lines = "".join(f"{self._newline}  - {flow(each)}" for each in new)
        start = node.start_mark.index
        while self.text[start - 1] == " ":
            start -= 1
        self._splice(start, node.end_mark.index, lines or " []")

    def _splice(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        self._root = None

    def _node(self, path: Sequence[Step]) -> Node:
        if self._root is None:
            self._root = YAML(typ="safe", pure=True).compose(self.text)
        node = self._root
        for step in path:
            if isinstance(node, SequenceNode) and isinstance(step, int):
                node = node.value[step]
            elif isinstance(node, MappingNode):
                found = [below for key, below in node.value if _is(key, step)]
                if not found:
                    raise KeyError(step)
                node = found[0]
            else:
                raise KeyError(step)
        assert node is not None
        return node

    def _mapping(self, path: Sequence[Step]) -> MappingNode:
        node = self._node(path)
        assert isinstance(node, MappingNode)
        return node

    def _line_end(self, index: int) -> int:
        found = self.text.find(self._newline, index)
        return len(self.text) if found < 0 else found

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1


def _is(key: Node, step: Step) -> bool:
    if not isinstance(key, ScalarNode):
        return False
    if isinstance(step, date):
        parts = key.value.split("-")
        return (
            len(parts) == 3 and all(each.isdigit() for each in parts) and tuple(map(int, parts)) == step.timetuple()[:3]
        )
    return bool(key.value == str(step))


def _end(node: Node, text: str) -> int:
    """Where the node's own text ends; ruamel lets a block end where the next one begins."""
    if isinstance(node, ScalarNode):
        end = int(node.end_mark.index)
        if node.style in ("|", ">"):
            end = int(node.start_mark.index) + len(text[node.start_mark.index : end].rstrip())
        return end
    assert isinstance(node, MappingNode | SequenceNode)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, MappingNode) else last, text)
