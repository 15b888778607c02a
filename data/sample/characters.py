"""How the made-up units answer: some well, some late, some carelessly, some by copying what they wrote last time.

What a unit does about a line follows from a stream of chance of its own, so that a quarter comes out the same on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data.sample.chance import stream

__all__ = ["CHARACTERS", "Answer", "Character", "Line", "answers", "character_of"]


@dataclass(frozen=True)
class Line:
    """One line as the unit finds it on its list. ``status``: 办理状态; ``allowed``: days from delivery to the deadline;
    ``why``: what the list says the warning rests on;
    ``waits``: 状态, on the verifier's list what waits for it.
    """

    id: str
    unit: str
    role: str
    level: str
    status: str
    listed: date
    place: str
    delivered: date
    allowed: int
    why: str = ""
    waits: str = ""


@dataclass(frozen=True)
class Answer:
    """What the unit fills in; None leaves a cell empty. ``copy``: 2 for a second list handed in on the same day."""

    line: Line
    signed_on: date | str | None = None
    outcome: str | None = None
    measure: str | None = None
    fed_back_on: date | str | None = None
    step: str | None = None
    cause: str | None = None
    reason: str | None = None
    until: date | None = None
    refer_to: str | None = None
    copy: int = 1


@dataclass(frozen=True)
class Character:
    """``signs``: days after delivery, from and to. ``reports``: when, as a share of the days allowed. ``answers``: of its lines, how many
    it answers at all. ``objects``, ``extends``: how often it says 退回 or asks for more time. ``copies``: its measure is always the same.
    ``careless``: contradicts itself, mistypes, hands in what is not its own.
    """

    name: str
    signs: tuple[int, int]
    reports: tuple[float, float]
    answers: float
    objects: float = 0.0
    extends: float = 0.0
    copies: bool = False
    careless: bool = False


CHARACTERS: Mapping[str, Character] = {
    "good": Character("good", (1, 1), (0.3, 0.9), 0.97, objects=0.03),
    "late": Character("late", (2, 5), (1.0, 2.2), 0.85, objects=0.04, extends=0.6),
    "lazy": Character("lazy", (1, 2), (0.1, 0.2), 0.8, copies=True),
    "careless": Character("careless", (1, 3), (0.4, 1.3), 0.9, objects=0.02, careless=True),
}
_OTHERS = {
    "住建局": "late", "柘口镇人民政府": "late", "朔庄镇人民政府": "late",
    "砚城街道办事处": "lazy", "沐原镇人民政府": "lazy",
    "岚坪镇人民政府": "careless", "交警大队": "careless",
}  # fmt: skip

_TRUE = 0.75
_MEASURES = (
    "已到现场核查，与相关方见面，明确了牵头科室和完成时间。",
    "已组织联席会商，逐项列出问题清单，本周内完成整改。",
    "已开展集中排查，发现的问题当场整改，后续每周回看一次。",
    "已督促责任方制定方案，落实资金和人员，按节点推进。",
    "已入户宣传并与银行网点联动劝阻，持续关注新增情况。",
)
_COPIED = "已安排人员处理，情况平稳。"
_CAUSES = ("集中录入", "统计口径变化", "其他")
_SLIPS = ("=1+1", "<b>已处置</b><script>alert(1)</script>", "已处置\n\n见附件")


def character_of(unit: str) -> Character:
    """The character of the unit called ``unit``; good where nothing else is said."""
    return CHARACTERS[_OTHERS.get(unit, "good")]


def answers(line: Line, day: date) -> list[Answer]:
    """What the unit fills in about ``line`` on ``day``; nothing on most days. The list it has is that of the night before."""
    return _errand(line, day) if line.id[:2] in ("YL", "CJ", "HK") else _warning(line, day)


def _warning(line: Line, day: date) -> list[Answer]:
    who, rng = character_of(line.unit), stream(f"quarter/{line.unit}/{line.id}")
    answered, objects, extends = rng.random() < who.answers, rng.random() < who.objects, rng.random() < who.extends
    signed = line.delivered + timedelta(days=rng.randint(*who.signs))
    reported = max(signed, line.delivered + timedelta(days=round(line.allowed * rng.uniform(*who.reports))))
    true = rng.random() < _likely(
        line
    )  # does not hang on the level: a unit does not change its mind when the level does
    outcome = rng.choice(("属实", "已化解", "已化解")) if true else rng.choice(("误报", "误报", "无法核实"))
    measure = _COPIED if who.copies else rng.choice(_MEASURES)
    cause = rng.choice(_CAUSES) if outcome == "误报" else None
    slip = rng.random()
    if not answered:
        return []
    if line.role == "主办" and objects and day == signed:
        return [
            Answer(line, signed, step="退回", reason="不属于本单位职责范围，请转有管辖权的单位。", refer_to="综治中心")
        ]
    if line.status.startswith("退回"):
        return []
    full = Answer(line, signed, outcome, measure, reported, cause=cause)
    if day == reported:
        return _with_slips(full, slip) if who.careless else [full]
    if day == signed:
        return [Answer(line, signed)]
    if line.role == "主办" and extends and day == line.delivered + timedelta(days=line.allowed):
        until = day + timedelta(days=max(2, line.allowed // 2))
        return [Answer(line, signed, step="申请延期", reason="涉及单位多，需要现场复核。", until=until)]
    if who.careless and 0.2 <= slip < 0.35 and day == reported + timedelta(days=4):
        return [Answer(line, signed, "属实", "重新核查，情况属实，正在处置。", day)]
    ready = line.status.startswith("核验") or (line.status.startswith("反馈") and line.level in ("黄", "蓝"))
    if line.role == "主办" and ready and day > reported:
        return [Answer(line, signed, outcome, measure, reported, step="销号", cause=cause)]
    return []


def _likely(line: Line) -> float:
    """How likely the warning is true. Of disputes only those of many people mostly are: the rule warns of them too early."""
    crowd = re.search(r"涉及(\d+)人", line.why)
    return _TRUE if crowd is None else 0.9 if int(crowd[1]) >= 55 else 0.15


def _with_slips(full: Answer, slip: float) -> list[Answer]:
    """A careless unit's report: as it should be, said twice in two ways, dated wrongly, mistyped, or not text at all."""
    line = full.line
    if slip < 0.2:
        return [full]
    if slip < 0.35:
        other = "误报" if full.outcome != "误报" else "属实"
        return [full, Answer(line, full.signed_on, other, full.measure, full.fed_back_on, copy=2)]
    if slip < 0.45:
        return [Answer(line, full.signed_on, full.outcome, full.measure, line.delivered - timedelta(days=3))]
    if slip < 0.55:
        return [Answer(line, full.signed_on, full.outcome, full.measure, date(2027, 1, 5))]
    if slip < 0.65:
        return [Answer(line, full.signed_on, full.outcome, full.measure, full.fed_back_on, step="退会")]
    if slip < 0.75:
        return [Answer(line, full.signed_on, None, None, None, step="销号")]
    if slip < 0.9:
        return [Answer(line, full.signed_on, full.outcome, _SLIPS[int(slip * 100) % 3], full.fed_back_on)]
    return [full]


def _errand(line: Line, day: date) -> list[Answer]:
    who, rng = character_of(line.unit), stream(f"quarter/{line.unit}/{line.id}")
    done = line.delivered + timedelta(days=rng.randint(1, 4 if who.name == "good" else 9))
    if rng.random() > who.answers or day != done:
        return []
    if line.id.startswith("YL"):
        return [Answer(line, done)]
    true = rng.random() < (0.06 if line.id.startswith("CJ") else 0.5)
    return [Answer(line, done, "属实" if true else "误报", "已到现场看过。", done)]
