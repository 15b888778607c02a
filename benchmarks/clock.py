"""Pairs of timings, taken in turns, so that whatever else the machine does hits both alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Pair", "in_turns", "median"]


@dataclass(frozen=True)
class Pair:
    """One round: seconds on the wall and on the processor (all threads) of the engine and of its peer."""

    wall: float
    cpu: float
    peer_wall: float
    peer_cpu: float


def in_turns(rounds: int, engine: Callable[[], object], peer: Callable[[], object], before: Callable[[], object]) -> list[Pair]:
    """A B A B …; ``before`` cleans up and is not timed. One round of each goes before, unseen."""
    pairs = []
    for number in range(rounds + 1):
        before()
        wall, cpu = _timed(engine)
        peer_wall, peer_cpu = _timed(peer)
        if number:
            pairs.append(Pair(wall, cpu, peer_wall, peer_cpu))
            print(f"  第{number}轮：引擎 {wall:.2f} 秒（CPU {cpu:.2f}），对照 {peer_wall:.2f} 秒（CPU {peer_cpu:.2f}）", flush=True)
    return pairs


def median(pairs: list[Pair], figure: Callable[[Pair], float]) -> float:
    """The median of a figure over the rounds."""
    return round(statistics.median(figure(pair) for pair in pairs), 3)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu
