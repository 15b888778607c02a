"""What nights changed, read from the tables in which the phases met: changes only, one row a change.

The same statements tell it once, for the night that ends, and again over all nights when the log is held to the tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from riskengine.audit.came_back import CAME_BACK
from riskengine.audit.handled import HANDLED
from riskengine.audit.line import Happening
from riskengine.audit.nights import Held
from riskengine.audit.papers import PAPERS
from riskengine.audit.samples import SAMPLES
from riskengine.audit.waiting import WAITING
from riskengine.store.database import Connection

__all__ = ["KINDS", "Kind", "happened", "lay_out"]


@dataclass(frozen=True)
class Kind:
    """One kind of change. ``about``: the columns that say what a row is about; a change of the others is a change of the same thing.

    ``sql`` selects as_of, what, origin and then the content, in the order of the log, for the nights of temp table ``audit_night``;
    there are none where ``table`` has no row of those nights or the nights before them.
    ``again``: may come out otherwise when a night's lists are written a second time.
    """

    words: tuple[str, ...]
    table: str
    about: tuple[str, ...]
    sql: str
    again: bool = False


def lay_out(con: Connection, phases: Held, nights: Sequence[date]) -> None:
    """Temp table ``audit_night (as_of, before, before_duty)``: ``nights`` with the night before, as assessment and routing saw it.

    Both are NULL where the phase has not run that night or none had run before: there is nothing to compare with.
    """
    con.execute(
        "CREATE OR REPLACE TEMP TABLE audit_night AS SELECT unnest($1::DATE[]) AS as_of, unnest($2::DATE[]) AS before, "
        "unnest($3::DATE[]) AS before_duty",
        [
            list(nights),
            [phases.before("assess", night) for night in nights],
            [phases.before("intervene", night) for night in nights],
        ],
    )


def happened(con: Connection, kinds: Sequence[Kind]) -> list[Happening]:
    """All changes of ``kinds`` on the nights that :func:`lay_out` laid out, by night, then in the order of ``kinds``."""
    # most nights have no exception, no merging and no receipt; looking into all tables at once costs less than asking each
    looked = " UNION ALL ".join(
        f"SELECT '{table}' FROM {table} WHERE as_of BETWEEN $1 AND $2 HAVING count(*) > 0"
        for table in sorted({kind.table for kind in kinds})
    )
    span = con.execute(
        "SELECT least(min(as_of), min(before), min(before_duty)), max(as_of) FROM audit_night"
    ).fetchall()[0]
    full = {row[0] for row in con.execute(looked, list(span)).fetchall()}
    found = [each for kind in kinds if kind.table in full for each in _rows(con, kind)]
    return sorted(found, key=lambda each: each.as_of)


def _rows(con: Connection, kind: Kind) -> list[Happening]:
    cursor = con.execute(kind.sql)
    names = [column[0] for column in cursor.description or ()][3:]
    return [
        Happening(as_of, what, origin, {name: _plain(value) for name, value in zip(names, content, strict=True)})
        for as_of, what, origin, *content in cursor.fetchall()
    ]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


# The message of a refusal and the words of a receipt may quote what a person typed, and a log that forgets nothing is no place for
# that: the code and a SHA-256 stand for them.
KINDS: tuple[Kind, ...] = (
    Kind(
        ("来文",),
        "sense.file",
        ("sha256", "source"),
        """SELECT f.as_of, '来文' AS what, f.name AS origin, f.source, f.sha256, f.rows_read AS read, f.stored, f.updated, f.unchanged,
          f.retracted, f.rejected
        FROM sense.file f SEMI JOIN audit_night USING (as_of) WHERE f.status = 'loaded' ORDER BY f.as_of, f.name, f.sha256""",
    ),
    # a file that cannot be taken in is tried again every night; it is told when it comes, and again when it comes changed
    Kind(
        ("来文未收",),
        "sense.file",
        ("sha256", "source"),
        """SELECT f.as_of, '来文未收' AS what, f.name AS origin, f.source, f.sha256, f.status
        FROM sense.file f SEMI JOIN audit_night USING (as_of)
        WHERE f.status <> 'loaded' AND NOT EXISTS (
          FROM sense.file e WHERE e.as_of < f.as_of AND e.name = f.name AND e.sha256 = f.sha256 AND e.status = f.status)
        ORDER BY f.as_of, f.name, f.sha256, f.status""",
    ),
    Kind(
        ("新增", "升级", "降级", "解除"),
        "assess.state",
        ("warning",),
        """SELECT s.as_of, s.change AS what, array_to_string(s.rules, '、') AS origin, s.id AS warning, s.level,
          b.level AS level_before, w.theme, w.subject_type, w.subject, w.subject_name, w.place
        FROM assess.state s JOIN audit_night n USING (as_of) JOIN assess.warning w USING (id)
        LEFT JOIN assess.state b ON b.as_of = n.before AND b.id = s.id
        WHERE s.change <> '持续' ORDER BY s.as_of, s.id""",
    ),
    Kind(
        ("例外压住",),
        "assess.suppressed",
        ("rule", "subject_type", "subject"),
        """SELECT x.as_of, '例外压住' AS what, 'rules/exceptions.yaml' AS origin, x.rule, x.subject_type, x.subject, x.level, x.until,
          x.who, x.why
        FROM assess.suppressed x JOIN audit_night n USING (as_of)
        WHERE NOT EXISTS (FROM assess.suppressed b WHERE b.as_of = n.before AND b.rule = x.rule
          AND b.subject_type = x.subject_type AND b.subject = x.subject AND b.level = x.level AND b.until = x.until
          AND b.who IS NOT DISTINCT FROM x.who AND b.why IS NOT DISTINCT FROM x.why)
        ORDER BY x.as_of, x.rule, x.subject_type, x.subject""",
    ),
    Kind(
        ("例外结束",),
        "assess.suppressed",
        ("rule", "subject_type", "subject"),
        """SELECT n.as_of, '例外结束' AS what, 'rules/exceptions.yaml' AS origin, b.rule, b.subject_type, b.subject
        FROM assess.suppressed b JOIN audit_night n ON n.before = b.as_of
        WHERE NOT EXISTS (FROM assess.suppressed x WHERE x.as_of = n.as_of AND x.rule = b.rule
          AND x.subject_type = b.subject_type AND x.subject = b.subject)
        ORDER BY n.as_of, b.rule, b.subject_type, b.subject""",
    ),
    Kind(
        ("并入",),
        "assess.merged",
        ("warning",),
        """SELECT m.as_of, '并入' AS what, NULL AS origin, m.child AS warning, m.parent AS "into"
        FROM assess.merged m JOIN audit_night n USING (as_of)
        WHERE NOT EXISTS (FROM assess.merged b WHERE b.as_of = n.before AND b.child = m.child AND b.parent = m.parent)
        ORDER BY m.as_of, m.child""",
    ),
    # a warning that ends is in nobody's shade any more; its 解除 says so
    Kind(
        ("分出",),
        "assess.merged",
        ("warning",),
        """SELECT n.as_of, '分出' AS what, NULL AS origin, b.child AS warning, b.parent AS "from"
        FROM assess.merged b JOIN audit_night n ON n.before = b.as_of
        WHERE NOT EXISTS (FROM assess.merged m WHERE m.as_of = n.as_of AND m.child = b.child)
          AND EXISTS (FROM assess.state s WHERE s.as_of = n.as_of AND s.id = b.child AND s.change <> '解除')
        ORDER BY n.as_of, b.child""",
    ),
    Kind(
        ("派发", "期限变更"),
        "intervene.duty",
        ("warning", "unit", "role"),
        """SELECT d.as_of, if(b.id IS NULL, '派发', '期限变更') AS what, 'rules/routes.yaml' AS origin, d.id AS warning, d.unit, d.role,
          d.level, d.delivered_on, d.deadline, b.deadline AS deadline_before, d.catch_all
        FROM intervene.duty d JOIN audit_night n USING (as_of)
        LEFT JOIN intervene.duty b ON b.as_of = n.before_duty AND b.id = d.id AND b.unit = d.unit AND b.role = d.role
        WHERE b.id IS NULL OR b.deadline IS DISTINCT FROM d.deadline OR b.delivered_on IS DISTINCT FROM d.delivered_on
          OR b.catch_all IS DISTINCT FROM d.catch_all
        ORDER BY d.as_of, d.id, d.role, d.unit""",
        again=True,
    ),
    Kind(
        ("撤回派发",),
        "intervene.duty",
        ("warning", "unit", "role"),
        """SELECT n.as_of, '撤回派发' AS what, 'rules/routes.yaml' AS origin, b.id AS warning, b.unit, b.role
        FROM intervene.duty b JOIN audit_night n ON n.before_duty = b.as_of
        WHERE NOT EXISTS (FROM intervene.duty d
            WHERE d.as_of = n.as_of AND d.id = b.id AND d.unit = b.unit AND d.role = b.role)
          AND EXISTS (FROM assess.state s WHERE s.as_of = n.as_of AND s.id = b.id)
        ORDER BY n.as_of, b.id, b.role, b.unit""",
        again=True,
    ),
    Kind(
        ("清单",),
        "intervene.list",
        ("path",),
        """SELECT l.as_of, '清单' AS what, NULL AS origin, l.path, l.unit, l.sha256, l.lines
        FROM intervene.list l SEMI JOIN audit_night USING (as_of) ORDER BY l.as_of, l.path""",
        again=True,
    ),
    Kind(
        ("回执",),
        "intervene.reply",
        ("warning", "unit"),
        """SELECT o.as_of, '回执' AS what, f.name || '第' || o.row_no || '行' AS origin, o.id AS warning, o.unit, o.signed_on, o.outcome,
          o.fed_back_on, sha256(coalesce(o.post, '') || chr(10) || coalesce(o.measure, '')) AS words_sha256
        FROM intervene.reply o SEMI JOIN audit_night USING (as_of) LEFT JOIN sense.file f ON f.file_id = o.file_id
        ORDER BY o.as_of, f.name, o.row_no, o.id""",
    ),
    Kind(
        ("回执未收",),
        "intervene.refused",
        ("code",),
        """SELECT i.as_of, '回执未收' AS what, f.name || '第' || i.row_no || '行' AS origin, i.code
        FROM intervene.refused i SEMI JOIN audit_night USING (as_of) LEFT JOIN sense.file f ON f.file_id = i.file_id
        ORDER BY i.as_of, f.name, i.row_no, i.code""",
    ),
    *(Kind(*each) for each in HANDLED),
    *(Kind(*each) for each in PAPERS),
    *(Kind(*each) for each in CAME_BACK),
    *(Kind(*each) for each in SAMPLES),
    *(Kind(*each) for each in WAITING),
)
"""Every kind of change but the rule book's, in the order in which a night's log tells them."""
