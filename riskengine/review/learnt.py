"""What outcomes teach, as tables: by theme and level, recall, lead time, burden, false causes, effect of measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd

from riskengine.model.rulebook import Rulebook
from riskengine.review.burden import UnitBurden, unit_burdens
from riskengine.review.causes import CauseRecord, cause_records
from riskengine.review.columns import (
    burden_frame,
    cause_frame,
    effect_frame,
    grave_frame,
    lead_frame,
    missed_frame,
    record_frame,
    sample_frame,
)
from riskengine.review.credit import Record, records_by
from riskengine.review.effect import EffectReport, effects
from riskengine.review.graves import GraveRecall, grave_recall
from riskengine.review.lead import LeadTime, lead_times
from riskengine.review.recall import Recall, sampled_recall
from riskengine.review.tables import text_table
from riskengine.store.database import Connection

__all__ = ["Learnt", "learn", "looked_back_to"]

_ROWS = 30  # so many rows of a table at most in the text; all in the workbook and the JSON


@dataclass(frozen=True)
class Learnt:
    """Everything that is learnt by ``as_of``. ``since``: the first day that is looked back to; ``rule_titles``, ``unit_names``,
    ``level_names`` (rank as text): id → name.
    """

    since: date
    least: int
    themes: tuple[Record, ...]
    levels: tuple[Record, ...]
    samples: tuple[Recall, ...]
    graves: tuple[GraveRecall, ...]
    leads: tuple[LeadTime, ...]
    burdens: tuple[UnitBurden, ...]
    causes: tuple[CauseRecord, ...]
    effect: EffectReport
    rule_titles: Mapping[str, str]
    unit_names: Mapping[str, str]
    level_names: Mapping[str, str]

    def text(self) -> list[str]:
        """Headings and tables for a terminal, of what there is."""
        parts: list[str] = []
        for heading, frame in self._frames().values():
            if len(frame):
                parts += [heading, text_table(frame.head(_ROWS))]
                parts += [f"  ……另有 {len(frame) - _ROWS} 行"] if len(frame) > _ROWS else []
        named = [(self.rule_titles.get(each.rule, each.title), each) for each in self.causes]
        advice = [f"  {title}：{said}" for title, each in named for said in each.advice(self.least)]
        # the effect is the last table: what it leaves out stands right below it
        return parts + list(self._effect_notes()) + (["误报原因怎样改", *advice] if advice else [])

    def frames(self) -> dict[str, pd.DataFrame]:
        """The same as sheets of a workbook, those with something in them."""
        return {title: frame for title, (_, frame) in self._frames().items() if len(frame)}

    def json(self) -> dict[str, Any]:
        """Plain values: days as ISO text, shares from 0 to 1, null where the sample is too small."""
        return {
            "since": self.since.isoformat(),
            "themes": [{**asdict(each), "judged": each.judged, "open": each.open} for each in self.themes],
            "levels": [
                {
                    **asdict(each),
                    "name": self.level_names.get(each.name, each.name),
                    "judged": each.judged,
                    "open": each.open,
                }
                for each in self.levels
            ],
            "samples": [{**asdict(each), "missed": each.missed} for each in self.samples],
            "graves": [
                {**asdict(each), "found": each.found, "events": [_plain(asdict(event)) for event in each.events]}
                for each in self.graves
            ],
            "leads": [asdict(each) for each in self.leads],
            "burdens": [
                {**asdict(each), "weeks": {week.isoformat(): lines for week, lines in each.weeks.items()}}
                for each in self.burdens
            ],
            "causes": [{**asdict(each), "advice": list(each.advice(self.least))} for each in self.causes],
            "effect": asdict(self.effect),
        }

    def _frames(self) -> dict[str, tuple[str, pd.DataFrame]]:
        """Sheet → heading of the text, and the table."""
        beside = f"措施的效果（办理前后各{self.effect.days}天的记录件数，与相近而未预警的地区比）"
        return {
            "按主题和等级": ("按主题、等级的查准率", record_frame(self.themes, self.levels, self.level_names)),
            "抽查查全率": (
                "抽查估计的查全率（预警线以下随机抽取，按抽样比例放大；算法见规则手册）",
                sample_frame(self.samples),
            ),
            "重大事件": ("重大事件事前有没有预警", grave_frame(self.graves)),
            "漏报的重大事件": ("事前没有预警的重大事件", missed_frame(self.graves)),
            "提前天数": (
                "预警比事情早多少天（属实与已化解的预警；中位数与四分位）",
                lead_frame(self.leads, self.rule_titles),
            ),
            "单位负担": (
                "各单位的负担（新下发条数，含协办；花了多少时间不知道）",
                burden_frame(self.burdens, self.unit_names),
            ),
            "误报原因": ("误报的原因：声明的与实际的", cause_frame(self.causes, self.rule_titles)),
            "措施效果": (beside, effect_frame(self.effect.groups)),
        }

    def _effect_notes(self) -> Iterable[str]:
        whole = self.effect.groups[0] if self.effect.groups else None
        if whole is not None and whole.natural_share is not None and whole.natural is not None:
            fell, alone = -(whole.change or 0), -whole.natural
            if alone >= fell:
                yield (
                    f"  办理后每处少了{fell:.1f}件，没有预警的相近地区同期也少了{alone:.1f}件：看不出措施的作用。"
                    "预警总在最坏的时候发出，不办也会回落一些。"
                )
            else:
                yield (
                    f"  办理后每处少了{fell:.1f}件，其中自然回落{max(0.0, alone):.1f}件，占{whole.natural_share:.0%}："
                    "预警总在最坏的时候发出，不办也会回落一些。"
                )
        left = (
            (self.effect.incomparable, "不是村、乡镇的预警，或主题没有写数哪类记录，无法比较"),
            (self.effect.too_fresh, f"办理后还不满{self.effect.days}天"),
        )
        said = [f"{why} {count} 件" for count, why in left if count]
        if said:
            yield f"  措施效果没有计入：{'；'.join(said)}。"


def looked_back_to(rulebook: Rulebook, as_of: date) -> date:
    """The first day that counts: ``window`` days with the night itself."""
    return date.fromordinal(max(1, as_of.toordinal() - rulebook.learning.window + 1))


def learn(con: Connection, rulebook: Rulebook, as_of: date, titles: Mapping[str, str]) -> Learnt:
    """Everything, from the temp tables ``credit`` and ``outcome`` and what is stored; ``titles``: of the rules, by id."""
    wanted, since = rulebook.learning, looked_back_to(rulebook, as_of)
    return Learnt(
        since=since,
        least=wanted.least,
        themes=tuple(records_by(con, "theme", wanted.least)),
        levels=tuple(records_by(con, "level", wanted.least)),
        leads=tuple(lead_times(con, as_of, wanted.least)),
        causes=tuple(cause_records(con, rulebook)),
        burdens=tuple(unit_burdens(con, as_of, wanted.least, since)),
        samples=tuple(sampled_recall(con, as_of, wanted.least, since, _looked_at(rulebook))),
        graves=tuple(grave_recall(con, rulebook, as_of, since)),
        effect=effects(con, rulebook, as_of, since),
        rule_titles=titles,
        unit_names={id_: unit.name for id_, unit in rulebook.units.items()},
        level_names={str(level.rank): level.name for level in rulebook.levels},
    )


def _looked_at(rulebook: Rulebook) -> Iterable[tuple[str, str]]:
    """Themes with the subject types that a sample may be drawn from."""
    return (
        (rule.theme, rule.subject.value)
        for rule in rulebook.rules.values()
        if rule.status == "live" and rule.compound is None and rule.subject in rulebook.learning.sample.subjects
    )


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
