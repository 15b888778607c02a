"""The shipped rules in a workspace of their own, and their workbook."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from riskengine.errors import RulesInvalid
from riskengine.exchange.export import export
from riskengine.exchange.take_in import take_in
from riskengine.workspace import Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def county(tmp_path):
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    return Workspace.at(tmp_path)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """The workbook of the shipped rules; leave it alone."""
    path = tmp_path_factory.mktemp("exchange") / "rules.xlsx"
    export(Workspace.at(ROOT), path)
    return path


@pytest.fixture
def book(county, exported):
    """The exported workbook, open: ``book[sheet]``; ``book.taken()`` saves it and takes it in."""
    return Book(county, shutil.copy(exported, county.root / "rules.xlsx"))


class Book:
    def __init__(self, county, path=None):
        self.county, self.path = county, Path(path or county.root / "rules.xlsx")
        if path is None:
            export(county, self.path)
        self.open = openpyxl.load_workbook(self.path)

    def __getitem__(self, sheet):
        return self.open[sheet]

    def find(self, sheet, *values):
        """Number of the first row that has these values."""
        rows = self.open[sheet].iter_rows(min_row=2, values_only=True)
        return next(number for number, row in enumerate(rows, start=2) if set(values) <= set(row))

    def put(self, sheet, row, title, value):
        titles = [cell.value for cell in self.open[sheet][1]]
        self.open[sheet].cell(row, titles.index(title) + 1).value = value

    def add(self, sheet, **cells):
        self.open[sheet].append([cells.get(cell.value) for cell in self.open[sheet][1]])

    def taken(self, **options):
        self.open.save(self.path)
        return take_in(self.county, self.path, **options)

    def refused(self):
        with pytest.raises(RulesInvalid) as refused:
            self.taken()
        return str(refused.value)


def files(county):
    return {
        path.relative_to(county.rules).as_posix(): path.read_bytes()
        for path in county.rules.rglob("*")
        if path.is_file()
    }
