"""The second phase of a night: what is known becomes verdicts, and verdicts the life of warnings."""

from __future__ import annotations

import time
from datetime import date

from riskengine.assess import verdicts
from riskengine.assess.blind import draw_below, first_of_month, score_below
from riskengine.assess.compounds import judge_compounds
from riskengine.assess.dossier import Conclude
from riskengine.assess.evidence import prove
from riskengine.assess.exempt import suppress
from riskengine.assess.indicators.phase import stand, store
from riskengine.assess.life import forget_night, live_on, store_states
from riskengine.assess.merge import merge
from riskengine.assess.nights import Nights
from riskengine.assess.reasons import explain
from riskengine.assess.worker import conclude
from riskengine.errors import WrongUse
from riskengine.model.rulebook import Rulebook
from riskengine.store.database import Connection, transaction
from riskengine.workspace import Workspace

__all__ = ["assess"]


def assess(
    con: Connection, workspace: Workspace, rulebook: Rulebook, as_of: date, *, conclude: Conclude = conclude
) -> None:
    """Assess the night ``as_of``: data known and occurred up to and including that day. Nothing happens where it
    already was.

    All writes are one transaction, so a kill leaves nothing. ``conclude`` draws the compounds' conclusions. Raises
    WrongUse for a night before one that was assessed (warnings live forwards), EngineFault where the inference died
    or differs from its oracle.
    """
    newest = con.execute("SELECT max(as_of), bool_or(as_of = ?) FROM assess.night", [as_of]).fetchall()[0]
    if newest[1]:
        return
    if newest[0] is not None and newest[0] > as_of:
        raise WrongUse(
            f"{as_of} 早于已研判的最新夜次 {newest[0]}：夜次须按日期先后运行。请运行 {newest[0]} 之后的夜次；要重做旧的夜次，请用新的工作区。"
        )
    started = time.perf_counter()
    verdicts.weigh(
        con, rulebook, Nights.one(as_of)
    )  # into temp tables, before the transaction: a rule may fail here and leave the others alone
    readings = score_below(con, rulebook, as_of) if first_of_month(con, rulebook, as_of) else None
    standings = stand(con, rulebook, as_of)
    with transaction(con):
        forget_night(con, as_of)
        verdicts.store(con)
        judge_compounds(con, rulebook, Nights.one(as_of), conclude)
        suppress(con, rulebook, as_of)
        live_on(con, rulebook, as_of)
        explain(con, rulebook, as_of)
        prove(con, rulebook, as_of)
        store_states(con, as_of)
        if readings is not None:
            draw_below(con, rulebook, as_of, readings)
        merge(con, rulebook, Nights.one(as_of))
        store(con, standings, as_of)
        con.execute("INSERT INTO assess.night VALUES (?, ?, ?)", [as_of, rulebook.hash, time.perf_counter() - started])
