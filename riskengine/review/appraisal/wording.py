"""The words of an assessment that the terminal and the workbook share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from riskengine.contracts import contract
from riskengine.model.share import LEAST, wilson
from riskengine.review.appraisal.noun import PlaceRate, Sheet, Standing, UnitShares
from riskengine.review.appraisal.places import WARNINGS

__all__ = [
    "PLACE_HEAD", "SHARE_HEAD", "TYPES", "channels_said", "kind_called", "place_cells", "placed", "remark", "share_cells",
]  # fmt: skip

TYPES: Mapping[str, str] = {"line": "县直部门", "township": "乡镇街道"}
"""Type of unit → what such units are called together."""


def placed(standing: Standing) -> str:
    """``第2名（并列）``; empty without a rank."""
    return f"第{standing.rank}名" + ("（并列）" if standing.tied else "") if standing.rank is not None else ""


def remark(sheet: Sheet, standing: Standing) -> str:
    """Why a unit stands last or nowhere."""
    said = ["一票否决，排在最后"] if standing.veto else []
    if standing.small:
        said.append(f"派件不足{sheet.appraisal.least}件" + ("" if standing.veto else "，不排名"))
    return "；".join(said)


SHARE_HEAD = ("单位", "按期反馈", "95%区间", "名次", "已签收", "已反馈", "属实或化解", "销号后反弹", "数据按时")
"""Columns of :func:`share_cells`."""


def share_cells(sheet: Sheet, each: UnitShares) -> tuple[str, ...]:
    """A unit's shares as text, under :data:`SHARE_HEAD`."""
    rank = "" if each.rank is None else f"{each.rank}" + ("（并列）" if each.tied else "")
    return (
        sheet.unit_names[each.unit], _share(each.in_time), _between(each.in_time), rank, _share(each.signed), _share(each.answered),
        _share(each.confirmed), _share(each.back), _share(each.returns),
    )  # fmt: skip


PLACE_HEAD = (
    "类别", "乡镇", "人口", "件数", "每万人", "名次", "自报占比", "新渠道件数", "可比每万人", "95%区间", "可比名次", "报送完整率",
    "说明",
)  # fmt: skip
"""Columns of :func:`place_cells`."""


def place_cells(sheet: Sheet, each: PlaceRate) -> tuple[str, ...]:
    """A town's rates as text, under :data:`PLACE_HEAD`; 1 has most."""

    def rank(place: int | None, tied: bool) -> str:
        return "" if place is None else f"{place}" + ("（并列）" if tied else "")

    notes = []
    alone = each.count >= LEAST and each.own == each.count
    if alone:
        notes.append("全部为自报，只供参考，不排名")
    elif each.small:
        notes.append(f"不足{LEAST}件，不排名")
    if each.residents is None:
        notes.append("没有人口数，不算每万人")
    notes += [
        channel_said(channel.title, channel.since, channel.before, channel.after, channel.days)
        for channel in each.channels
    ]
    return (
        kind_called(each.kind), sheet.place_names.get(each.place, each.place), "" if each.residents is None else str(each.residents),
        str(each.count), _rate(each.rate), rank(each.rank, each.tied),
        "—" if each.kind == WARNINGS or not each.count else f"{each.own / each.count:.0%}", str(each.new) if each.channels else "",
        "—" if alone else _rate(each.fair),
        "" if alone or each.low is None or each.high is None else f"{each.low:.2f}–{each.high:.2f}",
        rank(each.fair_rank, each.fair_tied),
        "—" if not each.returns[1] else f"{each.returns[0] / each.returns[1]:.0%}", "；".join(notes),
    )  # fmt: skip


def channel_said(title: str, since: date, before: int, after: int, days: int) -> str:
    """新增报送渠道：…自…起."""
    return f"新增报送渠道：{title}自{since}起（此前{days}天{before}件，此后{days}天{after}件）"


def channels_said(sheet: Sheet, place: str) -> list[str]:
    """The new channels of a town, one sentence each."""
    return [
        f"{kind_called(each.kind)}，" + channel_said(one.title, one.since, one.before, one.after, one.days)
        for each in sheet.places
        if each.place == place
        for one in each.channels
    ]


def kind_called(kind: str) -> str:
    """The title of a record kind; 预警 for warnings."""
    return "预警" if kind == WARNINGS else contract(kind).title


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _share(hits: tuple[int, int]) -> str:
    """``82%（9/11）``; too few are shown as counts alone."""
    got, of = hits
    if not of:
        return "—"
    return f"{got}/{of}（样本不足）" if of < LEAST else f"{got / of:.0%}（{got}/{of}）"


def _between(hits: tuple[int, int]) -> str:
    if hits[1] < LEAST:
        return ""
    low, high = wilson(*hits)
    return f"{low:.0%}–{high:.0%}"
