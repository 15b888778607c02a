"""A night in a few lines that somebody reads on a telephone: what is overdue, new, raised, due soon; the rest is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.intervene.lines import Entry, Line
from riskengine.model.duty import Level

__all__ = ["SOON", "Digest", "county_digest", "errands_told", "unit_digest"]

SOON = 3
"""Days before the deadline from which a line is told as due."""

_INTERNAL = "等级为内部工作等级"
_MARKS = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "*": "＊", "_": "＿", "`": "｀", "#": "＃", "~": "～", "|": "｜",
                        "\\": "＼", "@": "＠", "\r": " ", "\n": " "})  # fmt: skip
"""Signs that a platform takes for layout, a link or a call to everybody; a name from a record must do none of that."""


@dataclass(frozen=True)
class Digest:
    """``head`` always stands; then ``items`` in order of weight, as many as there is room for; then ``tail``. ``count``: of what stands
    in ``items`` the lines that are warnings, not headings. ``rest``: how many more there are that no item tells of.
    """

    head: tuple[str, ...]
    items: tuple[str, ...]
    tail: tuple[str, ...]
    rest: int = 0

    def text(self, limit: int | None, where: str) -> str:
        """At most ``limit`` bytes of UTF-8; what is left out is counted: 其余 n 件见 ``where``."""
        for told in range(len(self.items), -1, -1):
            if told and _heading(self.items[told - 1]):
                continue  # a heading with nothing below it
            rest = self.rest + sum(not _heading(each) for each in self.items[told:])
            more = (f"其余 {rest} 件见{where}。",) if rest else ()
            made = "\n".join((*self.head, *self.items[:told], *more, *self.tail))
            if limit is None or len(made.encode()) <= limit:
                return made
        return _cut("\n".join(self.head), limit or 0)


def unit_digest(
    name: str, lines: Sequence[Line], levels: Sequence[Level], as_of: date, told: Sequence[str] = ()
) -> Digest:
    """One unit's. ``told``: further sentences (errands, what waits, copies)."""
    alive = [line for line in lines if not line.entry.lifted and not line.entry.closed]
    parts = _sorted(alive, lambda line: _part(line.entry, line.duty.left(as_of)))
    items: list[str] = []
    for part in _PARTS:
        if parts[part]:
            items.append(f"【{part}】{len(parts[part])} 件")
            items += [f"{_said(line.entry)}（{_when(line, as_of)}）" for line in parts[part]]
    lifted = sum(line.entry.lifted for line in lines)
    counts = _counts([line.entry for line in alive], levels)
    head = (
        f"{_plain(name)}　{as_of} 办理提示",
        f"在办 {len(alive)} 件{'：' + counts if counts else ''}"
        + (f"；解除 {lifted} 件" if lifted else "")
        + f"（{_INTERNAL}）。",
    )
    return Digest(head, tuple(items), tuple(told), len(parts[""]))


def county_digest(
    name: str, found: Sequence[Entry], units: Mapping[str, str], levels: Sequence[Level], as_of: date
) -> Digest:
    """The whole county's: units with overdue lines first, then the warnings that are new or raised."""
    alive = [entry for entry in found if not entry.lifted and not entry.closed]
    late: dict[str, int] = {}
    for entry in alive:
        for duty in entry.duties:
            left = duty.left(as_of)
            if left is not None and left < 0:
                late[duty.unit] = late.get(duty.unit, 0) + 1
    items: list[str] = []
    if late:
        items.append(f"【已超期】{len(late)} 个单位")
        ranked = sorted(late.items(), key=lambda each: (-each[1], each[0]))
        items += [f"· {_plain(units.get(unit, unit))} {number} 件" for unit, number in ranked]
    for change in ("新增", "升级"):
        if these := [entry for entry in alive if entry.change == change]:
            items.append(f"【{change}】{len(these)} 件")
            items += [_said(entry) for entry in these]
    counts = _counts(alive, levels)
    lifted = sum(entry.lifted for entry in found)
    head = (
        f"{_plain(name)}　{as_of} 研判摘要",
        f"在办 {len(alive)} 件{'：' + counts if counts else ''}"
        + (f"；解除 {lifted} 件" if lifted else "")
        + f"（{_INTERNAL}）。",
    )
    rest = sum(entry.change not in ("新增", "升级") for entry in alive)
    return Digest(head, tuple(items), (), rest)


def errands_told(errands: Sequence[tuple[str, str, str, date | None]], waiting: int, copies: int) -> list[str]:
    """Sentences about what stands on a list besides its warnings. ``errands``: id, kind, what to do, due."""
    told = []
    for id_, kind, says, due in errands:
        until = f"，{due} 前" if due else ""
        told.append(f"【{kind}】{id_}{until}：{_short(says.removeprefix(f'{kind}：'), 60)}")
    if waiting:
        told.append(f"候办 {waiting} 件，轮到时另行通知，现在不计期限。")
    if copies:
        told.append("另有抄送，只供知晓，不需回执。")
    return told


_PARTS = ("已超期", "新增", "升级", f"{SOON} 日内到期")


def _part(entry: Entry, left: int | None) -> str:
    """Under which heading a line is told; empty: it is only counted."""
    if left is not None and left < 0:
        return "已超期"
    if entry.change in ("新增", "升级"):
        return entry.change
    return f"{SOON} 日内到期" if left is not None and left <= SOON else ""


def _sorted(lines: Sequence[Line], of: Callable[[Line], str]) -> dict[str, list[Line]]:
    parts: dict[str, list[Line]] = {part: [] for part in (*_PARTS, "")}
    for line in lines:
        parts[of(line)].append(line)
    for part in parts.values():
        part.sort(key=lambda line: (line.entry.level.rank, line.duty.deadline, line.entry.id))
    return parts


def _said(entry: Entry) -> str:
    where = entry.subject_name if entry.subject_name == entry.place_name else f"{entry.place_name} {entry.subject_name}"
    sentence = f"：{_short(entry.sentence, 40)}" if entry.sentence else ""
    return f"· {entry.level.name}　{entry.id}　{_short(where, 30)} {entry.theme}{sentence}"


def _when(line: Line, as_of: date) -> str:
    left = line.duty.left(as_of)
    if left is None:
        return f"{line.duty.role}，已反馈"
    late = f"，已超 {-left} 日" if left < 0 else ""
    return f"{line.duty.role}，期限 {line.duty.deadline}{'（暂定）' if line.duty.provisional else ''}{late}"


def _counts(found: Sequence[Entry], levels: Sequence[Level]) -> str:
    numbers = {level.rank: sum(entry.level.rank == level.rank for entry in found) for level in levels}
    return "、".join(f"{level.name} {numbers[level.rank]}" for level in levels if numbers[level.rank])


def _heading(item: str) -> bool:
    return item.startswith("【")


def _plain(text: str) -> str:
    return text.translate(_MARKS).strip()


def _short(text: str, most: int) -> str:
    plain = _plain(text)
    return plain if len(plain) <= most else f"{plain[: most - 1]}…"


def _cut(text: str, limit: int) -> str:
    return text.encode()[:limit].decode("utf-8", "ignore")
