"""What a night has to say to whom: from its lists and papers to letters, one for each channel and recipient."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from riskengine.delivery.digest import Digest, county_digest, errands_told, unit_digest
from riskengine.intervene.lines import Entry, Line, entries, lines_by_unit
from riskengine.model.deliveries import COUNTY, EVERY_UNIT, Channel
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection

__all__ = ["Letter", "letters"]

_ROOM = {"wecom": 3900, "dingtalk": 16_000, "feishu": 16_000}
"""Bytes of text for a robot. 企业微信 takes 4,096 of markdown, 钉钉 20,000 and 飞书 20 KiB a request; some are left for what stands around it."""

_COUNTY_FILES = (".xlsx", ".html", ".docx")

Files = dict[str, dict[str, tuple[bool, str]]]
"""Unit (``county`` for the whole county) → path below the night's folder → (whether it is a paper, sha256)."""


@dataclass(frozen=True)
class Letter:
    """One message to be queued. ``key``: unit id or ``county``; ``files``: path below the night's folder → sha256.

    ``night``: SHA-256 over everything that the night holds for the recipient, whatever of it this channel carries: a change of
    the settings does not make a second message of what has been sent.
    """

    channel: str
    kind: str
    key: str
    to: str
    address: str
    subject: str
    text: str
    files: Mapping[str, str]
    night: str


def letters(con: Connection, rulebook: Rulebook, as_of: date) -> Iterator[Letter]:
    """The letters of the night ``as_of``, channel by channel; none to a unit that has nothing on this night's lists."""
    channels = [each for each in rulebook.deliveries.channels if each.active and _on(each, as_of)]
    if not channels:
        return
    told = _Told(con, rulebook, as_of)
    for channel in channels:
        for key, held in told.files.items():
            address = channel.to.get(key) or (channel.to.get(EVERY_UNIT) if key != COUNTY else None)
            digest = told.digest(key, channel.levels) if address else None
            if address is None or digest is None:
                continue
            files = {
                path: sha256
                for path, (paper, sha256) in held.items()
                if ("papers" if paper else "lists") in channel.send and channel.kind not in _ROOM
            }
            text = (
                digest.text(_ROOM.get(channel.kind), "附件" if files and channel.kind == "mail" else "清单")
                if "digest" in channel.send
                else ""
            )
            night = hashlib.sha256("".join(f"{path}\0{each[1]}\0" for path, each in sorted(held.items())).encode())
            name = told.name(key)
            subject = f"{name} {as_of} {'研判摘要' if key == COUNTY else '预警办理清单'}"
            yield Letter(channel.id, channel.kind, key, name, address, subject, text, files, night.hexdigest())


def _on(channel: Channel, as_of: date) -> bool:
    return not channel.weekdays or as_of.isoweekday() in channel.weekdays


class _Told:
    """What all channels ask about one night, read once."""

    def __init__(self, con: Connection, rulebook: Rulebook, as_of: date) -> None:
        self._rulebook, self._as_of = rulebook, as_of
        self._found: list[Entry] = entries(con, rulebook, as_of)
        self._lines: dict[str, list[Line]] = lines_by_unit(self._found)
        self._names = {unit.id: unit.name for unit in rulebook.units.values()}
        self.files = _files(con, as_of)
        self._waiting: dict[str, int] = dict(
            con.execute(
                "SELECT unit, count(*) FROM intervene.waiting WHERE as_of = $1 GROUP BY unit", [as_of]
            ).fetchall()
        )
        self._copied: dict[str, int] = dict(
            con.execute(
                "SELECT unit, count(*) FROM intervene.copied WHERE as_of = $1 GROUP BY unit", [as_of]
            ).fetchall()
        )
        self._errands: dict[str, list[tuple[str, str, str, date | None]]] = {}
        for unit, *errand in con.execute(
            "SELECT unit, id, kind, says, due FROM intervene.errand WHERE as_of = $1 ORDER BY unit, kind, id", [as_of]
        ).fetchall():
            self._errands.setdefault(unit, []).append((errand[0], errand[1], errand[2], errand[3]))

    def name(self, key: str) -> str:
        if key != COUNTY:
            return self._names.get(key, key)
        return next((place.name for place in self._rulebook.places if place.parent is None), "全县")

    def digest(self, key: str, levels: tuple[str, ...]) -> Digest | None:
        """None where ``levels`` leave nothing to tell."""

        def of(entry: Entry) -> bool:
            return not levels or entry.level.name in levels

        if key == COUNTY:
            chosen = [entry for entry in self._found if of(entry)]
            if levels and not chosen:
                return None
            return county_digest(self.name(key), chosen, self._names, self._rulebook.levels, self._as_of)
        lines = [line for line in self._lines.get(key, ()) if of(line.entry)]
        errands = self._errands.get(key, [])
        if levels and not lines and not errands:
            return None
        told = errands_told(errands, self._waiting.get(key, 0), self._copied.get(key, 0))
        return unit_digest(self.name(key), lines, self._rulebook.levels, self._as_of, told)


def _files(con: Connection, as_of: date) -> Files:
    found: Files = {}
    rows = con.execute(_FILES, {"as_of": as_of}).fetchall()
    for unit, path, sha256, paper in rows:
        if unit is None and not path.endswith(_COUNTY_FILES):
            continue
        found.setdefault(unit or COUNTY, {})[path] = (paper, sha256)
    return found


# a paper that is on the list of files too is one file
_FILES = """
SELECT unit, path, any_value(sha256), bool_or(paper) FROM (
  SELECT unit, path, sha256, FALSE AS paper FROM intervene.list WHERE as_of = $as_of
  UNION ALL SELECT unit, path, sha256, TRUE FROM intervene.paper WHERE as_of = $as_of AND path IS NOT NULL)
GROUP BY unit, path ORDER BY unit NULLS LAST, path
"""
