"""For every household task: a state that is it, one that is nearly it, and a way to have it look done that must not count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from homebody.envs.engine import HouseholdVectorEnv
from homebody.envs.furniture.bins import BIN_HEIGHT_M, TRAY_HEIGHT_M
from homebody.envs.furniture.cloth import BLANKET, QUILT, TOWEL, Cloth, placed
from homebody.envs.furniture.grains import GRAIN_RADIUS_M, MAT_HALF_M, NAMES
from homebody.envs.house import household_tasks
from homebody.envs.skills.expert import Expert

FLIPPED, ON_SIDE = (0.0, 1.0, 0.0, 0.0), (np.sqrt(0.5), np.sqrt(0.5), 0.0, 0.0)
UPRIGHT = (1.0, 0.0, 0.0, 0.0)


class Film:
    """One episode told by still pictures: bodies and joints are put where a story has them, and looked at once a control step."""

    def __init__(self, task: str, index: int = 0) -> None:
        self.env = HouseholdVectorEnv(task, 1, cameras=(), threads=1)
        self.env.reset(options={"index": [index]})
        self.goal, self.names = self.env.goal(0), self.env.stage.names

    @property
    def w(self):
        return self.env.snapshot(0)

    def look(self) -> dict[str, bool]:
        """The goal's predicates in the state as it stands, remembered."""
        self.env._sims.forward(np.array([0]))
        view = self.env._view()[0]
        self.env.stage.remember(self.env._episode(0).past, view)
        return self.env._episode(0).predicates(view, 0.0)

    def put(self, role: str, position, quat=UPRIGHT) -> dict[str, bool]:
        self.place(role, position, quat)
        return self.look()

    def place(self, role: str, position, quat=UPRIGHT) -> None:
        """As `put`, within the same step as what comes next."""
        body = self.w.body(role)
        self.env._qpos[0, self.names.qpos[body] : self.names.qpos[body] + 7] = [*position, *quat]
        self.env._qvel[0, self.names.dof[body] : self.names.dof[body] + 6] = 0.0

    def drop(self, role: str, position, height: float, quat=UPRIGHT) -> dict[str, bool]:
        """It falls from `height` [m] over a place."""
        body, t = self.w.body(role), 0.0
        while (z := height - 0.5 * 9.81 * t * t) > 0:
            self.env._qvel[0, self.names.dof[body] + 2] = -9.81 * t
            self.env._qpos[0, self.names.qpos[body] : self.names.qpos[body] + 7] = [*position[:2], position[2] + z, *quat]
            self.look()
            t += 0.05
        return self.put(role, position, quat)

    def slide(self, joint: str, to: float, steps: int = 25) -> dict[str, bool]:
        """A fixture's joint goes to `to` in so many control steps."""
        at, dof = self.names.qpos[joint], self.names.dof[joint]
        before = float(self.env._qpos[0, at])
        for k in range(1, steps + 1):
            self.env._qpos[0, at] = before + (to - before) * k / steps
            self.env._qvel[0, dof] = (to - before) / steps / 0.05
            self.look()
        self.env._qpos[0, at], self.env._qvel[0, dof] = to, 0.0
        return self.look()

    def peas(self, points) -> dict[str, bool]:
        for name, point in zip(NAMES, points, strict=True):
            self.env._qpos[0, self.names.qpos[name] : self.names.qpos[name] + 3] = point
        return self.look()

    def cloth(self, cloth: Cloth, vertices) -> dict[str, bool]:
        self.env._qpos[0, self.names.flex_qpos[cloth.name]] = vertices.reshape(-1, 3) - self.names.flex_origin[cloth.name]
        return self.look()

    def expert(self) -> dict[str, bool]:
        """The expert does it."""
        expert, info = Expert(self.env), {}
        expert.reset([0], [""])
        while not self.env.finished(0):
            *_, info = self.env.step(expert.act({}))
        return info["predicates"][0]


Story = Callable[[Film], dict[str, bool]]


@dataclass(frozen=True, kw_only=True)
class Case:
    task: str
    what: str
    story: Story
    fails: str = ""
    """How the name of a predicate begins that must not hold; empty: all hold."""
    index: int = 0


