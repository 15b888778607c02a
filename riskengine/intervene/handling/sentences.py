"""Why a step could not be taken: a code, and a sentence that names what is legal instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.intervene.handling.events import Event, Reply
from riskengine.model.clock import Clock
from riskengine.model.handling import CLOSED, Handling, Role
from riskengine.rulebook.suggest import suggestion

__all__ = ["Refusal", "Sentences", "legal_steps"]

_UNITS = {"days": "日", "workdays": "个工作日"}
_WORKERS: tuple[Role, ...] = ("主办", "协办")
Told = tuple[str, str]


@dataclass(frozen=True)
class Refusal:
    """A row of ``intervene.refused`` without its night; ``message`` without file and row at its head."""

    file_id: int | None
    row_no: int | None
    code: str
    message: str


def legal_steps(handling: Handling, state: str, level: str, roles: Iterable[Role]) -> tuple[str, ...]:
    """What ``roles`` may do next in ``state`` with a warning that was never graver than ``level``; in the order of the table."""
    wanted = set(roles)
    return tuple(
        dict.fromkeys(
            each.step
            for each in handling.transitions
            if state in each.start and wanted & set(each.by) and (not each.levels or level in each.levels)
        )
    )


class Sentences:
    """Knows the warning, the names of the units and the table."""

    def __init__(self, id_: str, units: Mapping[str, str], handling: Handling, verifier: str | None) -> None:
        self._id, self._units, self._handling, self._verifier = id_, units, handling, verifier

    def unit(self, id_: str | None) -> str:
        """The name of a unit."""
        return self._units.get(id_ or "", id_ or "引擎")

    def contrary(self, reply: Reply, outcomes: Sequence[str]) -> Told:
        """Two outcomes for one day."""
        day = reply.fed_back_on or reply.known_on
        said = "、".join(f"“{each}”" for each in outcomes)
        return "contradiction", (
            f"预警{self._id}：{self.unit(reply.unit)}对同一天（{day}）报了不同的核查结果：{said}，都不作数。"
            "请核实后写明新的反馈日期重新提交。"
        )

    def gone(self, event: Event) -> Told:
        """The unit no longer answers for the warning."""
        return (
            "not-any-more",
            f"预警{self._id}已经不由{self.unit(event.unit)}办理，“{event.step}”没有记入。请核对预警编号。",
        )

    def lacking(self, event: Event, need: str) -> Told:
        """A cell that the step needs is empty."""
        code = "no-outcome" if need == "核查结果" else "no-reason" if need == "理由" else "lacking"
        return code, f"预警{self._id}：没有“{need}”，不能“{event.step}”。请填写“{need}”后重新提交。"

    def illegal(self, event: Event, state: str, level: str, closed: tuple[date, str | None] | None) -> Told:
        """The step is not one of the state, of the role or of the level, or the warning is closed."""
        if state == CLOSED and closed is not None:
            return self.closed(event.step, closed)
        here = [each for each in self._handling.transitions if each.step == event.step and state in each.start]
        theirs = [each for each in here if set(each.by) & set(event.roles)]
        legal = legal_steps(self._handling, state, level, event.roles)
        able = f"现在可以办的有：{'、'.join(legal)}。" if legal else "现在没有要由本单位办的。"
        known = [each for each in self._handling.transitions if each.step == event.step]
        if (here and not theirs) or not any(set(each.by) & set(event.roles) for each in known):
            by = "、".join(self._who(role) for role in (here or known)[0].by)
            return "wrong-role", f"预警{self._id}：“{event.step}”由{by}办理，不由{self.unit(event.unit)}办理。{able}"
        if theirs:
            levels = "、".join(dict.fromkeys(name for each in theirs for name in each.levels))
            return "level", (
                f"预警{self._id}曾为{level}级，在“{state}”状态下“{event.step}”只用于{levels}级。红、橙级请先报核验单位核验。{able}"
                if level in ("红", "橙")
                else f"预警{self._id}曾为{level}级，在“{state}”状态下“{event.step}”只用于{levels}级。{able}"
            )
        return "illegal-step", f"预警{self._id}现在是“{state}”状态，不能“{event.step}”。{able}"

    def closed(self, step: str, closed: tuple[date, str | None] | None) -> Told:
        """The warning was closed before this came."""
        when = f"已于{closed[0]}由{self.unit(closed[1])}" if closed else "已经"
        return "closed", f"预警{self._id}{when}销号，“{step}”没有记入。再次发生的，会作为反弹重新下发。"

    def late_objection(self, event: Event, last: date) -> Told:
        """The clock of objections has run out."""
        return "late-objection", (
            f"预警{self._id}：退回应在{last}以前提出（期限“{self._handling.objections.clock}”），收到时已是{event.day}，不再受理。"
            "请继续办理，或与核验单位商量。"
        )

    def unknown_unit(self, event: Event, written: str) -> Told:
        """The unit that should have it does not exist."""
        near = suggestion(written, self._units.values(), 0)
        return "unknown-unit", (
            f"预警{self._id}：“建议转给”写的“{written[:40]}”不是责任单位{near}请从责任单位名称里选一个，改正后重新提交。"
        )

    def sent_back(self, event: Event, written: str) -> Told:
        """The unit that should have it has objected itself."""
        return "sent-back", f"预警{self._id}：{written}已经退回过这件预警，不能再转给它。请另写一个单位。"

    def nothing_asked(self, event: Event) -> Told:
        """Nobody asked for an extension."""
        return "nothing-asked", f"预警{self._id}没有待批准的延期申请，“{event.step}”没有记入。请核对预警编号。"

    def nothing_paused(self, event: Event) -> Told:
        """The clock does not stand still."""
        return "nothing-paused", f"预警{self._id}没有暂停计时，不用“{event.step}”。请核对预警编号。"

    def no_extension(self, event: Event, clock: Clock | None) -> Told:
        """The clock of the level allows none."""
        title = f"“{clock.title}”" if clock else "这一级的办理期限"
        return "no-extension", f"预警{self._id}：{title}不能延期。请在期限内办理。"

    def no_later(self, event: Event, until: date, deadline: date) -> Told:
        """The day asked for is no later than the deadline."""
        return "no-extension", f"预警{self._id}：延至日期{until}不晚于现在的期限{deadline}。请更正后重新提交。"

    def too_long(self, event: Event, clock: Clock, until: date, most: int, latest: date) -> Told:
        """More than the clock allows. ``latest``: the day to which it could still be put off."""
        left = f"最多还能延长{most}{_UNITS[clock.unit]}，即延至{latest}" if most > 0 else "已经延过，不能再延"
        return "no-extension", f"预警{self._id}：延至{until}太久，{left}。请更正后重新提交。"

    def no_pause(self, event: Event, clock: Clock | None, reason: str) -> Told:
        """The reason is none for which the clock stands still."""
        allowed = "、".join(clock.pauses) if clock else ""
        rest = f"可以暂停计时的只有：{allowed}。请在“理由”里照写。" if allowed else "这一期限没有可以暂停计时的事由。"
        return "no-pause", f"预警{self._id}：不因“{reason[:20]}”暂停计时，{rest}"

    def _who(self, role: Role) -> str:
        if role == "核验" and self._verifier:
            return f"核验单位{self.unit(self._verifier)}"
        return "引擎" if role == "引擎" else f"{role}单位"
