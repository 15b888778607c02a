"""What is not as it was in the files that hold settings: handling, ladder, deliveries, rebound, links, appraisal, learning, templates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from riskengine.model.rulebook import Rulebook
from riskengine.plan.noun import Change
from riskengine.rulebook.settings import SETTINGS
from riskengine.rulebook.titles import TITLES

__all__ = ["settings_changes", "settings_note"]

_LONGEST = 120
_TEMPLATE = "公文模板"


def settings_changes(old: Rulebook, new: Rulebook, shown: Callable[[object], str | None]) -> Iterator[Change]:
    """File by file, key by key; then the templates by kind. ``shown``: a plain value as the plan writes it."""
    for name, model in SETTINGS.items():
        was, now = (getattr(book, name).model_dump(mode="json", by_alias=True) for book in (old, new))
        for key in now:
            if was[key] != now[key]:
                yield Change(
                    TITLES[model.__name__], f"{name}.yaml", "", f"的 {key}", _said(was[key], shown), _said(now[key], shown)
                )
    for kind in sorted({*old.templates, *new.templates}):
        before, after = old.templates.get(kind), new.templates.get(kind)
        if before != after:
            yield Change(
                _TEMPLATE, str(kind), "", "", None if before is None else "原模板", None if after is None else "新模板"
            )


def settings_note(found: Sequence[Change]) -> str | None:
    """What a reader must know where settings changed: a plan plays warnings, not what is done about them."""
    titles = {TITLES[model.__name__] for model in SETTINGS.values()} | {_TEMPLATE}
    named = list(dict.fromkeys(each.what for each in found if each.what in titles))
    if not named:
        return None
    return f"{'、'.join(named)}的设置有改动：这里只推演预警规则，不推演下发以后的办理、公文、送达、反弹和考核。请看下一夜。"


def _said(value: object, shown: Callable[[object], str | None]) -> str:
    text = shown(value) or "无"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
