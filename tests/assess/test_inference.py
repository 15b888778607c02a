"""The inference worker: durable-rules inside the subset in which it is right, in a process that may die."""

from __future__ import annotations

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskengine.assess import oracle
from riskengine.assess.dossier import Clause, Dossier
from riskengine.assess.worker import Worker
from riskengine.errors import EngineFault


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    yield worker
    worker.close()


def dossiers(*words: str) -> list[Dossier]:
    return [frozenset(word.split()) for word in words]


def test_all_any_none_over_the_facts_of_one_subject(worker):
    clauses = [
        Clause("both", ("h0", "h1"), (), ()),
        Clause("either", (), ("h0", "h1"), ()),
        Clause("only", ("h0",), (), ("b0",)),
        Clause("mixed", ("h0",), ("h1", "h2"), ("b0",)),
    ]
    drawn = worker.conclude(clauses, dossiers("h0 h1", "h0", "h0 b0", "", "h0 h2", "h1 h2 b0"))
    assert drawn == [
        {"both", "either", "only", "mixed"},
        {"either", "only"},
        {"either"},
        set(),
        {"either", "only", "mixed"},
        {"either"},
    ]


def test_at_least_n_of_a_list_alone_and_beside_other_conditions(worker):
    clauses = [
        Clause("two", (), (), (), of=("h0", "h1", "h2"), count=2),
        Clause("all", (), (), (), of=("h0", "h1", "h2"), count=3),
        Clause("with", ("h3",), ("h0", "h4"), ("b0",), of=("h1", "h2"), count=1),
    ]
    assert worker.conclude(clauses, dossiers("h0 h1", "h0 h1 h2", "h0", "h3 h4 h2", "h3 h4 h2 b0", "")) == [
        {"two"},
        {"two", "all"},
        set(),
        {"with"},
        set(),
        set(),
    ]


def test_a_conclusion_is_counted_by_at_least_in_the_next_round(worker):
    clauses = [
        Clause("top", (), (), (), of=("h0", "s0", "s1"), count=3),
        Clause("left", ("h0",), (), (), ("s0",)),
        Clause("right", (), (), (), ("s1",), of=("h0", "s0", "h9"), count=2),
    ]
    assert worker.conclude(clauses, dossiers("h0")) == [{"top", "left", "right"}]


def test_a_chain_runs_by_rounds_whatever_the_order_of_the_clauses(worker):
    clauses = [
        Clause("third", ("h2",), (), ()),
        Clause("second", ("h1",), (), (), ("h2",)),
        Clause("first", ("h0",), (), (), ("h1",)),
    ]
    assert worker.conclude(clauses, dossiers("h0", "h1", "")) == [
        {"first", "second", "third"},
        {"second", "third"},
        set(),
    ]


def test_clauses_beyond_the_limits_of_one_ruleset_are_split(worker):
    wide = tuple(f"h{n}" for n in range(120))
    clauses = [Clause(f"c{n}", (f"h{n}",), (), ()) for n in range(100)] + [Clause("any", (), wide, ("b0",))]
    asked = [frozenset(wide), frozenset(["h119"]), frozenset(["h119", "b0"]), frozenset()]
    assert worker.conclude(clauses, asked) == oracle.conclude(clauses, asked)


names = st.integers(0, 11)


@st.composite
def _blocks(draw: st.DrawFn) -> tuple[list[Clause], list[Dossier]]:
    """A random block: chains through ``s<n>`` attributes, which no ``none`` asks for; and random dossiers."""
    count = draw(st.integers(1, 30))
    positive = st.lists(
        st.one_of(names.map("h{}".format), st.integers(0, count - 1).map("s{}".format)), max_size=4, unique=True
    )
    clauses = []
    for number in range(count):
        all_, any_ = tuple(draw(positive)), tuple(draw(positive))
        none = tuple(draw(st.lists(names.map("b{}".format), max_size=3, unique=True)))
        of = tuple(draw(positive))
        least = draw(st.integers(1, len(of))) if of else 0
        all_ = all_ if all_ or any_ or of else ("h0",)
        clauses.append(Clause(f"c{number}", all_, any_, none, (f"s{number}",), of, least))
    attribute = st.one_of(names.map("h{}".format), names.map("b{}".format), st.integers(0, count - 1).map("s{}".format))
    return clauses, draw(st.lists(st.frozensets(attribute, max_size=14), min_size=1, max_size=12))


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(_blocks())
def test_the_engine_means_what_the_oracle_means(worker, block):
    clauses, asked = block
    assert worker.conclude(clauses, asked) == oracle.conclude(clauses, asked)


CLAUSES = [Clause("c0", ("h0",), (), ())]


def test_a_worker_that_dies_is_a_fault_with_a_sentence_and_the_next_request_gets_a_new_one(tmp_path):
    marker = tmp_path / "died-once"
    script = (
        f"import os, pathlib, signal\np = pathlib.Path({str(marker)!r})\n"
        "if not p.exists():\n    p.touch()\n    input()\n    os.kill(os.getpid(), signal.SIGSEGV)\n"
        "from riskengine.assess.inference import main\nmain()\n"
    )
    worker = Worker((sys.executable, "-c", script))
    with pytest.raises(EngineFault, match=r"^推理进程中途退出（退出码-11）。今晚的研判没有写入"):
        worker.conclude(CLAUSES, dossiers("h0"))
    assert worker.conclude(CLAUSES, dossiers("h0", "")) == [{"c0"}, set()]
    worker.close()


def test_a_worker_that_stops_half_way_is_found_by_its_missing_end():
    script = 'input()\nprint(\'{"drawn": [["c0"]], "end": 1, "reasoners": 1}\', flush=True)'
    worker = Worker((sys.executable, "-c", script))
    with pytest.raises(EngineFault, match="推理进程没有做完：交出2份情形，做了1份"):
        worker.conclude(CLAUSES, dossiers("h0", "h0"))


def test_an_error_inside_the_worker_is_told(worker):
    with pytest.raises(EngineFault, match="推理进程报错"):
        worker.conclude([Clause("c0", tuple(f"h{n}" for n in range(300)), (), ())], dossiers("h0"))


def test_the_worker_ends_with_its_input():
    worker = Worker()
    worker.conclude(CLAUSES, dossiers("h0"))
    child = worker._child
    child.stdin.close()
    assert child.wait(timeout=10) == 0
    worker.close()
