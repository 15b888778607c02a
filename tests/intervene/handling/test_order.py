"""The end of a walk depends on what was said, not on the order in which it came, nor on how often."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from riskengine.intervene.handling.events import Event, Reply
from riskengine.intervene.handling.matter import Matter
from riskengine.intervene.handling.terms import Terms
from riskengine.intervene.handling.walk import walk
from riskengine.model.handling import CLOSED, Handling

from .conftest import CLOCKS, ID, RULEBOOK, day

HANDLING = Handling()
UNITS = {id_: unit.name for id_, unit in RULEBOOK.units.items()}
SPOKEN = (None, *dict.fromkeys(each.step for each in HANDLING.transitions if set(each.by) != {"引擎"}), "没有这个词")
DAYS = st.integers(1, 8).map(day)


@st.composite
def replies(draw):
    who, roles = draw(
        st.sampled_from((("fanzha", ("主办",)), ("town-01", ("协办",)), ("zongzhi", ("核验",)), ("gongan", ())))
    )
    known = draw(st.integers(2, 9))
    outcome = draw(st.sampled_from((None, "属实", "误报", "已化解")))
    return Reply(
        unit=who,
        roles=roles,
        known_on=day(known),
        listed_on=day(known - 1),
        file_id=0,
        row_no=0,
        signed_on=draw(st.none() | st.integers(1, known).map(day)),
        outcome=outcome,
        measure=draw(st.sampled_from((None, "已约谈", "已整改"))),
        fed_back_on=draw(st.none() | st.integers(1, known).map(day)),
        step=draw(st.sampled_from(SPOKEN)),
        reason=draw(st.sampled_from((None, "不是本单位的事", "检测鉴定"))),
        until=draw(st.none() | st.integers(8, 14).map(day)),
        refer_to=draw(st.sampled_from((None, "公安局", "水利局"))),
    )


@st.composite
def matters(draw):
    said = draw(st.lists(replies(), max_size=8, unique=True))
    facts = draw(
        st.lists(st.builds(Event, st.sampled_from(("督办", CLOSED, "反弹")), DAYS, st.just(("引擎",))), max_size=2)
    )
    return Matter(
        ID,
        day(0),
        tuple(replace(each, file_id=at, row_no=4) for at, each in enumerate(said, start=1)),
        tuple(facts),
        ((day(0), draw(st.sampled_from(("橙", "黄")))),),
        {"fanzha": day(7), "town-01": day(7)},
        Terms({"fanzha": ((day(0), day(7), "handle-yellow"),)}, {each.id: each for each in CLOCKS}),
        "zongzhi",
        UNITS,
    )


@given(matters(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_receipts_in_any_order_come_to_the_same_end(matter, random):
    shuffled = list(matter.replies)
    random.shuffle(shuffled)
    assert walk(replace(matter, replies=tuple(shuffled)), HANDLING) == walk(matter, HANDLING)


@given(matters(), st.data())
@settings(max_examples=60)
def test_receipts_that_are_sent_again_change_nothing(matter, data):
    if not matter.replies:
        return
    again = data.draw(st.lists(st.sampled_from(matter.replies), min_size=1, max_size=4))
    copies = tuple(replace(each, file_id=each.file_id + 100) for each in again)
    once, twice = walk(matter, HANDLING), walk(replace(matter, replies=(*copies, *matter.replies)), HANDLING)
    assert (twice.steps, twice.objections, twice.leaves, twice.asked) == (
        once.steps,
        once.objections,
        once.leaves,
        once.asked,
    )
    assert (twice.state, twice.since, twice.outcome, twice.closed_on) == (
        once.state,
        once.since,
        once.outcome,
        once.closed_on,
    )


@given(matters())
@settings(max_examples=60)
def test_whatever_is_said_no_handling_ends_without_an_outcome_and_every_refusal_is_a_sentence(matter):
    found = walk(matter, HANDLING)
    assert found.state in HANDLING.states
    assert (found.state == CLOSED) == (found.closed_on is not None)
    if found.state == CLOSED and found.closed_by is not None:
        assert found.outcome is not None
        if matter.graver[0][1] == "橙":
            assert "核验通过" in {each.step for each in found.steps}
    assert all(ID in each.message and each.message.endswith(("。", "？")) for each in found.refusals)
    assert {each.file_id for each in found.refusals} <= {each.file_id for each in matter.replies}
