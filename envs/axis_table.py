"""The axes along which episodes are graded and randomised, each with a unit and ranges.

Training ranges follow what was published for sim-to-real transfer (MuJoCo Playground's randomisers, robosuite's
DomainRandomizationWrapper); held-out ranges go further on the same scale.
"""

from __future__ import annotations

from .axis import Axis


def _factor(name: str, family: str, train: tuple[float, float], heldout: tuple[float, float], text: str) -> Axis:
    return Axis(name=name, family=family, unit="x", nominal=1.0, train=train, heldout=heldout, log=True, help=text)


def _amount(name: str, family: str, unit: str, train: float, heldout: float, text: str, *, drawn: bool = True) -> Axis:
    return Axis(name=name, family=family, unit=unit, nominal=0.0, train=(0.0, train), heldout=(0.0, heldout), drawn=drawn, help=text)


def _set(name: str, family: str, unit: str, train: float, heldout: float, text: str) -> Axis:
    """An axis that randomisation leaves alone."""
    return _amount(name, family, unit, train, heldout, text, drawn=False)


AXES: dict[str, Axis] = {
    axis.name: axis
    for axis in (
        _factor("object_mass", "physical", (0.6, 1.8), (0.4, 3.0), "mass and inertia of every loose object"),
        _factor("surface_friction", "physical", (0.7, 1.2), (0.5, 1.4), "sliding friction of every surface"),
        Axis(name="drawer_friction", family="physical", unit="N", nominal=1.5, train=(0.5, 6.0), heldout=(0.3, 14.0), log=True,
             help="dry friction of the drawers' runners"),
        Axis(name="hinge_friction", family="physical", unit="N m", nominal=0.15, train=(0.05, 0.6), heldout=(0.03, 1.5), log=True,
             help="dry friction of the microwave door's hinge"),
        _factor("fixture_damping", "physical", (0.5, 3.0), (0.3, 8.0), "viscous damping of drawers and doors"),
        _factor("fixture_mass", "physical", (0.7, 1.6), (0.5, 3.0), "mass and inertia of drawers and doors"),
        _factor("arm_gain", "physical", (0.85, 1.15), (0.6, 1.4), "stiffness and damping gains of the arm's position servos"),
        _factor("arm_friction", "physical", (0.5, 4.0), (0.3, 15.0), "dry friction of the arm's joints"),
        _amount("action_delay", "sensing", "ms", 25.0, 60.0, "time from a command to the servos"),
        _amount("encoder_delay", "sensing", "ms", 25.0, 60.0, "age of the joint positions and velocities that the policy sees"),
        _factor("taxel_gain", "sensing", (0.7, 1.4), (0.4, 2.5), "gain of the taxels"),
        _amount("camera_shift", "visual", "m", 0.02, 0.05, "how far each camera has moved, in a random direction"),
        _amount("camera_tilt", "visual", "deg", 2.0, 6.0, "how far each camera has turned, about a random axis"),
        _factor("camera_zoom", "visual", (0.97, 1.03), (0.92, 1.08), "field of view of the cameras"),
        _amount("light_direction", "visual", "deg", 25.0, 50.0, "how far each light has turned, about a random axis"),
        _factor("light_strength", "visual", (0.7, 1.25), (0.45, 1.5), "brightness of all light"),
        _amount("light_tint", "visual", "share", 0.12, 0.3, "how far the light's colour is from white, towards a random hue"),
        _amount("colour", "visual", "share", 0.1, 0.3, "how far each material's colour is from its own, towards a random one"),
        # What follows is set on purpose, never drawn by --randomize: earlier draws stay what they were.
        _set("closer_spring", "physical", "N m", 1.0, 3.0, "torque of a door closer towards shut, at 45 degrees"),
        _set("backlash", "physical", "mm", 4.0, 12.0, "play between a handle and what it moves"),
        _set("sag", "physical", "deg", 2.0, 6.0, "lean of doors' hinges: the door rises as it opens and swings shut by itself"),
        _set("stick_slip", "physical", "share", 0.5, 1.5, "how much more dry friction holds than slides, in worn joints"),
        Axis(name="cap_torque", family="physical", unit="x", nominal=1.0, train=(0.6, 1.6), heldout=(0.4, 2.5), log=True, drawn=False,
             help="dry friction of caps, lids, pumps, knobs, levers and switches"),
        Axis(name="cloth_stiffness", family="physical", unit="x", nominal=1.0, train=(0.5, 2.0), heldout=(0.25, 4.0), log=True, drawn=False,
             help="stiffness of cloth"),
        _set("object_pose", "geometry", "m", 0.02, 0.06, "how far beyond their usual zone things may stand"),
        _set("object_size", "geometry", "share", 0.5, 1.0, "how far a thing's size is from its category's middle, towards the extremes"),
        _set("instance", "geometry", "share", 0.5, 1.0, "chance that a thing is one of the held-out instances"),
        _set("layout", "geometry", "share", 0.5, 1.0, "chance that the furniture stands in a held-out layout"),
        _set("style", "visual", "share", 0.5, 1.0, "chance that the room wears a held-out style"),
        Axis(name="worktop_height", family="geometry", unit="m", nominal=0.0, train=(-0.02, 0.03), heldout=(-0.04, 0.06), drawn=False,
             help="how much higher the worktop is than the robot's foot"),
        Axis(name="initial_opening", family="geometry", unit="x", nominal=1.0, train=(0.7, 1.0), heldout=(0.3, 1.0), drawn=False,
             help="how far what has to be closed stands open"),
        Axis(name="robot_start", family="geometry", unit="rad", nominal=0.04, train=(0.04, 0.1), heldout=(0.04, 0.25), drawn=False,
             help="half-width of the noise on the arm's start joints"),
        Axis(name="distractors", family="visual", unit="things", nominal=0.0, train=(0.0, 2.0), heldout=(0.0, 5.0), drawn=False,
             help="further things that stand about"),
        _set("blur", "visual", "px", 0.8, 2.4, "blur of the pictures, at 128 pixels"),
        _set("noise", "visual", "grey levels", 6.0, 24.0, "sensor noise of the pictures"),
        _set("camera_delay", "sensing", "ms", 50.0, 200.0, "age of the pictures that the policy sees"),
        _set("dropped_frames", "sensing", "share", 0.1, 0.5, "chance that a picture is the one before again"),
        _set("dead_taxels", "sensing", "share", 0.1, 0.6, "share of taxels that feel nothing"),
        _set("object_moved", "event", "N", 1.0, 4.0, "push that somebody gives the thing in the middle of the task"),
        _set("hand_reaches_in", "event", "share", 0.5, 1.0, "how far a person's hand comes into the workplace"),
        _set("pet_walks", "event", "share", 0.5, 1.0, "how close to the middle of the workplace a cat walks through"),
        _set("instruction_changes", "event", "share", 0.5, 1.0, "chance that something else is asked for in the middle of the task"),
        _set("taken_back", "event", "share", 0.5, 1.0, "chance that the instruction is taken back: the right answer is to stop"),
        _set("phrasing", "language", "share", 0.5, 1.0, "chance that the words are held out from training"),
        _set("typing_errors", "language", "per letter", 0.03, 0.15, "chance that a letter is mistyped"),
        _set("irrelevant_words", "language", "clauses", 1.0, 4.0, "clauses that say nothing of the task"),
        _set("other_task", "language", "share", 0.5, 1.0, "chance that another task that the scene allows is asked for"),
        _set("empty", "language", "share", 0.5, 1.0, "chance that nothing is said"),
    )
}  # fmt: skip
