"""Names for sets of tasks: `first` (the six of the first room), `core`, `all`, `hard` and each family; and `TASK+SETTING`, a task in a named perturbed setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..core.errors import HomebodyError, unknown
from ..envs.registry import all_tasks, members

CORE = (
    "open_drawer", "close_drawer", "open_microwave", "close_microwave", "pick_up", "put_in", "toys_in_basket", "turn_on_stove",
    "press_soap_pump", "fold_quilt", "pour_peas", "wipe_mat", "hand_over", "stow_in_chest",
)  # fmt: skip
"""The first six tasks and one of each family that they leave out. Frozen: figures of different versions stay comparable."""
HARD: Mapping[str, Mapping[str, float]] = {
    "stiff": {"drawer_friction": 14.0, "hinge_friction": 1.5, "fixture_damping": 8.0, "fixture_mass": 3.0, "encoder_delay": 60.0,
              "worktop_height": 0.06},
    "worn": {"closer_spring": 3.0, "backlash": 12.0, "sag": 6.0, "stick_slip": 1.5, "cap_torque": 2.5, "drawer_friction": 14.0},
    "slippery": {"surface_friction": 0.5, "object_mass": 3.0, "object_moved": 4.0, "object_pose": 0.06},
    "late": {"action_delay": 60.0, "encoder_delay": 60.0, "camera_delay": 200.0, "dropped_frames": 0.5},
    "askew": {"camera_shift": 0.05, "camera_tilt": 6.0, "light_strength": 0.45, "colour": 0.3, "distractors": 5.0},
}  # fmt: skip
"""Named settings at the hard end of their axes: stiff fixtures in a house of another height, felt late; furniture after years of use; heavy, smooth objects that
stand elsewhere and get pushed; late senses and servos; moved cameras in dim light with other colours and more things about."""
SETTING = {"drawers": "stiff", "doors": "stiff", "appliances": "stiff", "bottles": "worn"}
"""What is physically hard for a family; for the others, slippery objects."""


def core_tasks() -> tuple[str, ...]:
    """Those of CORE."""
    return CORE


def hard_tasks() -> tuple[str, ...]:
    """Each core task in two perturbed settings: what is physically hard for its family, and cameras that see another house."""
    out = []
    for name in core_tasks():
        out += [f"{name}+{SETTING.get(all_tasks()[name].family, 'slippery')}", f"{name}+askew"]
    return tuple(out)


def families() -> tuple[str, ...]:
    return tuple(dict.fromkeys(t.family for t in all_tasks().values()))


def variant(name: str) -> tuple[str, dict[str, float]]:
    """`open_drawer+stiff` -> the task and what the setting's axes are. Raises HomebodyError for unknown parts."""
    base, plus, setting = name.partition("+")
    if base not in all_tasks():
        raise unknown("task", base, [*all_tasks(), "first", "core", "all", "hard", *families()])
    if not plus:
        return base, {}
    if setting not in HARD:
        raise unknown("setting", setting, sorted(HARD))
    return base, dict(HARD[setting])


def in_order(names: Iterable[str]) -> list[str]:
    """Each task once, as the registry has them; unknown ones (another version's) last."""
    place = {name: n for n, name in enumerate(all_tasks())}
    return sorted(set(names), key=lambda name: (place.get(name.partition("+")[0], len(place)), name))


def task_names(text: str) -> tuple[str, ...]:
    """Tasks of a comma list of set names, family names, tasks and TASK+SETTING. Raises HomebodyError for an unknown one."""
    out: dict[str, None] = {}
    for name in (t.strip() for t in text.split(",") if t.strip()):
        if name == "first":
            out |= dict.fromkeys(members("first"))
        elif name == "core":
            out |= dict.fromkeys(core_tasks())
        elif name == "all":
            out |= dict.fromkeys(all_tasks())
        elif name == "hard":
            out |= dict.fromkeys(hard_tasks())
        elif name in families() and name not in all_tasks():
            out |= dict.fromkeys(t.name for t in all_tasks().values() if t.family == name)
        else:
            variant(name)
            out[name] = None
    if not out:
        raise HomebodyError(f"tasks is {text!r}: expected first, core, all, hard, a family, or names separated by commas")
    return tuple(out)
