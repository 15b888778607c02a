"""The cases of rules: names that exist, series and tables that can be read, and nothing that the rule cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from riskengine.contracts import kinds
from riskengine.contracts.place import PlaceNames
from riskengine.contracts.record import Record
from riskengine.errors import Problem
from riskengine.model.case import Case
from riskengine.model.rule import Compound, Rule
from riskengine.model.signal import Signal
from riskengine.model.subject import PLACES, Subject
from riskengine.rulebook.case_series import SeriesError, member_series, signal_series
from riskengine.rulebook.case_tables import read_table, subjects_of
from riskengine.rulebook.checks.blocks import in_block
from riskengine.rulebook.entries import Entries, Entry
from riskengine.rulebook.names import builtins_of, names_used, signals_behind, words
from riskengine.rulebook.suggest import suggestion

__all__ = ["check_cases", "members_asked", "signals_asked"]

Where = tuple[str | int, ...]

_COUNTED = builtins_of(Subject.UNIT)
"""Signals that count what did not come, and are therefore never unknown."""

_MOST = 999


def signals_asked(rule: Rule, signals: Mapping[str, Signal]) -> tuple[str, ...]:
    """The signals a case of a plain rule may give: what the rule reads, and what that is computed from."""
    behind = signals_behind(signals, names_used(rule) - set(rule.parameters))
    spoken = names_used(rule) | words(*(signal.computed for signal in behind))
    return (*(signal.name for signal in behind), *(name for name in builtins_of(rule.subject) if name in spoken))


def members_asked(compound: Compound) -> tuple[str, ...]:
    """The rules a case of a compound may give."""
    return tuple(dict.fromkeys((*compound.counted, *compound.none)))


def check_cases(entries: Entries) -> Iterator[Problem]:
    """E620 to E623; silent about what may stand in a file that could not be read."""
    if any(entry.model.cases for entry in entries.rules):
        checks = _Checks(entries)
        for entry in entries.rules:
            seen: dict[str, int] = {}
            for number, case in enumerate(entry.model.cases):
                if case.case in seen:
                    message = f"用例“{case.case}”与第{seen[case.case] + 1}个重名。请换一个说法，好分得清。"
                    yield entry.problem(("cases", number, "case"), "E623", message)
                seen.setdefault(case.case, number)
                yield from checks.case(entry, ("cases", number), case)


@dataclass
class _Checks:
    entries: Entries
    places: PlaceNames = field(init=False)

    def __post_init__(self) -> None:
        self.places = PlaceNames(entry.model for entry in self.entries.places)

    def case(self, entry: Entry[Rule], where: Where, case: Case) -> Iterator[Problem]:
        compound = entry.model.compound
        if compound is not None and not case.members:
            key = "signals" if case.signals else "records"
            message = f"{key}：复合规则看的是成员的命中，用例请用 members 写各成员每夜的 hit、clear 或 _。"
            yield entry.problem((*where, key), "E623", message)
        elif compound is None and case.members:
            message = "members：这条规则不是复合规则，用例请用 signals 或 records 写。"
            yield entry.problem((*where, "members"), "E623", message)
        elif compound is not None:
            yield from self._members(entry, where, case, compound)
        else:
            yield from self._signals(entry, where, case)
            yield from self._records(entry, where, case)
        yield from self._subject(entry, where, case)
        yield from self._expected(entry, where, case)

    def _members(self, entry: Entry[Rule], where: Where, case: Case, compound: Compound) -> Iterator[Problem]:
        known = members_asked(compound)
        for name, series in case.members.items():
            if name not in known:
                message = f"“{name}”不是这条复合规则的成员{suggestion(name, known)}"
                yield entry.problem((*where, "members", name), "E620", message)
            try:
                member_series(series)
            except SeriesError as error:
                yield entry.problem((*where, "members", name), "E621", f"{name}：{error}。", error.offset)

    def _signals(self, entry: Entry[Rule], where: Where, case: Case) -> Iterator[Problem]:
        known = signals_asked(entry.model, {each.model.name: each.model for each in self.entries.signals})
        every = {each.model.name for each in self.entries.signals}
        for name, series in case.signals.items():
            if name not in known and "signals" not in self.entries.incomplete:
                if name in entry.model.parameters:
                    message = f"“{name}”是参数，按 as_of 当天取值，不用在用例里写。请删去。"
                elif name in every:
                    message = f"这条规则没有用到信号“{name}”。请删去，或改成它用到的：{'、'.join(known)}。"
                else:
                    message = f"未知信号“{name}”{suggestion(name, known)}"
                yield entry.problem((*where, "signals", name), "E620", message)
            try:
                nights = signal_series(series)
            except SeriesError as error:
                yield entry.problem((*where, "signals", name), "E621", f"{name}：{error}。", error.offset)
                continue
            if name in _COUNTED and any(value not in range(_MOST + 1) for value in nights):
                message = f"{name}：这个数每夜都知道，不会未知。请每夜写 0 到 {_MOST} 的整数，没有静默写 0。"
                yield entry.problem((*where, "signals", name), "E621", message)

    def _records(self, entry: Entry[Rule], where: Where, case: Case) -> Iterator[Problem]:
        signals = {each.model.name: each.model for each in self.entries.signals}
        behind = signals_behind(signals, names_used(entry.model) - set(entry.model.parameters))
        read = sorted({signal.source for signal in behind if signal.source is not None})
        spoken: list[Record] = []
        for kind, text in case.records.items():
            at = (*where, "records", kind)
            if kind not in kinds():
                yield entry.problem(at, "E620", f"未知的记录种类“{kind}”{suggestion(kind, kinds())}")
            elif kind not in read and "signals" not in self.entries.incomplete:
                message = f"这条规则不看 {kind} 记录，它看的是：{'、'.join(read) or '无'}。请改用它看的记录。"
                yield entry.problem(at, "E620", message)
            elif not self.entries.places:
                continue
            else:
                records, complaints = read_table(kind, text, case.as_of, self.places)
                spoken += records
                for complaint in complaints:
                    yield in_block(entry, at, complaint.line, complaint.column, "E622", complaint.message)
        if spoken:
            yield from self._spoken(entry, where, case, spoken)

    def _spoken(self, entry: Entry[Rule], where: Where, case: Case, spoken: Sequence[Record]) -> Iterator[Problem]:
        """The records speak of one subject, or of that which is written."""
        type_ = entry.model.subject
        parents = {each.model.code: each.model for each in self.entries.places}
        found = subjects_of(type_, spoken, parents)
        if case.subject is not None and type_ not in PLACES and found and case.subject not in found:
            message = f"subject：表里没有“{case.subject}”{suggestion(case.subject, found)}"
            yield entry.problem((*where, "subject"), "E623", message)
        elif case.subject is None and (case.place is None or type_ not in PLACES) and len(found) != 1:
            several = f"说到了几个对象（{'、'.join(found[:4])}）" if found else "看不出说的是哪个对象"
            message = f"records：表里{several}，请用 subject 写明看哪一个（地方可以用 place 写名称）。"
            yield entry.problem((*where, "records"), "E623", message)

    def _subject(self, entry: Entry[Rule], where: Where, case: Case) -> Iterator[Problem]:
        type_ = entry.model.subject
        written = [("place", case.place)] if case.place is not None else []
        if type_ in PLACES and case.subject is not None:
            written.append(("subject", case.subject))
        if type_ is Subject.UNIT and case.subject is not None and "units" not in self.entries.incomplete:
            units = [each.model.id for each in self.entries.units]
            if case.subject not in units:
                message = f"未知责任单位“{case.subject}”{suggestion(case.subject, units)}"
                yield entry.problem((*where, "subject"), "E623", message)
        levels = {each.model.code: each.model.level for each in self.entries.places} if written else {}
        if not levels or "places" in self.entries.incomplete:
            return
        for key, name in written:
            try:
                code = self.places.code(name)
            except ValueError as error:
                says = str(error)
                message = f"{key}：地区“{name}”{says}{'' if says.endswith('？') else '。'}"
                yield entry.problem((*where, key), "E623", message)
                continue
            if type_ in PLACES and levels[code] != type_.value:
                titles = {"county": "县", "town": "乡镇", "village": "村"}
                message = f"{key}：“{name}”是{titles[levels[code]]}，这条规则的对象是{titles[type_.value]}。请换一个。"
                yield entry.problem((*where, key), "E623", message)

    def _expected(self, entry: Entry[Rule], where: Where, case: Case) -> Iterator[Problem]:
        expect = case.expect
        levels = [each.model.name for each in self.entries.levels]
        if expect.level is not None and expect.level not in levels and "levels" not in self.entries.incomplete:
            message = f"level：未知等级“{expect.level}”{suggestion(expect.level, levels)}"
            yield entry.problem((*where, "expect", "level"), "E623", message)
        units = [each.model.id for each in self.entries.units]
        if expect.unit is not None and expect.unit not in units and "units" not in self.entries.incomplete:
            message = f"unit：未知责任单位“{expect.unit}”{suggestion(expect.unit, units)}"
            yield entry.problem((*where, "expect", "unit"), "E623", message)
        gone = expect.warning in ("无", "解除")
        if expect.unit is not None and gone:
            message = f"unit：warning 写了“{expect.warning}”，那一夜没有在办的预警，不会有主办单位。请删去其中一个。"
            yield entry.problem((*where, "expect", "unit"), "E623", message)
        if expect.warning in ("新增", "升级") and expect.verdict != "hit":
            message = f"warning：判断不是 hit 的一夜不会{expect.warning}预警。请核对 verdict 与 warning。"
            yield entry.problem((*where, "expect", "warning"), "E623", message)
