"""What the log tells of handling: every change once, nothing that a person typed."""

from __future__ import annotations

from riskengine.audit.handled import HANDLED, says
from riskengine.audit.happened import Kind, happened

from .conftest import ID, day

WORDS = ("不归我们管", "等待检测", "检测鉴定", "已约谈某户")


def test_every_change_of_a_handling_is_a_sentence_without_the_words_of_a_person(desk):
    other, third = "YJ-2026-000002", "YJ-2026-000003"
    for each in (ID, other, third):
        desk.warn("33333", each)
    desk.night(0)
    desk.receipt("反诈中心", 1, outcome="属实", measure=WORDS[3], fed_back_on=day(1))
    desk.receipt("反诈中心", 1, other, step="退回", reason=WORDS[0])
    desk.receipt("反诈中心", 1, third, step="申请延期", reason=WORDS[1], until=day(9))
    desk.receipt("反诈中心", 2, outcome="误报", fed_back_on=day(1))
    desk.receipt("综治中心", 2, other, step="同意退回")
    desk.receipt("综治中心", 2, third, step="同意延期")
    desk.receipt("反诈中心", 3, third, step="暂停计时", reason=WORDS[2])
    desk.nights(1, 3)
    desk.con.execute(
        "CREATE OR REPLACE TEMP TABLE audit_night AS "
        "SELECT DISTINCT as_of, NULL::DATE AS before, NULL::DATE AS before_duty FROM intervene.duty"
    )
    names = {id_: unit.name for id_, unit in desk.rulebook.units.items()}
    found = happened(desk.con, [Kind(*each) for each in HANDLED])
    told = [
        says(each.what, each.content, lambda id_: names.get(id_ or "", ""), lambda id_: f"{id_} ", each.origin)
        for each in found
    ]
    for sentence in (
        f"环节  {ID} 签收（视同）：反诈中心（主办） 2026-06-11（回执/反诈中心_1.xlsx第4行）",
        f"环节作废  {ID} 第 5 步（反诈中心（主办），2026-06-11）不再作数",
        f"办理  {ID} 到“反馈”（2026-06-11），核查结果“属实”",
        f"办理  {ID} 到“下发”（2026-06-10）",
        f"退回  {other} 反诈中心（主办）2026-06-11 提出：待定",
        f"退回  {other} 反诈中心（主办）2026-06-11 提出：接受，转给公安局",
        f"延期  {third} 反诈中心延长 2 日，综治中心同意（2026-06-12）",
        f"暂停  {third} 反诈中心自 2026-06-13 起停止计时",
    ):
        assert sentence in told, told
    assert {word for word in WORDS if any(word in str(each.content) for each in found)} == set()