# --- fixtures ---------------------------------------------------------------------------------------------------------
def joint_of(f: Film) -> str:
    g = f.goal
    return {
        "chest_drawer": f"drawer_{g.target}", "cutlery_drawer": "cutlery_drawer", "cupboard": "cupboard_door", "fridge": "fridge_door",
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


SLIDING = ("chest_drawer", "cutlery_drawer", "cupboard", "fridge")
SIDES = {
    **{f"open_{n}": "open(" for n in SLIDING}, **{f"close_{n}": "shut(" for n in SLIDING}, "turn_on_stove": "open(", "turn_off_stove": "shut(",
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
def spot(f: Film, role: str = "receptacle", up: float = 0.0, aside: float = 0.0) -> np.ndarray:
    """On the floor of a container, for a thing that rests as `target` does."""
    cavity, T = f.w.cast[role].cavity, f.w.position(role)
    assert cavity is not None
    return T + np.array([cavity.centre[0] + aside, cavity.centre[1], cavity.floor + up])


def goes_in(f: Film, up: float = 0.002, role: str = "target", container: str = "receptacle") -> dict[str, bool]:
    return f.put(role, spot(f, container, f.w.cast[role].rest + up))


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
    Case(task="start_cooking", what="both burners are on", fails="others_left_alone",
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
def heap(f: Film, role: str) -> np.ndarray:
    """(N, 3) the peas in a vessel, as close together as they like."""
    cavity = f.w.cast[role].cavity
    assert cavity is not None
    return np.tile(f.w.position(role) + f.w.rotation(role) @ [*cavity.centre, cavity.floor + 0.012], (len(NAMES), 1))


def full_cup_in_bowl(f: Film) -> dict[str, bool]:
    goes_in(f)
    return f.peas(heap(f, "target"))


def cup_upside_down_in_bowl(f: Film) -> dict[str, bool]:
    f.put("target", spot(f, "receptacle", f.w.cast["target"].top - f.w.cast["target"].rest), FLIPPED)
    return f.peas(heap(f, "receptacle"))


def off_mat(f: Film, with_sponge: bool, left: int = 0) -> dict[str, bool]:
    """The peas go off the mat side by side, `left` of them stay; the sponge behind them or far away."""
    T = f.w.site("mat")
    at = lambda x, y, z: T[:3, 3] + T[:3, :3] @ np.array([x, y, 0.0]) + [0.0, 0.0, z]  # noqa: E731
    xs = np.linspace(-0.02, 0.02, len(NAMES))
    out: dict[str, bool] = {}
    for y in np.arange(-0.05, MAT_HALF_M[1] + 0.06, 0.01):
        half = f.w.cast["target"].half
        if with_sponge:
            yaw = float(np.arctan2(T[1, 0], T[0, 0]))
            turn = (np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2))
            f.place("target", at(0.0, y - half[1] - GRAIN_RADIUS_M - 0.001, f.w.cast["target"].rest + 0.001), turn)
        out = f.peas([at(x, -0.05 if k < left else y, GRAIN_RADIUS_M) for k, x in enumerate(xs)])
    return out


PEAS = [
    Case(task="pour_peas", what="the peas are in the bowl", story=lambda f: f.peas(heap(f, "receptacle"))),
    Case(task="pour_peas", what="a quarter lies beside it", fails="poured(",
         story=lambda f: f.peas(heap(f, "receptacle") + np.where(np.arange(24)[:, None] < 6, [0.2, 0.0, 0.0], 0.0))),
    Case(task="pour_peas", what="the full cup stands in the bowl", story=full_cup_in_bowl, fails="poured("),
    Case(task="pour_peas", what="the cup stands over the peas in the bowl", story=cup_upside_down_in_bowl, fails="kept("),
    Case(task="pour_peas", what="the cup stands in the bowl with the peas", fails="kept(",
         story=lambda f: (f.peas(heap(f, "receptacle")), goes_in(f))[1]),
    Case(task="wipe_mat", what="the sponge has pushed them off", story=lambda f: off_mat(f, True)),
    Case(task="wipe_mat", what="the sponge has left one", story=lambda f: off_mat(f, True, 1), fails="clean("),
    Case(task="wipe_mat", what="the fist has pushed them off", story=lambda f: off_mat(f, False), fails="swept_by("),
]  # fmt: skip


# --- care -------------------------------------------------------------------------------------------------------------
def in_palm(f: Film, up: float = 0.0, steps: int = 60, shove: float = 0.0) -> dict[str, bool]:
    """The thing is let go `up` above the palm, and physics goes on; `shove` [N] presses on the hand meanwhile."""
    f.put("target", f.w.site("person_palm")[:3, 3] + [0.0, 0.0, f.w.cast["target"].rest + 0.002 + up])
    f.env._sims.push(0, f.names.body["person_hand"], np.array([0.0, 0.0, -shove]))
    info = {}
    for _ in range(steps):
        *_, info = f.env.step(f.env.held_actions())
        if f.env.finished(0):
            break
    return info["predicates"][0]


def on_worktop_by(f: Film, dx: float, dy: float, quat=UPRIGHT, fall: float = 0.0) -> dict[str, bool]:
    p = f.w.site("person_palm")[:3, 3] + f.w.site("person_palm")[:3, :3] @ [dx, dy, 0.0]
    place = [p[0], p[1], f.w.cast["target"].rest + 0.001]
    return f.drop("target", place, fall, quat) if fall else f.put("target", place, quat)


def on_coaster(f: Film, aside: float = 0.0, quat=UPRIGHT) -> dict[str, bool]:
    place = f.w.site("coaster")[:3, 3] + [aside, 0.0, f.w.cast["target"].rest]
    return f.put("target", place, quat)


CARE = [
    Case(task="hand_over", what="the hand has closed on it", story=Film.expert, index=5),
    Case(task="hand_over", what="it falls into the hand from 12 cm", story=lambda f: in_palm(f, 0.12), fails="given(", index=5),
    Case(task="hand_over", what="it falls into the hand from 3 cm", story=lambda f: in_palm(f, 0.03), fails="given(", index=5),
    Case(task="hand_over", what="the hand has not closed yet", story=lambda f: in_palm(f, steps=6), fails="clasped(", index=5),
    Case(task="hand_over", what="it lies beside the hand", story=lambda f: on_worktop_by(f, -0.03, -0.14), fails="in_hand(", index=5),
    Case(task="take_from_hand", what="stands on the round mat", story=on_coaster),
    Case(task="take_from_hand", what="stands beside the mat", story=lambda f: on_coaster(f, 0.07), fails="near("),
    Case(task="take_from_hand", what="lies on its face", story=lambda f: on_coaster(f, 0.0, FLIPPED), fails="stands("),
    Case(task="take_from_hand", what="was left in the hand", story=lambda f: f.look(), fails="near("),
    Case(task="bring_within_reach", what="stands beside the hand", story=lambda f: on_worktop_by(f, -0.04, -0.12), index=4),
    Case(task="bring_within_reach", what="stands out of reach", story=lambda f: on_worktop_by(f, -0.04, -0.20), fails="within_reach(", index=4),
    Case(task="bring_within_reach", what="has been knocked over", story=lambda f: on_worktop_by(f, -0.04, -0.12, ON_SIDE), fails="stands(", index=4),
    Case(task="bring_within_reach", what="is dropped beside the hand", fails="put_down(", index=4,
         story=lambda f: on_worktop_by(f, -0.04, -0.12, fall=0.1)),
]  # fmt: skip


# --- cloth ------------------------------------------------------------------------------------------------------------
def fold(cloth: Cloth, axis: int, share: float = 0.5, squeeze: float = 1.0) -> np.ndarray:
    X = np.moveaxis(cloth.grid(), axis, 0).copy()
    crease = round(share * (len(X) - 1))
    X[crease:, :, axis] = 2 * X[crease, 0, axis] - X[crease:, :, axis]
    X[crease:, :, 2] += 2 * cloth.radius
    X[..., 1 - axis] *= squeeze
    return placed(np.moveaxis(X, 0, axis), 0.5, 0.0, 0.0)


def basket(f: Film, up: float, size: float = 0.7) -> dict[str, bool]:
    T = f.w.site("basket_floor")
    grid = TOWEL.grid() * np.array([size, size, 1.0])
    return f.cloth(TOWEL, grid @ T[:3, :3].T + T[:3, 3] + [0.0, 0.0, up])


def blanket(f: Film, along: float = 0.0, up: float = 0.0) -> dict[str, bool]:
    T = f.w.site("mark_middle")
    return f.cloth(BLANKET, (BLANKET.grid() + [along, 0.0, up]) @ T[:3, :3].T + T[:3, 3])


CLOTH = [
    *(case for task, cloth, axis in (("fold_quilt", QUILT, 0), ("fold_towel", TOWEL, 1)) for case in (
        Case(task=task, what="lies folded", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a))),
        Case(task=task, what="is folded by a third", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a, 0.67)), fails="edges_meet("),
        Case(task=task, what="is folded the other way", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, 1 - a)), fails="edges_meet("),
        Case(task=task, what="is bunched to a strip", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a, squeeze=0.5)), fails="halved("),
        Case(task=task, what="is held up", story=lambda f, c=cloth, a=axis: f.cloth(c, fold(c, a) + [0, 0, 0.1]), fails="flat("),
    )),
    Case(task="lay_blanket", what="covers the mark", story=blanket),
    Case(task="lay_blanket", what="lies half beside the mark", story=lambda f: blanket(f, 0.12), fails="covered("),
    Case(task="lay_blanket", what="is held over the mark", story=lambda f: blanket(f, up=0.08), fails="flat("),
    Case(task="towel_in_basket", what="lies in the basket", story=lambda f: basket(f, 0.03)),
    Case(task="towel_in_basket", what="lies over the rim", story=lambda f: basket(f, 0.16), fails="inside("),
    Case(task="towel_in_basket", what="is spread wider than the basket", story=lambda f: basket(f, 0.1, 1.2), fails="inside("),
]  # fmt: skip

CASES = (*FIXTURES, *THINGS, *LONG, *BATHROOM, *PEAS, *CARE, *CLOTH)


@pytest.mark.parametrize("case", CASES, ids=[f"{c.task}: {c.what}" for c in CASES])
def test_a_task_is_done_when_it_is_done_and_not_when_it_looks_so(case: Case) -> None:
    found = case.story(Film(case.task, case.index))
    if case.fails:
        wanted = [name for name in found if name.startswith(case.fails)]
        assert wanted and not all(found[n] for n in wanted), found
    else:
        assert all(found.values()), found


def test_every_task_has_a_state_that_is_it_a_near_miss_and_a_cheat() -> None:
    for task in household_tasks():
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
