"""Splink on the same made records: the peer of ``sense.link``, and where the odds of ``rules/links.yaml`` come from."""

from __future__ import annotations

import contextlib
import io
import logging
import time
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator

from benchmarks.doors import Made, pour
from riskengine.model.rulebook import Rulebook
from riskengine.sense.links import link
from riskengine.store.schema import create_schemas

__all__ = ["estimated", "found"]

_NIGHT = date(2026, 8, 1)
_BLOCK = "l.town = r.town AND l.door <> r.door AND abs(l.day - r.day) <= 14 AND list_has_any(l.matters, r.matters)"
_NUMBER = "l.number = r.number AND l.door <> r.door"

_APART = "abs(on_day_l - on_day_r)"
_SILENT = "{0}_l IS NULL OR {0}_r IS NULL"
_LEVELS: dict[str, list[tuple[str, str]]] = {
    "place": [
        ("same_village", "place_l = place_r AND village_l"),
        ("no_village", "NOT (village_l AND village_r)"),
        ("other_village", "ELSE"),
    ],
    "day": [
        ("same_day", f"{_APART} = 0"),
        ("next_day", f"{_APART} = 1"),
        ("days_3", f"{_APART} <= 3"),
        ("days_7", f"{_APART} <= 7"),
        ("later", "ELSE"),
    ],
    "category": [("same_word", "category_l = category_r"), ("alike_word", "ELSE")],
    "people": [("", _SILENT.format("people")), ("same_people", "people_l = people_r"), ("other_people", "ELSE")],
    "handler": [("", _SILENT.format("handler")), ("same_handler", "handler_l = handler_r"), ("other_handler", "ELSE")],
    "number": [("", _SILENT.format("number")), ("same_number", "number_l = number_r"), ("other_transfer", "ELSE")],
}


def _settings(rulebook: Rulebook, *, numbered: bool) -> SettingsCreator:
    weights = rulebook.links.weights.model_dump()
    comparisons: list[Any] = []
    for field, levels in _LEVELS.items():
        if field == "number" and not numbered:
            continue
        told: list[dict[str, Any]] = []
        for name, condition in levels:
            level: dict[str, Any] = {"sql_condition": condition, "label_for_charts": name or "silent"}
            if not name:
                level["is_null_level"] = True
            elif name in weights:
                level |= {"m_probability": weights[name]["m"], "u_probability": weights[name]["u"]}
            elif name == "same_number":
                level |= {"m_probability": 0.95, "u_probability": 0.0005}
            told.append(level)
        comparisons.append({"output_column_name": field, "comparison_levels": told})
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="key",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[_NUMBER, _BLOCK] if numbered else [_BLOCK],
        probability_two_random_records_match=rulebook.links.prior,
        retain_matching_columns=False,
    )


def _linker(records: Made, rulebook: Rulebook, *, numbered: bool) -> Linker:
    con = duckdb.connect(":memory:")
    create_schemas(con)
    pour(con, records, _NIGHT)
    link(con, rulebook, _NIGHT)  # for link_record: the same gathered records
    con.execute(
        """CREATE TABLE record AS
        SELECT key, door, day, day AS on_day, place, town, coalesce(village, FALSE) AS village, category, people, handler,
          coalesce(transfer, CASE WHEN key IN (SELECT transfer FROM link_record) THEN key END) AS number,
          matters
        FROM link_record r"""
    )
    api = DuckDBAPI(con)
    return Linker(
        api.register("record"), _settings(rulebook, numbered=numbered), log_level=logging.ERROR, validate_settings=False
    )


def found(records: Made, trained: Made, rulebook: Rulebook) -> Iterator[tuple[str, set[frozenset[str]], float]]:
    """Splink's pairs above the threshold: with the odds of the rule file, and with odds that it finds on ``trained`` itself."""
    began = time.perf_counter()
    plain = _linker(records, rulebook, numbered=True)
    yield "Splink, same odds", _pairs(plain, rulebook.links.threshold), time.perf_counter() - began
    teacher = _linker(trained, rulebook, numbered=True)
    _trained(teacher)
    settings = teacher.misc.save_model_to_json()
    began = time.perf_counter()
    own = _linker(records, rulebook, numbered=True)
    own = Linker(list(own._input_tables_dict.values())[0], settings, log_level=logging.ERROR, validate_settings=False)
    yield "Splink, own odds", _pairs(own, rulebook.links.threshold), time.perf_counter() - began


def _trained(linker: Linker) -> Any:
    """One session of expectation maximisation over the pairs of the block."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return linker.training.estimate_parameters_using_expectation_maximisation(
            _BLOCK, fix_u_probabilities=False, max_pairs=None
        )


def _pairs(linker: Linker, threshold: float) -> set[frozenset[str]]:
    told = linker.inference.predict(threshold_match_probability=threshold)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(told, threshold_match_probability=threshold)
    events: dict[Any, list[str]] = {}
    for row in clusters.as_record_list():
        events.setdefault(row["cluster_id"], []).append(row["key"])
    return {frozenset(pair) for keys in events.values() for pair in combinations(sorted(keys), 2)}


def estimated(trained: Made, rulebook: Rulebook) -> str:
    """The odds that expectation maximisation finds within the block, as YAML for ``rules/links.yaml``."""
    linker = _linker(trained, rulebook, numbered=False)
    session: Any = _trained(linker)
    settings = session.core_model_settings
    lines = [f"prior: {settings.probability_two_random_records_match:.3f}", "weights:"]
    for comparison in settings.comparisons:
        for level in comparison.comparison_levels:
            if not level.is_null_level:
                lines.append(
                    f"  {level.label_for_charts}: {{m: {max(level.m_probability, 0.001):.3f}, u: {max(level.u_probability, 0.001):.3f}}}"
                )
    return "\n".join(lines)
