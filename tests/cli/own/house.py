"""A spinning top for the kitchen: hold it up."""

from homebody.core.phrasebook import add_nouns
from homebody.core.phrasebook.phrases import Phrases, goals
from homebody.envs.objects.catalogue import add_object
from homebody.envs.objects.forms import lathe
from homebody.envs.objects.making import cylinder, down, thing
from homebody.envs.objects.paints import Paint
from homebody.envs.registry import add_task
from homebody.envs.skills.things import hold_up
from homebody.envs.tasks.common import for_hand
from homebody.envs.tasks.marks import held_up, the
from homebody.envs.tasks.predicates import LIFT_M, grasped, lifted
from homebody.envs.tasks.task import HouseholdTask
from homebody.policies.registry import add_policy

NOUNS = ("spinning top", "top toy", "whirligig")


def _top(name, adjective, heldout, radius):
    paint = Paint("red", gloss=0.4)
    side = [(0.0, 0.0), (radius, 0.0), (radius, 0.06), (0.0, 0.06)]
    return thing(
        name,
        "spinning_top",
        NOUNS,
        adjective,
        heldout,
        0.08,
        [cylinder(radius, 0.0, 0.06)],
        [(lathe(side), paint)],
        [down(0.04, 2 * radius, any_yaw=True)],
    )


def _setup(s, goal):
    s.cast("target", goal.target, fits=for_hand(s))
    s.stand("target", s.reach)


class Timid:
    """Holds the arm still, whatever it is told."""

    name = "timid"

    def __init__(self, env):
        self._robot = env.robot

    def reset(self, slots, instructions):
        pass

    def act(self, observation):
        return self._robot.still(observation["proprio"])


add_nouns("spinning_top", NOUNS)
add_object(_top("spinning_top_red", "red", False, 0.022))
add_object(_top("spinning_top_wide", "wide", True, 0.026))
asked = goals("hold_up_top", "spinning_top")
add_task(
    HouseholdTask(
        name="hold_up_top",
        family="pick",
        room="kitchen",
        scene="home_kitchen",
        horizon=200,
        goals=asked,
        setup=_setup,
        worktop=True,
        checks=lambda g: {"grasped(top)": grasped("target"), "lifted(top)": lifted("target")},
        marks=held_up(the("target"), LIFT_M),
    ),
    Phrases(
        goals=asked,
        train=(
            "hold up the {target}",
            "lift the {target}",
            "raise the {target}",
            "take the {target} and hold it up",
            "show me the {target}",
            "pick the {target} up and hold it",
            "bring the {target} up",
            "hoist the {target}",
            "elevate the {target}",
            "up with the {target}",
        ),
        heldout=(
            "let me see the {target} in the air",
            "could you raise the {target} for me",
            "get the {target} off the table",
            "i would like the {target} lifted",
            "hold the {target} high",
        ),
    ),
    hold_up,
)
add_policy("timid", Timid, cameras=())
