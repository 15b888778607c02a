"""What each key of ``ladder.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["LADDER"]

LADDER: Mapping[str, Mapping[str, str]] = {
    "Ladder": {
        "office": "出文单位（单位编号）：公文由它落款、编号，县级核验归它",
        "signature": "落款的全称，如 云川县平安建设领导小组办公室",
        "leaders": "县领导的收文单位（单位编号），to: leaders 就发给它",
        "marks": "各种公文的文号代字，如 {督办函: 云综治督办}",
        "receipt_levels": "到过这些等级的预警，销号时给主办单位出销号回执",
        "ladders": "各个梯级",
        "plates": "挂牌的各种条件",
    },
    "Climb": {
        "id": "编号，不再改",
        "title": "名称",
        "counts": "数什么：nights 夜，weeks 周，ten-days 旬，months 月，overdue 逾期天数，unanswered 下发后天数",
        "level": "到这个等级或更重的才数；夜、周、旬、月必填",
        "gravest": "比它更重的不归这个梯级",
        "step": "主办单位还没有走到哪个环节：签收、核查、处置、反馈、销号；只与 unanswered 同用",
        "themes": "只管这些主题",
        "subjects": "只管这些种类的对象",
        "rungs": "各级，由轻到重",
    },
    "Rung": {
        "after": "数到几就出文",
        "paper": "出什么：风险提示函、督办函、约谈通知",
        "to": "发给谁：lead 主办，township 属地，above 主办的上一级，office 出文单位，leaders 县领导；或单位编号",
        "copies": "抄送给谁，写法同 to",
        "answer_within": "出文后几天内要书面反馈",
    },
    "Plate": {
        "id": "编号，不再改",
        "title": "名称",
        "places": "什么地方挂牌：village 村（社区），town 乡镇（街道）；数它和它下面的全部预警",
        "themes": "只数这些主题",
        "level": "到这个等级或更重的才数",
        "warnings": "同时有几件就挂牌",
        "nights": "连续几夜都有就挂牌",
        "clear": "连续几夜一件也没有，才开始核验",
        "checks": "摘牌前由下而上核验：village 村级，town 乡镇级，county 县级",
        "paper": "挂牌时给属地出什么公文",
        "copies": "抄送给谁（单位编号）",
        "rectify_within": "限几天整改",
    },
}
"""Model → key → meaning."""
