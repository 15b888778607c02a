"""Lines of the log as sentences: the story of one warning, or of the nights since a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from riskengine.audit.came_back import CAME_BACK, says
from riskengine.audit.chain import BEGIN, VOID, lines
from riskengine.audit.handled import HANDLED
from riskengine.audit.handled import says as handled_says
from riskengine.audit.line import Line
from riskengine.audit.papers import PAPERS
from riskengine.audit.papers import says as paper_says
from riskengine.audit.samples import SAMPLES
from riskengine.audit.samples import says as sample_says
from riskengine.audit.versions import RULES
from riskengine.audit.waiting import WAITING
from riskengine.audit.waiting import says as waiting_says
from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["chosen", "story"]

Said = dict[str, Any]

_CODES = {
    "unknown-warning": "没有这个编号的预警",
    "unknown-unit": "没有这个责任单位",
    "wrong-unit": "预警不由该单位负责",
    "before-delivery": "日期早于下发",
    "in-the-future": "日期晚于收到回执",
    "unknown-step": "没有这个办理动作",
    "contradiction": "同一天的核查结果互相矛盾",
    "not-any-more": "已经不由该单位办理",
    "no-outcome": "没有核查结果",
    "no-reason": "没有写理由",
    "lacking": "缺了要写的内容",
    "closed": "已经销号",
    "wrong-role": "不由该单位办这一环节",
    "level": "这一等级不能这样办",
    "illegal-step": "现在的状态不能办这一环节",
    "late-objection": "退回超过期限",
    "sent-back": "转给了退回过的单位",
    "nothing-asked": "没有待批准的申请",
    "nothing-paused": "没有暂停计时",
    "no-extension": "不能延期",
    "no-pause": "事由不能暂停计时",
}


def chosen(con: Connection, warning: str | None, since: date | None) -> list[Line]:
    """The lines about ``warning`` (merged into it ones too), from ``since`` on; without either those of the newest night.

    Raises WrongUse where nothing is logged, or nothing of that warning.
    """
    newest = con.execute("SELECT max(as_of) FROM audit.line").fetchall()[0][0]
    if newest is None:
        raise WrongUse("这个工作区还没有留痕：从下一夜起才有。请先运行 riskengine run。")
    if warning is None:
        return lines(con, "as_of >= $1", [since or newest])
    id_ = warning.strip().upper()
    about = " OR ".join(f"coalesce(content->>'$.{key}' = $1, FALSE)" for key in ("warning", "into", "from"))
    found = lines(con, f"({about} OR (what = '{BEGIN}' AND json_exists(content->'$.open', $2)))", [id_, f'$."{id_}"'])
    if not found:
        raise WrongUse(
            f"留痕里没有编号为“{id_[:40]}”的预警。请核对编号；留痕开始之前就已解除的预警，请用 riskengine explain 查询。"
        )
    return [line for line in found if since is None or line.as_of >= since.isoformat()]


def story(found: Sequence[Line], rulebook: Rulebook, warning: str | None = None) -> str:
    """One line of text each: night, number, what happened. Names are those of today's rule book, codes where it has none."""
    telling = _Telling(rulebook, warning.strip().upper() if warning else None)
    return "\n".join(f"{line.as_of}  第 {line.seq} 行  {telling.sentence(line)}" for line in found)


