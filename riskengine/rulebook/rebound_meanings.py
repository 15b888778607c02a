"""What each key of ``rebound.yaml`` means: a part of :data:`~riskengine.rulebook.meanings.MEANINGS`."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["REBOUND"]

REBOUND: Mapping[str, Mapping[str, str]] = {
    "Rebound": {
        "watch": "销号以后按等级观察多少日；没有写到的等级不观察",
        "raises": "按哪些核查结果销号的，观察期内同一对象、同一主题再次预警时，等级比规则得出的高一级（最高到顶），直到解除；"
        "写空清单 [] 就不升级",
        "keeps_clock": "再次预警时是否接着用上一件剩下的办理时间（销号期间不计入，最早次日到期）；否则重新起算",
        "rectification": "重点整治销号（摘牌）以后的观察",
        "doubts": "哪些销号要存疑（结而未解）；不写就不查",
        "look_back": "存疑的销号怎样回头看；不写就不派回头看",
    },
    "WatchFor": {
        "levels": "销号时是哪些等级；一个等级只写一处",
        "days": "观察多少日",
    },
    "Rectified": {
        "days": "从销号日期起观察多少日",
        "theme": "重点整治的主题；这一主题在同一挂牌编号上再次预警即为反弹",
        "veto": "反弹是否标记“一票否决”",
        "places": "哪些整治类型还要看所在的村（社区）",
    },
    "ListedPlace": {
        "category": "整治类型，与报表里写的一致",
        "themes": "所在的村（社区）出现这些主题的新预警也算反弹；所在地只写到乡镇的不算",
    },
    "Doubts": {
        "within": "下发后多少日以内销号算“销号过快”；清单夜里下发，次日就是单位看到的当天，所以写 1",
        "similar": "与本单位以前另一件回执的措辞相似到多少算“措辞雷同”，0 到 1",
        "least": "措辞少于多少字不比较",
        "signs": "“销号过快”“措辞雷同”“观察期内反弹”三项里有几项就存疑",
        "rebound_alone": "只有“观察期内反弹”一项也存疑",
    },
    "LookBack": {
        "monthly": "全县每月最多回头看多少件；超出的排到下个月，不会丢",
        "due": "回头看多少日内答复",
    },
}
"""Model → key → meaning."""
