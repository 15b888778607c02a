"""Contracts: one pydantic model a record kind, one module each; this folder is the registry.

``contract("fraud")`` is the class; ``kinds()`` names them all. A new kind is a new module with one subclass of
:class:`~riskengine.contracts.record.Record` and its test: nothing else has to be edited.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from riskengine.contracts.record import Record

__all__ = ["Record", "contract", "kinds"]

_MACHINERY = {"field", "parse", "place", "record", "sql", "stages"}


@cache
def _registry() -> dict[str, type[Record]]:
    found: dict[str, type[Record]] = {}
    for module in iter_modules(__path__):
        if module.name not in _MACHINERY:
            import_module(f"{__name__}.{module.name}")
    for model in Record.__subclasses__():
        found[model.kind] = model
    return dict(sorted(found.items()))


def kinds() -> tuple[str, ...]:
    """Names of all record kinds, sorted."""
    return tuple(_registry())


def contract(kind: str) -> type[Record]:
    """The contract of ``kind``. Raises KeyError for a kind that has no module here."""
    return _registry()[kind]
