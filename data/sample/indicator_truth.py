"""What the night of 2026-06-30 must say of the indicators, as ``indicator_truth.csv`` holds it: what is planted in the returns.

``lamp`` and ``course`` as the engine stores them, empty where either will do; ``says``: words that the sentence must hold, apart by ``；``;
``finding``: the code of a finding that is due for the indicator and place.
"""

from __future__ import annotations

import csv
from io import StringIO

from data.sample.geography import COUNTY, COUNTY_NAME, TOWNS

__all__ = ["indicator_truth_csv"]

COLUMNS = ("id", "indicator", "place", "lamp", "course", "says", "finding", "note")

_TABLE = """
I01 | fraud-filings | 云川县 | 红 | off | 达不到 | - | 目标比上年下降10%，到5月末与去年持平：年末达不到
I02 | mass-casualties | 云川县 | 红 | missed | 1起 | - | 目标零发生，5月一起山洪：年内已不可能达标，一票否决
I03 | work-deaths | 云川县 | 绿 | on | - | - | 上半年多、下半年少：按直线推算会超，按季节可达标
I04 | sense-of-safety | 云川县 | 黄 | - | 97.93%；连续三年下降且连续三年低于全市平均 | - | 公开报道的读数
I05 | quarterly-safety | 沐原镇 | - | - | 96.4%；连续三个季度下降 | - | 同真值E15
I06 | bad-loans | 云川县 | 红 | - | 1.68%；1.5% | - | 5月末突破控制值，同真值E16
I07 | peace-index | 云川县 | 黄 | - | 第17位；下降5位 | - | 名次由第12位掉到第17位
I08 | disputes-110 | 云川县 | 黄 | on | 下降6位 | - | 读数达标，名次由第9位掉到第15位
I09 | fraud-filings | 云川县 | - | - | - | differs | 5月末报送比反诈中心的记录多14起
I10 | nine-crimes-solved | 云川县 | 灰 | unknown | - | missing | 5月的一行没有报
I11 | criminal-filings | 云川县 | 绿 | - | 673起；5.2% | - | 6月5日报691起，6月12日更正为673起
I12 | procuratorate-satisfaction | 云川县 | 灰 | unknown | - | implausible | 2025年下半年写成0.9663
I13 | homes-delivered | 云川县 | 绿 | - | 67.54% | other-office | 金融发展局也报了71.5，以统计局的为准
I14 | hazards-in-time | 云川县 | - | - | 目标年内由95调整为97（4月1日起） | - | 目标年内提高
I15 | larger-accidents | 云川县 | - | on | 去年为0，今年3起 | - | 去年同期为零，不算百分比
I16 | disputes-110 | 云棚乡 | - | - | 基数小 | - | 小乡，年初以来不到30件
I17 | peace-work | 云川县 | 灰 | unknown | - | contradiction | 2025年下半年两个编号、两个名次
I18 | homicide-rate | 云川县 | 红 | - | 0.98 | - | 超过市控制值0.8
I19 | fraud-share | 云川县 | 红 | - | 46.51%；40% | - | 刑事立案下降，电诈占比仍在四成以上
I20 | grave-accidents | 云川县 | 绿 | on | - | - | 一直为零：按进度可达标，但年末以前不说已达标
"""


def indicator_truth_csv() -> str:
    """``indicator_truth.csv`` as text."""
    places = {town.name: town.code for town in TOWNS} | {COUNTY_NAME: COUNTY}
    out = StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    for line in _TABLE.strip().splitlines():
        number, indicator, place, *rest = (cell.strip() for cell in line.split("|"))
        table.writerow([number, indicator, places[place], *("" if cell == "-" else cell for cell in rest)])
    return out.getvalue()
