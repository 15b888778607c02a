"""A small county's March, written straight into the tables: a unit for every way to lose points, and every way not to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from riskengine.model.appraisal import Appraisal, Counted
from riskengine.model.duty import Place
from riskengine.model.rulebook import Rulebook
from riskengine.review.appraisal.noun import Entry, Sheet
from riskengine.review.appraisal.sheet import appraise
from riskengine.store.database import Connection
from tests.review.conftest import RULEBOOK, Ledger

MONDAY = date(2026, 3, 2)
NIGHT = date(2026, 3, 31)


def rules(*items: dict[str, object], **more: object) -> Rulebook:
    """The county's rule book with these items; ``{"counts": "overdue", …}``, the rest has its usual value."""
    usual = {"points": 1, "most": 20}
    listed = [{"id": each["counts"], "name": NAMES[str(each["counts"])], **usual, **each} for each in items]
    places = tuple(replaced if (replaced := PEOPLE.get(place.code)) else place for place in RULEBOOK.places)
    appraisal = Appraisal.model_validate({"items": listed, "least": 1, "kinds": [], **more})
    return replace(RULEBOOK, places=places, appraisal=appraisal)


NAMES: dict[str, str] = {
    "late-signing": "签收超时", "overdue": "逾期办理", "unanswered": "未反馈", "pressed": "被督办", "rebound": "销号后反弹",
    "refused": "回执不合要求", "late-returns": "数据迟报", "false-closing": "虚假销号", "objections": "无理退回",
    "indicators": "指标未达标", "veto": "一票否决",
}  # fmt: skip
PEOPLE = {
    "990100101": Place(
        code="990100101",
        name="清溪镇",
        level="town",
        parent="990100",
        population=50_000,
        unit="town-01",
        aliases=("清溪",),
    ),
    "990100102": Place(code="990100102", name="白石镇", level="town", parent="990100", population=10_000),
}


@dataclass
class March:
    """The ledger with what an assessment reads beside it. Days are counted from Monday, 2 March."""

    ledger: Ledger

    @property
    def con(self) -> Connection:
        return self.ledger.con

    def warn(
        self,
        id_: str,
        first: int = 0,
        until: int = 29,
        *,
        units: tuple[tuple[str, str], ...] = (("fanzha", "主办"),),
        deadline: date | None = None,
        theme: str = "电信网络诈骗",
        subject_type: str = "town",
        subject: str = "990100101",
    ) -> None:
        """On the lists of ``units`` from the day ``first`` to ``until``, at 橙, due three days after the first."""
        self.con.execute(
            "INSERT INTO assess.warning VALUES (?, ?, ?, ?, '990100101', ?, ?, NULL)",
            [id_, subject_type, subject, subject, theme, day(first)],
        )
        for unit, role in units:
            self.con.execute(
                "INSERT INTO intervene.duty (as_of, id, unit, role, level, delivered_on, deadline, catch_all, provisional) "
                "SELECT d::DATE, $id, $unit, $role, 2, $first, $deadline, FALSE, FALSE "
                "FROM (SELECT unnest(generate_series($first::DATE, $last::DATE, INTERVAL 1 DAY)) AS d)",
                {
                    "id": id_, "unit": unit, "role": role, "first": day(first), "last": day(until),
                    "deadline": deadline or day(first + 3),
                },
            )  # fmt: skip

    def said(
        self,
        id_: str,
        unit: str = "fanzha",
        *,
        signed: int | None = None,
        fed_back: int | None = None,
        outcome: str | None = None,
        known: int | None = None,
    ) -> None:
        night = day(known if known is not None else fed_back if fed_back is not None else signed or 0)
        row = self.con.execute("SELECT count(*) + 4 FROM intervene.reply").fetchone()
        self.con.execute("INSERT OR IGNORE INTO sense.file (file_id, name) VALUES (1, '回执/反诈中心预警清单.xlsx')")
        self.con.execute(
            "INSERT INTO intervene.reply (as_of, id, unit, signed_on, outcome, fed_back_on, file_id, row_no) VALUES (?,?,?,?,?,?,1,?)",
            [night, id_, unit, maybe(signed), outcome, maybe(fed_back), row[0] if row else 0],
        )

    def objected(self, id_: str, on: int, decided: str, until: int | None = None, unit: str = "fanzha") -> None:
        self.con.execute(
            "INSERT INTO intervene.objection (as_of, id, unit, role, on_day, reason, decided, decided_on, file_id, row_no) "
            "VALUES (?, ?, ?, '主办', ?, '不属本单位职责', ?, ?, 1, 9)",
            [day(until if until is not None else on), id_, unit, day(on), decided, maybe(until)],
        )

    def put(self, table: str, **row: object) -> None:
        """One row; a number under a name that is a day is that day."""
        values = [day(each) if name in _DAYS and isinstance(each, int) else each for name, each in row.items()]
        self.con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", values)

    def sheet(self, *items: dict[str, object], as_of: date = NIGHT, year: int = 2026, **more: object) -> Sheet:
        return appraise(self.con, rules(*items, **more), year, as_of)

    def entries(self, counts: Counted, as_of: date = NIGHT, year: int = 2026, **more: object) -> list[Entry]:
        """The entries of an assessment with that one item."""
        return list(self.sheet({"counts": counts, **more}, as_of=as_of, year=year).entries)

    def cost(self, counts: Counted, **more: object) -> list[tuple[str, float, str | None]]:
        """``(unit, deducted, note)`` of each."""
        return [(each.hit.unit, each.deducted, each.note) for each in self.entries(counts, **more)]  # type: ignore[arg-type]


_DAYS = frozenset({"as_of", "on_day", "closed_on", "last_on", "until", "due", "opened_on", "lifted_on", "since"})


def told(
    march: March,
    kind: str,
    source: str,
    place: str,
    first: date,
    last: date,
    every: int = 1,
    reporter: str | None = None,
) -> None:
    """Records of a place from a source, one each ``every`` days."""
    march.con.execute(
        f"INSERT INTO sense.{kind} (source, known_at, retracted, file_id, row_no, key, occurred_on, place, quantity, reporter) "
        "SELECT $source, d, FALSE, 1, 1, $source || d, d, $place, 1, $reporter "
        f"FROM (SELECT unnest(generate_series($first::DATE, $last::DATE, INTERVAL {every} DAY))::DATE AS d)",
        {"source": source, "place": place, "first": first, "last": last, "reporter": reporter},
    )


def day(n: int) -> date:
    return MONDAY + timedelta(n)


def maybe(n: int | None) -> date | None:
    return None if n is None else day(n)
