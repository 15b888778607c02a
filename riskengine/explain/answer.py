"""The one sentence that comes first: why there is a warning, or why there is none."""

from __future__ import annotations

from datetime import date

from riskengine.explain.chain import Counterfactual, Explanation, Known, Number, Part
from riskengine.explain.condition import failing
from riskengine.explain.life import Story, counted
from riskengine.explain.relive import Scene
from riskengine.model.value import plain

__all__ = ["answer_of", "differs_of", "unknown_of"]


def answer_of(scene: Scene, story: Story, told: Explanation, levels: dict[int, str]) -> str:
    """One or two sentences, the answer in the first."""
    rule, day = scene.rule, scene.as_of
    who = f"{told.name}，规则“{rule.title}”"
    status = told.status
    if story.fault is not None:
        return f"没有判断：{story.fault}"
    if scene.fault is not None and story.stored is None:
        return f"没有判断：{who}在 {day} 没有算成：{scene.fault}。请修改这条规则后再试。"
    if status in ("draft", "retired"):
        word = "是草稿（status: draft），还没有启用" if status == "draft" else "已停用（status: retired）"
        return f"没有预警：规则“{rule.title}”{word}，夜间不运行。假如它在用，{day} 的判断是：{_came(told)}"
    if status == "trial":
        if scene.asked.until is not None and scene.asked.until < day:
            return (
                f"没有下发：规则“{rule.title}”的试运行已于 {scene.asked.until} 到期，夜间不再运行。"
                f"假如它在用，{day} 的判断是：{_came(told)}"
            )
        return _trial(story, told, levels)
    if not story.ran:
        return f"{day} 还没有运行过，谁没有报送也还不知道；用今天的规则和已有的来文推算：{who}，{_came(told)}"
    if story.suppressed is not None:
        until, by, why = story.suppressed
        text = f"{who}在 {day} 命中了，但被例外压住。{by}定：{why}；到 {until} 为止。命中已记录在案。"
        if story.part and story.change != "解除":
            return (
                f"预警 {story.warning} 还在，因为例外压住的夜按“没有”计数，连续{rule.persistence.keep}夜后解除。{text}"
            )
        return f"没有预警：{text}"
    return _lived(scene, story, told, who, levels)


def _lived(scene: Scene, story: Story, told: Explanation, who: str, levels: dict[int, str]) -> str:
    day, verdict = scene.as_of, told.stored or told.verdict
    level = levels.get(story.level or 0, "")
    merged = f"它已并入 {story.parent}，在那一件下面列出，照常办理。" if story.parent else ""
    if story.part and story.change != "解除":
        change = _CHANGES.get(story.change or "", story.change or "")
        head = f"预警 {story.warning} {change}，{level}色：{story.sentence}{merged}"
        if verdict == "clear":
            return f"{head}（{day} 当夜规则“{scene.rule.title}”没有命中；{counted(scene, story)}）"
        if verdict == "unknown":
            return f"{head}（{day} 当夜规则“{scene.rule.title}”无法判断：{'；'.join(told.unknown[:2])}。）"
        return head
    other = f"同一主题的预警 {story.other} 在办，但不是由这条规则引起的。" if story.other else ""
    if verdict == "unknown":
        return f"没有预警，但也不能说平安：{who}在 {day} 无法判断（未知）。{'；'.join(told.unknown[:3])}。{other}"
    if verdict == "hit":
        return f"还没有预警：{who}在 {day} 命中了，仍在观察。{counted(scene, story)}{other}"
    if story.part:
        return f"预警 {story.warning} 在 {day} 解除：{story.sentence}"
    ended = f"此前的预警 {story.warning} 已于 {story.lifted_on} 解除。" if story.lifted_on else ""
    return f"没有预警：{who}在 {day} {_came(told)}{ended}{other}"


def _trial(story: Story, told: Explanation, levels: dict[int, str]) -> str:
    head = f"没有下发：规则“{told.title}”在试运行，只记录、不下发。"
    if story.trial is None:
        return f"{head}{told.as_of} 它对{told.name}{_came(told)}"
    id_, change, rank = story.trial
    if change == "解除":
        return f"{head}{told.as_of} 它解除了试运行预警 {id_}：{told.name}{_came(told)}"
    return f"{head}{told.as_of} 它对{told.name}本会有一件{levels.get(rank, '')}色预警（{id_}，{change}）：{_came(told)}"


_CHANGES = {"新增": "当夜新增", "升级": "当夜升级", "降级": "当夜降级", "持续": "持续"}


def _came(told: Explanation) -> str:
    """What the verdict came to, with the numbers that decided."""
    if told.verdict == "hit":
        scored = "；".join(feature.says for feature in told.features if feature.points > 0) or "条件成立"
        return f"命中，{told.level}色{plain(told.score or 0)}分：{scored}。"
    if told.verdict == "unknown":
        return f"无法判断（未知）：{'；'.join(told.unknown[:3])}。"
    missed = failing(told.condition) if told.condition else []
    reasons = "；".join(_missed(part) for part in missed[:4])
    near = next(iter(told.counterfactuals), None)
    return f"没有命中：{reasons or '条件不成立'}。{_near(near)}"


def _missed(part: Part) -> str:
    if part.kind == "test" and part.text == part.shown.split("（")[-1].rstrip("）"):
        return f"“{part.shown}”没有命中"
    return f"{part.shown} 不成立" + (f"（{part.gap}）" if part.gap else "")


def _near(each: Counterfactual | None) -> str:
    return f"{each.says}。" if each else ""


def unknown_of(
    scene: Scene, known: tuple[Known, ...], parameters: tuple[Number, ...], silent: tuple[str, ...]
) -> tuple[str, ...]:
    """Everything that is missing, and why."""
    found = [f"参数“{each.name}”没有生效：{each.note}" for each in parameters if each.value is None]
    found += [message.rstrip("。") for message in silent]
    found += [f"信号“{each.name}”未知：{each.unknown}" for each in known if each.value is None and each.unknown]
    return tuple(dict.fromkeys(found))


def differs_of(scene: Scene, story: Story, told: Explanation, levels: dict[int, str], day: date) -> str | None:
    """A sentence where weighing again came to something else than the night recorded; None where both agree or nothing
    is stored.
    """
    stored = story.stored
    if stored is None or told.verdict is None:
        return None
    same = stored.verdict == told.verdict and (
        stored.verdict != "hit"
        or (levels.get(stored.level or 0) == told.level and abs((stored.score or 0) - (told.score or 0)) < 1e-6)
    )
    if same:
        return None
    words = {"hit": "命中", "clear": "没有", "unknown": "未知"}
    was = words[stored.verdict] + (
        f"（{levels.get(stored.level or 0)}，{plain(stored.score or 0)}分）" if stored.verdict == "hit" else ""
    )
    now = words[told.verdict] + (f"（{told.level}，{plain(told.score or 0)}分）" if told.verdict == "hit" else "")
    return (
        f"注意：重算的结果是{now}，{day} 当夜记录的是{was}，两者不一致。以当夜记录为准；多半是程序升级改变了算法，"
        f"可用 riskengine replay {day} --verify 核对。"
    )