class _Telling:
    """Knows the names of units and levels, and whose story it is."""

    def __init__(self, rulebook: Rulebook, warning: str | None) -> None:
        self._units = {unit.id: unit.name for unit in rulebook.units.values()}
        self._levels = {level.rank: f"{level.name}（{level.code}级）" for level in rulebook.levels}
        self._titles = {rule.id: rule.title for rule in rulebook.rules.values()}
        self._warning = warning

    def sentence(self, line: Line) -> str:
        """What the line says; a line that is no longer one that we know is shown as it stands."""
        tell = _TELL.get(line.what)
        try:
            return tell(self, line, line.said) if tell else f"{line.what} {line.content}"
        except (KeyError, TypeError, AttributeError):
            return f"{line.what} {line.content}"

    def level(self, rank: int | None) -> str:
        return self._levels.get(rank or 0, f"第{rank}级")

    def unit(self, id_: str | None) -> str:
        return self._units.get(id_ or "", id_ or "")

    def rules(self, origin: str | None) -> str:
        return "、".join(self._titles.get(id_, id_) for id_ in (origin or "").split("、"))

    def warned(self, line: Line, said: Said) -> str:
        subject = f"{said['subject_name']}（{said['theme']}）"
        level = self.level(said["level"])
        if line.what == "新增":
            told = f"{level}预警 {subject}，依据规则：{self.rules(line.origin)}"
        elif line.what == "解除":
            told = f"{subject}，解除前为{level}"
        else:
            told = f"{subject}由{self.level(said['level_before'])}到{level}，依据规则：{self.rules(line.origin)}"
        return f"{line.what}  {self.number(said['warning'])}{told}"

    def number(self, id_: str) -> str:
        return "" if id_ == self._warning else f"{id_} "

    def routed(self, line: Line, said: Said) -> str:
        who = f"{self.unit(said['unit'])}（{said['role']}）"
        if line.what == "撤回派发":
            return f"撤回派发  {self.number(said['warning'])}不再由{who}办理"
        caught = "，没有路由认领，由兜底派发" if said["catch_all"] else ""
        before = f"，原为 {said['deadline_before']}" if line.what == "期限变更" else ""
        return f"{line.what}  {self.number(said['warning'])}{who}，期限 {said['deadline']}{before}{caught}"

    def merged(self, line: Line, said: Said) -> str:
        if line.what == "并入":
            return f"并入  {said['warning']} 并入 {said['into']}，清单上排在其下"
        return f"分出  {said['warning']} 不再并入 {said['from']}"

    def receipt(self, line: Line, said: Said) -> str:
        outcome = f"核查结果“{said['outcome']}”" if said["outcome"] else "只签收"
        days = "，".join(
            f"{word} {said[key]}" for word, key in (("签收", "signed_on"), ("反馈", "fed_back_on")) if said[key]
        )
        return f"回执  {self.number(said['warning'])}{self.unit(said['unit'])}：{outcome}{'，' + days if days else ''}（{line.origin}）"

    def refused(self, line: Line, said: Said) -> str:
        return f"回执未收  {line.origin}：{_CODES.get(said['code'], said['code'])}"

    def file(self, line: Line, said: Said) -> str:
        if line.what == "来文未收":
            return f"来文未收  {line.origin}（{said['status']}），SHA-256 {said['sha256']}"
        return f"来文  {line.origin}，读入 {said['read']} 行，原件 SHA-256 {said['sha256']}"

    def excepted(self, line: Line, said: Said) -> str:
        about = f"{self._titles.get(said['rule'], said['rule'])}（{said['subject']}）"
        if line.what == "例外结束":
            return f"例外结束  {about}不再压住"
        return f"例外压住  {about}的命中，到 {said['until']}，{said['who']}：{said['why']}"

    def listed(self, line: Line, said: Said) -> str:
        return f"清单  {said['path']}，SHA-256 {said['sha256']}"

    def ruled(self, line: Line, said: Said) -> str:
        told = [f"规则  版本 {said['hash'][:16]}"]
        for name, noun in (("files", "文件"), ("rules", "规则")):
            for key, verb in (("added", "新增"), ("changed", "改动"), ("removed", "删去")):
                names = list(said.get(name, {}).get(key, ()))
                if names:
                    told.append(
                        f"{verb}{noun} {len(names)} 项：{'、'.join(names[:5])}{' 等' if len(names) > 5 else ''}"
                    )
        return "；".join(told)

    def came_back(self, line: Line, said: Said) -> str:
        return says(line.what, said, self.unit, self.level)

    def samples(self, line: Line, said: Said) -> str:
        return sample_says(line.what, said, self.unit)

    def waiting(self, line: Line, said: Said) -> str:
        return waiting_says(line.what, said, self.unit)

    def handled(self, line: Line, said: Said) -> str:
        return handled_says(line.what, said, self.unit, self.number, line.origin)

    def papers(self, line: Line, said: Said) -> str:
        return paper_says(line.what, said, self.unit)

    def begun(self, line: Line, said: Said) -> str:
        rank = said["open"].get(self._warning)
        if rank is not None:
            return f"接续  留痕从这一夜开始，当时在办，{self.level(rank)}"
        return f"接续  留痕从这一夜开始，此前已运行 {said['nights']} 夜，当时在办 {len(said['open'])} 件"

    def voided(self, line: Line, said: Said) -> str:
        return f"作废  这一夜的清单重新生成，第 {said['seq']} 行不再有效"


_TELL: dict[str, Callable[[_Telling, Line, Said], str]] = {
    BEGIN: _Telling.begun,
    VOID: _Telling.voided,
    RULES: _Telling.ruled,
    "来文": _Telling.file,
    "来文未收": _Telling.file,
    **dict.fromkeys(("新增", "升级", "降级", "解除"), _Telling.warned),
    **dict.fromkeys(("例外压住", "例外结束"), _Telling.excepted),
    **dict.fromkeys(("并入", "分出"), _Telling.merged),
    **dict.fromkeys(("派发", "期限变更", "撤回派发"), _Telling.routed),
    "清单": _Telling.listed,
    "回执": _Telling.receipt,
    "回执未收": _Telling.refused,
    **{word: _Telling.handled for words, *_ in HANDLED for word in words},
    **{word: _Telling.papers for words, *_ in PAPERS for word in words},
    **{word: _Telling.came_back for words, *_ in CAME_BACK for word in words},
    **{word: _Telling.samples for words, *_ in SAMPLES for word in words},
    **{word: _Telling.waiting for words, *_ in WAITING for word in words},
}
