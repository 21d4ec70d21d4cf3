"""For every task: a state that is it, one that is nearly it, and a way to have it look done that must not count."""

from __future__ import annotations

import numpy as np
import pytest
from film import Case, Film, goes_in, spot
from homebody.envs.furniture.bins import BIN_HEIGHT_M, TRAY_HEIGHT_M
from homebody.envs.registry import all_tasks
from soft_cases import CARE, CLOTH, PEAS

FLIPPED, ON_SIDE = (0.0, 1.0, 0.0, 0.0), (np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0)


def joint_of(f: Film) -> str:
    g = f.goal
    return {
        "drawer": f"drawer_{g.target}", "microwave": "microwave_door", "chest_drawer": f"drawer_{g.target}", "cutlery_drawer": "cutlery_drawer", "cupboard": "cupboard_door", "fridge": "fridge_door",
        "stove": f"knob_{g.target}", "tap": "tap_lever", "light": "switch_rocker", "coffee_button": "coffee_button", "toaster_down": "toaster_lever",
        "soap_pump": "pump", "pill_box": f"lid_{g.target}", "bell": "bell_button",
    }[g.task.split("_", 1)[1].removeprefix("on_").removeprefix("off_")]  # fmt: skip


def done_at(f: Film, share: float = 1.0) -> float:
    """Where the joint has to be; with a share below 1 it falls short."""
    fixture = f.names.fixtures[joint_of(f)]
    if f.goal.task.startswith(("close", "turn_off", "switch_off")):
        return fixture.shut + (0.0 if share == 1.0 else (1 - share) * fixture.travel)
    return share * fixture.opened


def does(f: Film) -> dict[str, bool]:
    return f.slide(joint_of(f), done_at(f))


def falls_short(f: Film) -> dict[str, bool]:
    return f.slide(joint_of(f), done_at(f, 0.97))


def moves_another(f: Film) -> dict[str, bool]:
    """It does what was asked and moves something else there and back."""
    own = joint_of(f)
    other = next(j for j in f.names.fixtures if j != own)
    travel, at = f.names.fixtures[other].travel, f.w.joint(other)
    f.slide(other, 0.5 * travel if at < 0.3 * travel else 0.0)
    f.slide(other, at)
    return does(f)


def slams(f: Film) -> dict[str, bool]:
    fixture = f.names.fixtures[joint_of(f)]
    f.slide(joint_of(f), 0.4 * fixture.travel, 10)
    return f.slide(joint_of(f), 0.0, 1)


def flings_open(f: Film) -> dict[str, bool]:
    return f.slide(joint_of(f), f.names.fixtures[joint_of(f)].travel, 3)


FIRST_ONES = ("drawer", "microwave")
SLIDING = (*FIRST_ONES, "chest_drawer", "cutlery_drawer", "cupboard", "fridge")
SIDES = {
    **{f"open_{n}": "open(" for n in SLIDING}, **{f"close_{n}": "closed(" if n in FIRST_ONES else "shut(" for n in SLIDING}, "turn_on_stove": "open(", "turn_off_stove": "shut(",
    "turn_on_tap": "open(", "turn_off_tap": "shut(", "switch_on_light": "open(", "switch_off_light": "shut(", "press_coffee_button": "open(",
    "push_toaster_down": "open(", "press_soap_pump": "open(", "open_pill_box": "open(", "close_pill_box": "shut(", "ring_bell": "open(",
}  # fmt: skip
ALONE = ("ring_bell",)
"""Rooms with one fixture."""
FIXTURES = [
    case for task, side in SIDES.items() for case in (
        Case(task=task, what="is moved as far as it has to be", story=does), Case(task=task, what="falls short", story=falls_short, fails=side),
        *([] if task in ALONE else [Case(task=task, what="another one is moved meanwhile", story=moves_another, fails="others_left_alone")]),
    )
] + [
    *(Case(task=f"close_{n}", what="is slammed", story=slams, fails="gentle(") for n in SLIDING),
    *(Case(task=f"open_{n}", what="is flung against its stop", story=flings_open, fails="gentle(") for n in SLIDING),
    Case(task="ring_bell", what="is pressed and let go again", story=lambda f: (does(f), f.slide("bell_button", 0.0))[1], fails="open("),
]  # fmt: skip


