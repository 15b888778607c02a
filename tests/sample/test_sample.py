"""The sample county is the same for everybody, small, whole, messy in known ways, and holds nobody's data."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from ruamel.yaml import YAML

from data.sample import receipts
from data.sample.__main__ import generate, main
from data.sample.geography import COUNTY, TOWNS, places_csv, units_yaml, villages
from data.sample.incidents import SILENT_SINCE, SILENT_STATION
from data.sample.truth import truth_csv
from riskengine.contracts import kinds
from riskengine.contracts.personal import personal_name
from riskengine.model.source import Source

ROOT = Path(__file__).parents[2]
RULES = ROOT / "rules"
THEMES = YAML(typ="safe").load(RULES / "themes.yaml")["themes"]


def _digest(folder: Path) -> str:
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            whole.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return whole.hexdigest()


def _sources() -> list[Source]:
    found = []
    for path in sorted((RULES / "sources").glob("*.yaml")):
        entry = YAML(typ="safe").load(path)
        entry["fields"] = {k: {"column": v} if isinstance(v, str) else v for k, v in entry["fields"].items()}
        for name in ("key", "files"):
            entry[name] = [entry[name]] if isinstance(entry.get(name), str) else entry.get(name, [])
        if entry["source"] != "receipts":
            found.append(Source.model_validate(entry))
    return found


SOURCES = _sources()


def _rows(path: Path, source: Source) -> Iterator[list[str]]:
    """All rows of a file as text, header and title rows included."""
    if path.suffix == ".xlsx":
        for row in load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else str(cell) for cell in row]
        return
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    gb = source.source in ("incidents", "finance-indicators")
    text = raw.decode("gb18030" if gb else "utf-16" if raw[:2] == b"\xff\xfe" else "utf-8-sig")
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line]
    if ".jsonl" in path.name:
        yield list(json.loads(lines[0]))
        for line in lines:
            yield [str(cell) for cell in json.loads(line).values()]
        return
    yield from csv.reader(lines, delimiter="\t" if "\t" in lines[0] else ",")


def _files(inbox: Path, source: Source) -> list[Path]:
    return [p for glob in source.files for p in sorted(inbox.glob(glob)) if not p.name.startswith("~$")]


def _readable(inbox: Path) -> Iterator[tuple[Source, Path]]:
    for source in SOURCES:
        for path in _files(inbox, source):
            if path.name != "消防隐患_20260630.xlsx":
                yield source, path


def _truth() -> list[dict[str, str]]:
    return list(csv.DictReader(truth_csv().splitlines()))


def test_it_is_the_same_bytes_every_time(inbox: Path, tmp_path: Path) -> None:
    generate(tmp_path / "data" / "inbox")
    assert _digest(tmp_path / "data" / "inbox") == _digest(inbox)


def test_it_is_small(inbox: Path) -> None:
    files = [path for path in inbox.rglob("*") if path.is_file()]
    assert 300 <= len(files) <= 450
    assert sum(path.stat().st_size for path in files) <= 8_000_000


def test_the_rule_files_that_follow_from_the_county_are_up_to_date() -> None:
    assert (RULES / "places.csv").read_text(encoding="utf-8") == places_csv()
    assert (RULES / "units.yaml").read_text(encoding="utf-8") == units_yaml()
    assert (ROOT / "data" / "sample" / "truth.csv").read_text(encoding="utf-8") == truth_csv()


def test_the_county_has_its_size() -> None:
    assert (len(TOWNS), len(villages())) == (20, 160)
    assert 590_000 < sum(village.people for village in villages()) < 620_000
    assert len({village.name for village in villages()}) == 159, "one village name stands twice, on purpose"


def test_every_kind_of_record_is_there(inbox: Path) -> None:
    assert {source.kind for source in SOURCES if _files(inbox, source)} == set(kinds()) - {"receipt"}


def test_every_file_belongs_to_exactly_one_source(inbox: Path) -> None:
    claimed = [path for source in SOURCES for path in _files(inbox, source)]
    files = [path for path in inbox.rglob("*") if path.is_file() and not path.name.startswith("~$")]
    assert sorted(claimed) == sorted(files)


def test_every_mapped_column_stands_in_every_file(inbox: Path) -> None:
    for source, path in _readable(inbox):
        wanted = {cell.column for cell in source.fields.values() if cell.column} | set(source.key)
        head = [
            [cell.replace("（", "(").replace("）", ")") for cell in row]
            for _, row in zip(range(3), _rows(path, source), strict=False)
        ]
        assert any(wanted <= set(row) for row in head), path.name


def test_every_file_says_when_it_was_sent(inbox: Path) -> None:
    for source, path in _readable(inbox):
        assert source.received is not None
        sent = re.search(source.received.pattern, path.name)
        assert sent and "20230110" <= sent[1] <= "20260630", path.name


def test_records_run_from_july_2024_to_the_sample_date(inbox: Path) -> None:
    incidents = next(source for source in SOURCES if source.source == "incidents")
    days = [row[2] for path in _files(inbox, incidents) for row in _rows(path, incidents) if row[2].startswith("20")]
    days = [day for day in days if day < "2030"]
    assert (min(days), max(days)) == ("2024-07-01", "2026-06-30")
    assert 16_000 < len(days) < 21_000


def test_one_station_falls_silent_two_weeks_before_the_sample_date(inbox: Path) -> None:
    incidents = next(source for source in SOURCES if source.source == "incidents")
    newest: dict[str, str] = {}
    for path in _files(inbox, incidents):
        for row in _rows(path, incidents):
            newest[row[5]] = max(newest.get(row[5], ""), row[2])
    assert newest.pop(SILENT_STATION) <= SILENT_SINCE.isoformat()
    assert min(day for station, day in newest.items() if station.endswith("派出所")) > "2026-06-20"


def test_one_workbook_is_cut_off(inbox: Path) -> None:
    with pytest.raises(Exception, match="zip"):
        load_workbook(inbox / "消防救援大队" / "消防隐患_20260630.xlsx")


def test_nobody_is_in_it(inbox: Path) -> None:
    identity = re.compile(r"(?<!\d)[1-9]\d{5}(19|20)\d{2}[01]\d[0-3]\d{4}[\dX](?!\d)")
    mobile = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
    private: set[str] = set()
    for source, path in _readable(inbox):
        for n, row in enumerate(_rows(path, source)):
            text = "\x1f".join(row)
            assert not identity.search(text) and not mobile.search(text), f"{path.name}:{n}"
            if set(source.key) <= set(row):
                private |= {cell for cell in row if personal_name(cell)}
    assert private == {"联系电话"}, "one header that the door must stop, every cell of it blanked"


def test_the_truth_has_enough_to_find_and_enough_to_leave_alone() -> None:
    truth = _truth()
    assert len({line["event"] for line in truth if line["due"] == "yes"}) >= 14
    assert len({line["event"] for line in truth if line["due"] == "no"}) >= 4
    assert {line["theme"] for line in truth if line["due"] == "yes"} == set(THEMES)
    assert all(date(2026, 3, 1) <= date.fromisoformat(line["from"]) for line in truth)
    assert all(line["from"] <= line["to"] <= "2026-06-30" for line in truth)
    assert {line["level"] for line in truth} <= {"红", "橙", "黄", "蓝"}


def test_every_subject_of_the_truth_exists(inbox: Path) -> None:
    places = {COUNTY} | {town.code for town in TOWNS} | {village.code for village in villages()}
    units = {unit["id"] for unit in YAML(typ="safe").load(units_yaml())["units"]}
    cells = {cell for source, path in _readable(inbox) for row in _rows(path, source) for cell in row}
    for line in _truth():
        kind, subject = line["subject_type"], line["subject"]
        if kind in ("county", "town", "village"):
            assert subject in places
        elif kind == "unit":
            assert subject in units
        elif kind in ("survey", "indicator"):
            category, place = subject.split("@")
            assert category in cells and place in places
        else:
            assert subject in cells, subject


def test_receipts_answer_most_lines_of_a_list_and_are_the_same_every_time(tmp_path: Path) -> None:
    night = tmp_path / "data" / "outbox" / "2026-06-30"
    night.mkdir(parents=True)
    line = {"id": "YJ-2026-000001", "place": TOWNS[0].code, "duties": [{"unit": "gongan", "unit_name": "公安局"}]}
    lines = [line | {"id": f"YJ-2026-{n:06d}"} for n in range(1, 51)]
    (night / "warnings.jsonl").write_text("\n".join(json.dumps(one) for one in lines), encoding="utf-8")
    assert receipts.write(tmp_path, date(2026, 6, 30)) == 1
    [path] = (tmp_path / "data" / "inbox" / "回执").iterdir()
    rows = list(load_workbook(path)["预警清单"].iter_rows(min_row=3, values_only=True))
    assert rows[0][:4] == ("预警编号", "责任单位", "名单日期", "地区编码")
    assert 20 <= len(rows) - 1 <= 40
    before = path.read_bytes()
    shutil.rmtree(path.parent)
    receipts.write(tmp_path, date(2026, 6, 30))
    assert path.read_bytes() == before


def test_receipts_need_a_night(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--workspace", str(tmp_path), "--receipts"]) == 2
    assert "--as-of" in capsys.readouterr().err
