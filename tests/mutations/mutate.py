"""One change to the bytes of a rule file, of the kinds that happen: slips, torn copies, other programs, and malice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

__all__ = ["KINDS", "mutated"]

Change = Callable[[random.Random, bytes], bytes]

_WORDS = [
    "&a", "*a", "!x", "!!int", "<<: *a", "---", "...", "%YAML 1.1", "? ", ": ", "- ", "|", ">-", "#", "{", "}", "[", "]", ",", "'", '"',
    "\t", "\r", "\x00", "\ufeff", "\u2028", "\x85", "\u200b", "\U0001f600", "：", "，", "＞", "（", "’", "null", "true", "~", "=", "@", "`",
    " and ", " or ", " not ", " 且 ", " 或 ", " 非 ", " in ", " between ", " is null", "case when ", " end", "select ", "; drop table x",
    "-- ", "/* ", "::", "read_csv('x')", "$1", "人口", "命中数", "as_of", "id", "when", "{没有}", "}{", "未知", "draft",
    "trial", "until: 2020-01-01",
]  # fmt: skip
_NUMBERS = [
    "-1",
    "0",
    "1e999",
    "1e308",
    ".nan",
    "-.inf",
    "9" * 60,
    "0.0000000001",
    "0x1F",
    "0o17",
    "1_000",
    "1e",
    "01",
    "2026-02-30",
    "1.2.3",
    "-",
    "",
]


def _position(random_: random.Random, text: str) -> int:
    return random_.randrange(len(text) + 1)


def _flip(random_: random.Random, raw: bytes) -> bytes:
    at = random_.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << random_.randrange(8))]) + raw[at + 1 :]


def _cut(random_: random.Random, raw: bytes) -> bytes:
    at = random_.randrange(len(raw))
    return raw[:at] + raw[at + random_.choice([1, 1, 2, 5, 20, 200]) :]


def _truncate(random_: random.Random, raw: bytes) -> bytes:
    return raw[: random_.randrange(len(raw))]


def _insert(random_: random.Random, raw: bytes) -> bytes:
    text = raw.decode()
    at = _position(random_, text)
    return (text[:at] + random_.choice(_WORDS) + text[at:]).encode()


def _letter(random_: random.Random, raw: bytes) -> bytes:
    """One character in the place of another, out of the same file or from the keyboard."""
    text = raw.decode()
    at = random_.randrange(len(text))
    new = random_.choice(
        [random_.choice(text), chr(random_.randrange(32, 127)), random_.choice("一地的风险警０１：，")]
    )
    return (text[:at] + new + text[at + 1 :]).encode()


def _forget(random_: random.Random, raw: bytes) -> bytes:
    """A few characters less."""
    text = raw.decode()
    at = random_.randrange(len(text))
    return (text[:at] + text[at + random_.choice([1, 1, 2, 4, 12]) :]).encode()


def _noise(random_: random.Random, raw: bytes) -> bytes:
    at = random_.randrange(len(raw))
    return raw[:at] + random_.randbytes(random_.randrange(1, 9)) + raw[at:]


def _lines(change: Callable[[random.Random, list[str]], None]) -> Change:
    def of(random_: random.Random, raw: bytes) -> bytes:
        lines = raw.decode().splitlines(keepends=True)
        change(random_, lines)
        return "".join(lines).encode()

    return of


def _double(random_: random.Random, lines: list[str]) -> None:
    at = random_.randrange(len(lines))
    lines.insert(random_.randrange(len(lines) + 1) if random_.random() < 0.5 else at, lines[at])


def _drop(random_: random.Random, lines: list[str]) -> None:
    del lines[random_.randrange(len(lines))]


def _swap(random_: random.Random, lines: list[str]) -> None:
    one, other = random_.randrange(len(lines)), random_.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _indent(random_: random.Random, lines: list[str]) -> None:
    at = random_.randrange(len(lines))
    lines[at] = (
        random_.choice([" ", "  ", "\t", "        "]) + lines[at] if random_.random() < 0.6 else lines[at].lstrip(" ")
    )


def _values(random_: random.Random, lines: list[str]) -> None:
    """The value of one line in the place of another line's value."""
    with_value = [at for at, line in enumerate(lines) if re.match(r"\s*(- )?\w+: \S", line)]
    if len(with_value) > 1:
        one, other = random_.sample(with_value, 2)
        key, value = lines[one].split(": ", 1)[0], lines[other].split(": ", 1)[1]
        lines[one] = f"{key}: {value}"


def _number(random_: random.Random, raw: bytes) -> bytes:
    text = raw.decode()
    found = list(re.finditer(r"(?<![\w.-])\d+(\.\d+)?(?![\w.-])", text))
    if not found:
        return raw
    at = random_.choice(found)
    return (text[: at.start()] + random_.choice(_NUMBERS) + text[at.end() :]).encode()


def _unquote(random_: random.Random, raw: bytes) -> bytes:
    text = raw.decode()
    found = [at for at, char in enumerate(text) if char in "'\"[]{}(),:"]
    if not found:
        return raw
    at = random_.choice(found)
    return (text[:at] + random_.choice(["", "", text[at] * 2, " "]) + text[at + 1 :]).encode()


def _word(random_: random.Random, raw: bytes) -> bytes:
    """One word in the place of another: names, keys, keywords."""
    text = raw.decode()
    found = list(re.finditer(r"[\w-]+", text))
    if len(found) < 2:
        return raw
    one, other = random_.choice(found), random_.choice(found)
    return (text[: one.start()] + other[0] + text[one.end() :]).encode()


def _deep(random_: random.Random, raw: bytes) -> bytes:
    text = raw.decode()
    at = _position(random_, text)
    return (text[:at] + random_.choice("([{-!'&") * random_.choice([40, 600, 3000]) + text[at:]).encode()


KINDS: dict[str, Change] = {
    "bit": _flip, "letter": _letter, "forget": _forget, "cut": _cut, "truncate": _truncate, "insert": _insert,
    "noise": _noise, "double": _lines(_double),
    "drop": _lines(_drop), "swap": _lines(_swap), "indent": _lines(_indent), "values": _lines(_values), "number": _number,
    "unquote": _unquote, "word": _word, "deep": _deep,
}  # fmt: skip
"""Name → one kind of change."""


def mutated(random_: random.Random, raw: bytes) -> tuple[str, bytes]:
    """One to three changes to ``raw``; the kinds' names, and what came of it."""
    kinds = []
    for _ in range(random_.choice([1, 1, 1, 2, 3])):
        kind = random_.choice(sorted(KINDS))
        try:
            raw = KINDS[kind](random_, raw)
        except (UnicodeDecodeError, IndexError, ValueError):  # an earlier change left nothing to change
            continue
        kinds.append(kind)
    return "+".join(kinds), raw