# --- loose things -----------------------------------------------------------------------------------------------------
def over_rim(f: Film) -> dict[str, bool]:
    """As high over the rim as it may be, in nobody's hand."""
    cavity = f.w.cast["receptacle"].cavity
    assert cavity is not None
    return f.put("target", f.w.position("receptacle") + [*cavity.centre, cavity.rim + f.w.cast["target"].rest - 0.002])


def beside(f: Film, role: str = "target", container: str = "receptacle") -> dict[str, bool]:
    away = max(f.w.cast[container].half[:2]) + f.w.cast[role].footprint
    return f.put(role, [*(f.w.position(container)[:2] + [away, 0.0]), f.w.cast[role].rest])


def dropped_in(f: Film, height: float = 0.08) -> dict[str, bool]:
    return f.drop("target", spot(f, "receptacle", f.w.cast["target"].rest + 0.002), height)


def in_bin(f: Film, role: str = "target", up: float = 0.03) -> dict[str, bool]:
    return f.put(role, f.w.site("bin_floor")[:3, 3] + [0.0, 0.0, up])


def in_tray(f: Film, y: float, z: float, name: str = "") -> dict[str, bool]:
    T = f.w.site(f"compartment_{name or f.goal.receptacle}")
    yaw = float(np.arctan2(T[1, 0], T[0, 0]))
    return f.put("target", T[:3, 3] + T[:3, :3] @ [0.0, y, z], (np.cos(yaw / 2), 0, 0, np.sin(yaw / 2)))


def in_air(f: Film) -> dict[str, bool]:
    return f.put("target", f.w.position("target") + [0.0, 0.0, 0.12])


PUT = {"serve_on_plate": "put_down(", "put_in_pot": "put_down(", "set_on_tray": "put_down(", "toys_in_basket": "inside("}
THINGS = [
    *(Case(task=f"hold_up_{n}", what="is held up", story=Film.expert) for n in ("drink", "food", "cutlery", "toy")),
    *(Case(task=f"hold_up_{n}", what="is in the air, held by nothing", story=in_air, fails="grasped(") for n in ("drink", "food", "cutlery", "toy")),
    *(Case(task=f"hold_up_{n}", what="hangs on nothing of the robot", story=in_air, fails="lifted(") for n in ("drink", "food", "cutlery", "toy")),
    *(Case(task=t, what="lies in it", story=goes_in) for t in (*PUT, "stack_bowls")),
    *(Case(task=t, what="lies beside it", story=beside, fails="inside(") for t in PUT),
    *(Case(task=t, what="is dropped in", story=dropped_in, fails="put_down(") for t, n in PUT.items() if n == "put_down("),
    *(Case(task=t, what="is at the height of the rim", story=over_rim, fails="inside(") for t in ("put_in_pot", "toys_in_basket")),
    Case(task="set_on_tray", what="lies on its side", fails="upright(",
         story=lambda f: f.put("target", spot(f, "receptacle", f.w.cast["target"].half[1] + 0.002), ON_SIDE)),
    Case(task="stack_bowls", what="is turned over", fails="upright(", story=lambda f: f.put("target", spot(f, "receptacle", 0.03), FLIPPED)),
    Case(task="stack_bowls", what="stands beside the other", story=beside, fails="stacked("),
    Case(task="stack_bowls", what="is dropped in", story=dropped_in, fails="put_down("),
    Case(task="sort_cutlery", what="lies in its compartment", story=lambda f: in_tray(f, 0.0, 0.012)),
    Case(task="sort_cutlery", what="lies on the walls", story=lambda f: in_tray(f, 0.0, TRAY_HEIGHT_M - 0.001), fails="inside("),
    Case(task="sort_cutlery", what="lies in another compartment", fails="inside(",
         story=lambda f: in_tray(f, 0.0, 0.012, next(n for n in ("left", "middle", "right") if n != f.goal.receptacle))),
    Case(task="clear_rubbish", what="lies in the bin", story=in_bin),
    Case(task="clear_rubbish", what="lies across the bin's rim", story=lambda f: in_bin(f, up=BIN_HEIGHT_M - 0.001), fails="inside("),
    Case(task="clear_rubbish", what="lies on the worktop before the bin", fails="inside(",
         story=lambda f: f.put("target", f.w.site("bin_floor")[:3, 3] + f.w.site("bin_floor")[:3, :3] @ [-0.14, 0.0, 0.03])),
]  # fmt: skip


