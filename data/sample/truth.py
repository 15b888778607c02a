"""The truth of what is planted: one line an event and subject, as ``truth.csv`` holds it.

``due``: yes = a warning is due, first raised between ``from`` and ``to``; no = a trap, a warning there and then is
wrong; may = the same happening seen from another subject (the town around the village), where a warning is neither due
nor wrong.
``level``: at least. ``rule``: the rule that is expected to say so, ``-`` where any will do. Days are of 2026.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from io import StringIO

from data.sample.geography import COUNTY, TOWNS, villages

__all__ = ["truth_csv"]

COLUMNS = ("event", "due", "theme", "subject_type", "subject", "from", "to", "level", "rule", "note")

_TABLE = """
E01 | yes | 电信网络诈骗 | town | 清溪镇 | 4.13 | 4.24 | 橙 | fraud-town-surge | 清溪镇12天刷单返利诈骗16起，平时每周约1起
E02 | yes | 刑事治安 | village | 梧塬镇栎头村 | 3.16 | 3.23 | 黄 | theft-village-cluster | 梧塬镇栎头村7天盗窃7起
E02 | may | 刑事治安 | town | 梧塬镇 | 3.16 | 4.6 | 蓝 | - | 同一事件在镇一级的反映
E03 | yes | 刑事治安 | town | 棠浦镇 | 5.11 | 5.24 | 橙 | crime-town-surge | 棠浦镇14天盗窃26起，散在各村
E04 | yes | 信访 | petition | XF2026-08001 | 4.8 | 4.20 | 黄 | petition-near-due | 2月9日受理，60日期满仍未办结
E05 | yes | 信访 | petition | XF2026-08002 | 5.19 | 5.30 | 黄 | petition-not-accepted | 5月4日登记，15日内未作受理决定
E06 | yes | 信访 | petition | XF2026-08003 | 5.4 | 5.20 | 黄 | petition-repeated | 同一事项一个半月内反映4次，首次答复未化解
E07 | yes | 矛盾纠纷 | dispute | JF2026-08001 | 3.2 | 4.6 | 黄 | dispute-group-open | 征地拆迁纠纷，68人，2月18日排查，长期停在村级未化解
E08 | yes | 公共安全 | hazard | XA2026-08001 | 4.8 | 4.17 | 橙 | hazard-overdue | 重大消防隐患4月10日到期未整改
E09 | yes | 公共安全 | town | 砚城街道 | 5.6 | 5.15 | 黄 | hazard-town-backlog | 五一前集中整治查出的16处隐患5月5日同时到期，全部逾期
E10 | yes | 公共安全 | hazard | XA2026-08002 | 5.25 | 6.8 | 黄 | hazard-again | 消防隐患整改完成后第3次查出
E11 | yes | 公共安全 | town | 澜桥镇 | 6.8 | 6.16 | 橙 | deaths-town | 澜桥镇一周交通事故11起、死亡3人
E12 | yes | 欠薪 | project | QX-0801 | 4.30 | 6.5 | 橙 | wages-rises | 人数、金额、缺口、群体性事件连月上升，端午节（6月19日）前未解决
E13 | yes | 保交楼 | project | BJ-0801 | 4.30 | 5.7 | 黄 | housing-complaints | 逾期7个月、交付停滞、投诉由6件升至37件
E14 | yes | 重点整治 | rectification | ZZ-08 | 4.30 | 5.7 | 橙 | rectify-rebound | 1月20日销号，4月起问题回升到5个
E15 | yes | 群众感受 | survey | 安全感@沐原镇 | 4.10 | 4.14 | 黄 | perception-falling | 沐原镇安全感三连降，低于全市平均
E16 | yes | 经济金融 | indicator | 银行不良率@云川县 | 6.5 | 6.9 | 黄 | finance-over-control | 5月末1.68%，控制值1.5%
E17 | yes | 经济金融 | indicator | 非法集资案件数@云川县 | 5.5 | 5.9 | 黄 | finance-over-control | 4月6起，控制值3起
E18 | yes | 综合研判 | indicator | 交办事项办结率@云川县 | 4.5 | 4.9 | 黄 | duty-indicator-missed | 3月84.6%，目标90%
E19 | yes | 数据报送 | unit | gongan | 6.18 | 6.28 | 黄 | unit-silent | 霁岭派出所6月15日之后没有一条警情
E20 | yes | 综合研判 | town | 芷河镇 | 5.18 | 6.5 | 橙 | town-converging | 芷河镇两周内诈骗、纠纷、信访同时上升
E20 | yes | 电信网络诈骗 | town | 芷河镇 | 5.18 | 6.3 | 黄 | fraud-town-surge | 同一事件：14天诈骗14起，平时每周不到1起
E20 | yes | 矛盾纠纷 | town | 芷河镇 | 5.18 | 6.3 | 黄 | dispute-town-surge | 同一事件：14天纠纷18件，平时每周不到2件
E20 | yes | 信访 | town | 芷河镇 | 5.18 | 6.3 | 黄 | petition-surge-town | 同一事件：14天信访12件，平时每周约1件
E21 | yes | 欠薪 | town | 朔庄镇 | 5.25 | 6.12 | 橙 | wages-to-unrest | 朔庄镇欠薪项目上升，同时劳资纠纷两周9件
E21 | may | 矛盾纠纷 | town | 朔庄镇 | 5.25 | 6.20 | 蓝 | - | 同一事件在纠纷总量上的反映
E22 | yes | 电信网络诈骗 | town | 岚坪镇 | 6.26 | 6.30 | 橙 | fraud-town-surge | 岚坪镇5天虚假投资诈骗9起，平时每周不到1起
E23 | yes | 刑事治安 | town | 苇塘镇 | 6.27 | 6.30 | 黄 | robbery-town | 苇塘镇4天抢劫抢夺5起，平时数月1起
T01 | no | 矛盾纠纷 | town | 苇塘镇 | 4.20 | 5.10 | 黄 | - | 一天补录25件已化解的旧纠纷，同一单位同一天，不是激增
T02 | no | 刑事治安 | town | 鹿汀镇 | 5.1 | 6.5 | 黄 | - | 每年5月游客带来的盗窃高峰，与去年同期相当
T03 | no | 矛盾纠纷 | town | 砚城街道 | 5.30 | 6.14 | 黄 | - | 4月20日至5月10日的纠纷迟报，5月30日一次补报，按发生日期并无激增
T04 | no | 刑事治安 | village | 云棚乡深棚村 | 4.6 | 4.24 | 黄 | - | 180人的小村盗窃由0起到2起，万人发案率虚高
"""


def _places() -> dict[str, str]:
    towns = {town.name: town.code for town in TOWNS}
    return towns | {v.town.name + v.name: v.code for v in villages()} | {"云川县": COUNTY}


def _day(text: str) -> str:
    month, day = text.split(".")
    return date(2026, int(month), int(day)).isoformat()


def _lines() -> Iterator[list[str]]:
    codes = _places()
    for line in _TABLE.strip().splitlines():
        event, due, theme, kind, subject, first, last, level, rule, note = (cell.strip() for cell in line.split("|"))
        category, _, place = subject.rpartition("@")
        subject = f"{category}@{codes[place]}" if category else codes.get(subject, subject)
        yield [event, due, theme, kind, subject, _day(first), _day(last), level, "" if rule == "-" else rule, note]


def truth_csv() -> str:
    """``truth.csv`` as text."""
    out = StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(_lines())
    return out.getvalue()
