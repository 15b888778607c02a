"""What each key of ``links.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LINKS"]

LINKS: Mapping[str, Mapping[str, str]] = {
    "Links": {
        "doors": "哪些来源是渠道，写来源编号；同一天的几条，排在前面的算先报",
        "meetings": "哪两个渠道之间比对",
        "categories": "哪些类别说的可能是同一类事；字面相同的类别不用写",
        "transfer": "转办编号怎样算数",
        "prior": "拿来比对的一对里，有多大比例真是一件事",
        "threshold": "可能性达到多少才合并",
        "weights": "各项对得上、对不上各有多大分量",
    },
    "Meeting": {
        "doors": "两个来源编号",
        "within": "最多相隔几天",
        "needs": "哪些项必须对得上：village 村，people 涉及人数，handler 承办单位",
    },
    "Alike": {
        "name": "叫什么",
        "words": "类别，各渠道的叫法都写上",
    },
    "Transfer": {
        "within": "编号相同的两条最多相隔几天",
        "least": "乡镇、类别里至少有几样也对得上；0 为只看编号",
        "most": "多于几条记录写同一个编号时，不再当作编号（多半是占位的字）",
    },
    "Weights": {
        "same_village": "同一个村",
        "no_village": "同一个乡镇，有一方没有写到村",
        "other_village": "不在同一个村",
        "same_day": "同一天",
        "next_day": "相隔1天",
        "days_3": "相隔2至3天",
        "days_7": "相隔4至7天",
        "later": "相隔7天以上",
        "same_word": "类别相同",
        "alike_word": "类别相通",
        "same_people": "涉及人数相同",
        "other_people": "涉及人数不同",
        "same_handler": "承办单位相同",
        "other_handler": "承办单位不同",
        "other_transfer": "两边都有转办编号，却不相同",
    },
    "Odds": {
        "m": "真是一件事的一对里，有多大比例是这样",
        "u": "不是一件事的一对里，有多大比例是这样",
    },
}
"""Model → key → meaning."""