# --- the first room ---------------------------------------------------------------------------------------------------
def brought(f: Film, up: float = 0.0) -> dict[str, bool]:
    """The thing that is asked for lies in bowl or bin, `up` further up [m]."""
    if f.goal.receptacle == "bin":
        return in_bin(f, f.goal.target, 0.03 + up)
    return goes_in(f, 0.002 + up, f.goal.target, "bowl")


def left_beside(f: Film) -> dict[str, bool]:
    if f.goal.receptacle == "bin":
        return f.put(f.goal.target, f.w.site("bin_floor")[:3, 3] + [0.0, 0.16, 0.03])
    return beside(f, f.goal.target, "bowl")


def own_in_air(f: Film) -> dict[str, bool]:
    return f.put(f.goal.target, f.w.position(f.goal.target) + [0.0, 0.0, 0.12])


FIRST = [
    Case(task="pick_up", what="is held up", story=Film.expert),
    Case(task="pick_up", what="is in the air, held by nothing", story=own_in_air, fails="grasped("),
    Case(task="pick_up", what="hangs on nothing of the robot", story=own_in_air, fails="lifted("),
    *(Case(task="put_in", what=f"lies in it ({n})", story=brought, index=n) for n in range(4)),
    *(Case(task="put_in", what=f"lies beside it ({n})", story=left_beside, fails="inside(", index=n) for n in range(4)),
    *(Case(task="put_in", what=f"hovers over it ({n})", story=lambda f: brought(f, 0.14), fails="inside(", index=n) for n in range(4)),
]  # fmt: skip


# --- long tasks -------------------------------------------------------------------------------------------------------
def stowed(f: Film, site: str, joint: str, *, steps: int = 25) -> dict[str, bool]:
    f.slide(joint, f.names.fixtures[joint].travel)
    f.put("target", f.w.site(site)[:3, 3])
    f.slide(joint, 0.5 * f.names.fixtures[joint].travel)
    f.put("target", f.w.site(site)[:3, 3])
    f.slide(joint, 0.0, steps)
    return f.put("target", f.w.site(site)[:3, 3])


def both_in_bin(f: Film) -> dict[str, bool]:
    in_bin(f, "second", 0.03)
    return in_bin(f, "target", 0.06)


def tray_laid(f: Film, **turned) -> dict[str, bool]:
    f.put("target", spot(f, "tray", f.w.cast["target"].rest + 0.002, -0.05), **turned)
    return f.put("receptacle", spot(f, "tray", f.w.cast["receptacle"].rest + 0.002, 0.06))


def cooked(f: Film, knob: str = "") -> dict[str, bool]:
    goes_in(f, container="pot")
    joint = f"knob_{knob or f.goal.receptacle}"
    return f.slide(joint, f.names.fixtures[joint].opened)


def brewed(f: Film, lean: float = 0.0, up: float = 0.001, button: float = 1.0) -> dict[str, bool]:
    f.slide("coffee_button", button * f.names.fixtures["coffee_button"].opened)
    T = f.w.site("coffee_tray")
    return f.put("target", T[:3, 3] + [0.0, 0.0, f.w.cast["target"].rest + up], (np.cos(lean / 2), np.sin(lean / 2), 0.0, 0.0))


def both_shut(f: Film, steps: int = 25) -> dict[str, bool]:
    f.slide("drawer_top", 0.0)
    return f.slide("drawer_bottom", 0.0, steps)


