"""What offices call a place: its code, its name, an alias, or the town's name followed by the village's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from riskengine.contracts.parse import half
from riskengine.model.duty import Place

__all__ = ["PlaceNames"]

_SUGGESTIONS = 200
"""So many different unknown names get a suggestion; a file that is wrong throughout must not cost a search a row."""


class PlaceNames:
    """The place tree as a dictionary of what may be written for each place.

    A code is always meant as a code (a shorter one may be filled with zeros to twelve digits); a name goes
    before an alias, both before a compound of several levels. What could mean two places means none.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        by_code = {place.code: place for place in places}
        known: dict[str, str] = {code: code for code in by_code}
        doubtful: dict[str, tuple[str, ...]] = {}
        for layer in (_padded(by_code), _names(by_code), _aliases(by_code), _compounds(by_code)):
            for written, codes in layer.items():
                if written in known or written in doubtful or not written:
                    continue
                if len(codes) == 1:
                    known[written] = next(iter(codes))
                else:
                    doubtful[written] = tuple(sorted(codes))
        self.known: Mapping[str, str] = MappingProxyType(known)
        self._doubtful = doubtful
        self._names = [name for name in known if not name.isdigit()]
        self._suggested: dict[str, str] = {}

    def code(self, written: str) -> str:
        """The code of ``written`` (already half-width and trimmed). Raises ValueError with a complaint where there is
        not one.
        """
        if written in self.known:
            return self.known[written]
        if written in self._doubtful:
            raise ValueError(f"不唯一，可能是{'、'.join(self._doubtful[written][:4])}，请填写地区代码或加上乡镇名")
        return self._refuse(written)

    def _refuse(self, written: str) -> str:
        if written not in self._suggested and len(self._suggested) < _SUGGESTIONS:
            among = list(self.known) if written.isdigit() else self._names
            near = get_close_matches(written, among, n=1, cutoff=0.6)
            self._suggested[written] = f"是否想写“{near[0]}”？" if near else "请核对后填写地区代码或全称"
        raise ValueError(f"不在地区表里，{self._suggested.get(written, '请核对后填写地区代码或全称')}")


def _padded(by_code: Mapping[str, Place]) -> dict[str, set[str]]:
    return {code.ljust(12, "0"): {code} for code in by_code if code.isdigit() and len(code) < 12}


def _names(by_code: Mapping[str, Place]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for place in by_code.values():
        found[half(place.name)].add(place.code)
    return found


def _aliases(by_code: Mapping[str, Place]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for place in by_code.values():
        for alias in place.aliases:
            found[half(alias)].add(place.code)
    return found


def _compounds(by_code: Mapping[str, Place]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for place in by_code.values():
        tails = [half(name) for name in (place.name, *place.aliases)]
        above = by_code.get(place.parent or "")
        while above is not None:
            heads = [half(name) for name in (above.name, *above.aliases)]
            longer = [head + tail for head in heads for tail in tails]
            for written in longer:
                found[written].add(place.code)
            tails = [*tails, *longer[: len(tails)]]
            above = by_code.get(above.parent or "")
    return found
