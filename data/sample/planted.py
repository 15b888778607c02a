"""What is planted, as records in the offices' files. What is due for it stands in :mod:`data.sample.truth`."""

from __future__ import annotations

from datetime import date

from data.sample import disputes, fraud, hazards, incidents, petitions
from data.sample.geography import code_of
from data.sample.office import Version

__all__ = ["versions"]


def _d(month: int, day: int) -> date:
    return date(2026, month, day)


def versions(kind: str) -> list[Version]:
    """The planted records of a kind: incident, fraud, petition, dispute, hazard (the other kinds plant their own)."""
    return {"incident": _incidents, "fraud": _fraud, "petition": _petitions, "dispute": _disputes, "hazard": _hazards}[
        kind
    ]()


def _incidents() -> list[Version]:
    road = incidents.planted(_d(6, 8), _d(6, 14), "交通事故", None, "澜桥镇", 11)
    for at in (2, 5, 8):
        road[at].row.update({"deaths": 1, "injured": 1})
    return [
        *incidents.planted(_d(3, 16), _d(3, 22), "盗窃", "栎头村", "梧塬镇", 7, summary="家中被盗"),
        *incidents.planted(_d(5, 11), _d(5, 24), "盗窃", None, "棠浦镇", 26),
        *incidents.planted(_d(4, 7), _d(4, 10), "盗窃", "深棚村", "云棚乡", 2),
        *incidents.planted(_d(6, 27), _d(6, 30), "抢劫抢夺", None, "苇塘镇", 5),
        *road,
    ]


def _fraud() -> list[Version]:
    return [
        *fraud.planted(_d(4, 13), _d(4, 24), "清溪镇", 16, "刷单返利"),
        *fraud.planted(_d(5, 18), _d(5, 31), "芷河镇", 14, "冒充客服"),
        *fraud.planted(_d(6, 26), _d(6, 30), "岚坪镇", 9, "虚假投资"),
    ]


def _petitions() -> list[Version]:
    overdue = petitions.matter("XF2026-08001", _d(2, 4), "征地拆迁", code_of("岚坪镇"), channel="来访", people=3)
    taken = overdue | {"accepted_on": _d(2, 9), "due_on": _d(4, 10)}
    waiting = petitions.matter("XF2026-08002", _d(5, 4), "环境保护", code_of("柘口镇"), channel="网上", people=2)
    again = petitions.matter("XF2026-08003", _d(3, 24), "劳动社保", code_of("禾洛镇"), channel="来访", people=4)
    open_again = again | {"accepted_on": _d(3, 28), "due_on": _d(5, 27)}
    return [
        Version(_d(2, 9), taken),
        Version(_d(5, 15), taken | {"closed_on": _d(5, 15), "settled": "是"}),
        Version(_d(5, 4), waiting),
        Version(_d(3, 28), open_again),
        *(Version(day, open_again | {"times": times}) for day, times in ((_d(4, 9), 2), (_d(4, 28), 3), (_d(5, 8), 4))),
        *petitions.planted(_d(5, 18), _d(5, 31), "芷河镇", 12, "城乡建设"),
    ]


def _disputes() -> list[Version]:
    group = disputes.dispute(
        "JF2026-08001", _d(2, 18), "征地拆迁", code_of("枫渡镇"), people=68, amount="860,000元", times=2
    )
    bulk = [
        disputes.dispute(
            f"JF2026-085{n:02d}",
            _d(4, 20),
            ("邻里", "婚姻家庭", "物业")[n % 3],
            code_of("苇塘镇"),
            closed_on=_d(4, 20),
            settled="是",
        )
        for n in range(25)
    ]
    return [
        Version(_d(2, 18), group),
        Version(_d(4, 13), group | {"times": 3}),
        Version(_d(6, 10), group | {"times": 3, "tier": "县", "closed_on": _d(6, 10), "settled": "是"}),
        *(Version(_d(4, 20), row) for row in bulk),
        *disputes.planted(_d(5, 18), _d(5, 31), "芷河镇", 18, "物业"),
        *disputes.planted(_d(5, 25), _d(6, 7), "朔庄镇", 9, "劳资"),
    ]


def _hazards() -> list[Version]:
    major = hazards.hazard("XA2026-08001", _d(3, 20), "消防", code_of("禾洛镇"), _d(4, 10), grade="重大")
    again = hazards.hazard("XA2026-08002", _d(3, 3), "消防", code_of("椒坪乡"), _d(3, 28))
    return [
        Version(_d(3, 20), major),
        Version(_d(5, 20), major | {"closed_on": _d(5, 20)}),
        Version(_d(3, 3), again),
        Version(_d(3, 16), again | {"closed_on": _d(3, 16)}),
        Version(_d(4, 24), again | {"times": 2, "due_on": _d(5, 10), "closed_on": _d(4, 24)}),
        # Found for the third time: the repair day is empty again.
        Version(_d(5, 25), again | {"times": 3, "due_on": _d(6, 20)}),
        *hazards.planted(_d(3, 2), _d(4, 24), "砚城街道", 16, _d(5, 5), _d(6, 2)),
    ]