def closed_up(f: Film, steps: int = 25) -> dict[str, bool]:
    f.slide("cutlery_drawer" if f.goal.target == "cutlery" else "drawer_top", 0.0, steps)
    return f.slide("switch_rocker", 0.0)


LONG = [
    Case(task="stow_in_chest", what="is in the shut drawer", story=lambda f: stowed(f, "drawer_top_inside", "drawer_top")),
    Case(task="stow_in_chest", what="the drawer is shut and the thing lies outside", story=lambda f: f.slide("drawer_top", 0.0), fails="inside("),
    Case(task="stow_in_chest", what="the drawer is slammed", story=lambda f: stowed(f, "drawer_top_inside", "drawer_top", steps=2), fails="gentle("),
    Case(task="put_cutlery_away", what="is in the shut drawer", story=lambda f: stowed(f, "cutlery_drawer_inside", "cutlery_drawer")),
    Case(task="put_cutlery_away", what="lies on the cabinet over the shut drawer", fails="inside(",
         story=lambda f: f.put("target", f.w.site("cutlery_drawer_inside")[:3, 3] + [0.0, 0.0, 0.09])),
    Case(task="put_cutlery_away", what="the drawer is slammed", fails="gentle(",
         story=lambda f: stowed(f, "cutlery_drawer_inside", "cutlery_drawer", steps=2)),
    Case(task="clear_table", what="both lie in the bin", story=both_in_bin),
    Case(task="clear_table", what="one lies in the bin", story=in_bin, fails="inside("),
    Case(task="clear_table", what="one lies across the rim", fails="inside(",
         story=lambda f: (in_bin(f, "second"), in_bin(f, up=BIN_HEIGHT_M - 0.001))[1]),
    Case(task="lay_tray", what="both are on the tray", story=tray_laid),
    Case(task="lay_tray", what="the second is beside it", fails="inside(",
         story=lambda f: (tray_laid(f), beside(f, "receptacle", "tray"))[1]),
    Case(task="lay_tray", what="the cup is turned over", story=lambda f: tray_laid(f, quat=FLIPPED), fails="upright("),
    Case(task="start_cooking", what="is in the pot, and the burner is on", story=cooked),
    Case(task="start_cooking", what="the burner alone is on", fails="inside(",
         story=lambda f: f.slide(f"knob_{f.goal.receptacle}", f.names.fixtures["knob_left"].opened)),
    Case(task="start_cooking", what="both burners are on", fails="others_left_alone", index=2,
         story=lambda f: (cooked(f, "left"), cooked(f, "right"))[1]),
    Case(task="make_coffee", what="stands under the spout with the button pressed", story=brewed),
    Case(task="make_coffee", what="leans under the spout", story=lambda f: brewed(f, lean=0.35), fails="under("),
    Case(task="make_coffee", what="hovers under the spout", story=lambda f: brewed(f, up=0.03), fails="under("),
    Case(task="make_coffee", what="the button is half pressed", story=lambda f: brewed(f, button=0.8), fails="open("),
    Case(task="close_chest", what="both are shut", story=both_shut),
    Case(task="close_chest", what="one stays ajar", story=lambda f: f.slide("drawer_top", 0.0), fails="shut("),
    Case(task="close_chest", what="one is slammed", story=lambda f: both_shut(f, 2), fails="gentle("),
    Case(task="close_up", what="drawer shut, light out", story=closed_up),
    Case(task="close_up", what="the light stays on", fails="shut(light)",
         story=lambda f: f.slide("cutlery_drawer" if f.goal.target == "cutlery" else "drawer_top", 0.0)),
    Case(task="close_up", what="the drawer is slammed", story=lambda f: closed_up(f, 2), fails="gentle("),
]  # fmt: skip


# --- bathroom ---------------------------------------------------------------------------------------------------------
TOPS = {"unscrew_jar": "jar", "unscrew_bottle": "bottle"}


def uncapped(f: Film, turns: float = 1.0, fall: float = 0.0) -> dict[str, bool]:
    name = TOPS[f.goal.task]
    f.slide(f"cap_{name}", turns * f.names.fixtures[f"cap_{name}"].opened)
    place = [0.30, 0.0, 0.001]
    return f.drop(f"{name}_cap", place, fall) if fall else f.put(f"{name}_cap", place)


def still_on(f: Film) -> dict[str, bool]:
    name = TOPS[f.goal.task]
    return f.slide(f"cap_{name}", f.names.fixtures[f"cap_{name}"].opened)


def brush(f: Film, rise: float, depth: float) -> dict[str, bool]:
    """The toothbrush over the cup's middle, its length rising by `rise` [rad], its middle `depth` below the rim [m]."""
    cavity = f.w.cast["receptacle"].cavity
    assert cavity is not None
    place = f.w.position("receptacle") + [0.0, 0.0, cavity.rim - depth]
    return f.put("target", place, (np.cos(rise / 2), 0.0, -np.sin(rise / 2), 0.0))


BATHROOM = [
    *(Case(task=t, what="is off and lies on the worktop", story=uncapped) for t in TOPS),
    *(Case(task=t, what="is loose and still on", story=still_on, fails="off(") for t in TOPS),
    *(Case(task=t, what="was never turned", story=lambda f: uncapped(f, 0.5), fails="turned(") for t in TOPS),
    *(Case(task=t, what="is thrown down", story=lambda f: uncapped(f, fall=0.15), fails="put_down(") for t in TOPS),
    Case(task="put_toothbrush_in_cup", what="stands in the cup", story=lambda f: brush(f, 1.2, 0.03)),
    Case(task="put_toothbrush_in_cup", what="lies across the rim", story=lambda f: brush(f, 0.0, -0.008), fails="inside("),
    Case(task="put_toothbrush_in_cup", what="lies across the rim, head down", story=lambda f: brush(f, 0.3, -0.008), fails="steep("),
    Case(task="put_toothbrush_in_cup", what="stands beside the cup", story=beside, fails="inside("),
]  # fmt: skip


# --- peas -------------------------------------------------------------------------------------------------------------
CASES = (*FIXTURES, *FIRST, *THINGS, *LONG, *BATHROOM, *PEAS, *CARE, *CLOTH)


@pytest.mark.parametrize("case", CASES, ids=[f"{c.task}: {c.what}" for c in CASES])
def test_a_task_is_done_when_it_is_done_and_not_when_it_looks_so(case: Case) -> None:
    found = case.story(Film(case.task, case.index))
    if case.fails:
        wanted = [name for name in found if name.startswith(case.fails)]
        assert wanted and not all(found[n] for n in wanted), found
    else:
        assert all(found.values()), found


def test_every_task_has_a_state_that_is_it_a_near_miss_and_a_cheat() -> None:
    for task in all_tasks():
        own = [c for c in CASES if c.task == task]
        assert sum(not c.fails for c in own) >= 1 and sum(bool(c.fails) for c in own) >= 2, task


@pytest.mark.parametrize(
    ("joint", "task"), [("drawer_top", "close_chest"), ("cupboard_door", "close_cupboard"), ("fridge_door", "close_fridge")]
)
def test_what_is_shoved_hits_its_stop_and_what_is_pushed_does_not(joint: str, task: str) -> None:
    for hard in (False, True):
        f = Film(task)
        f.slide(joint, 0.25 * f.names.fixtures[joint].travel)
        f.env._qvel[0, f.names.dof[joint]] = -(1.2 if "drawer" in joint else 5.0) if hard else 0.0
        for _ in range(20):
            if not hard and f.w.joint(joint) > 0.0:  # a hand goes along with it
                f.env._qvel[0, f.names.dof[joint]] = -0.2 if "drawer" in joint else -1.0
            f.env.step(f.env.held_actions())
        limit = 0.35 if "drawer" in joint else 1.5
        assert (f.w.struck(joint) > limit) == hard, (joint, hard, f.w.struck(joint))
