"""What `--axes` and `--tasks` mean."""

import pytest
from homebody.benchmarks.arms import plan_axes
from homebody.benchmarks.tasksets import HARD, core_tasks, families, hard_tasks, task_names, variant
from homebody.core.errors import HomebodyError
from homebody.envs.axes import AXES, check_axes
from homebody.envs.registry import all_tasks


def test_graded_levels_are_arms_and_level_0_is_the_nominal_one_that_goes_without_saying():
    plan = plan_axes("hinge_friction=0..4")
    assert plan.fixed == {} and [a.level for a in plan.arms] == [1, 2, 3, 4]
    assert [a.value for a in plan.arms] == list(AXES["hinge_friction"].levels()[1:])
    assert plan_axes("hinge_friction=4..4").arms == plan.arms[3:]


def test_one_value_holds_in_all_episodes_and_a_list_is_swept():
    assert plan_axes("hinge_friction=0.9, camera_tilt=6").fixed == {"hinge_friction": 0.9, "camera_tilt": 6.0}
    plan = plan_axes("hinge_friction=0.15,0.5,0.9,camera_tilt=6")
    assert plan.fixed == {"camera_tilt": 6.0}
    assert [(a.level, a.value) for a in plan.arms] == [(1, 0.5), (2, 0.9)]  # 0.15 is nominal


def test_families_and_all_stand_for_their_axes():
    physical = [a.name for a in AXES.values() if a.family == "physical"]
    assert list(dict.fromkeys(a.axis for a in plan_axes("physical=4..4").arms)) == physical
    assert {a.axis for a in plan_axes("all=1..2").arms} == set(AXES)


@pytest.mark.parametrize(("text", "message"), [
    ("hinge_fricton=0..4", "unknown axis 'hinge_fricton': nearest are hinge_friction"),
    ("hinge_friction=0..5", "expected graded levels, as in hinge_friction=0..4"),
    ("hinge_friction=3..1", "expected graded levels"),
    ("hinge_friction=a..b", "expected graded levels"),
    ("hinge_friction=stiff", "hinge_friction=stiff: expected NAME=NUMBER"),
    ("hinge_friction=", "expected NAME=NUMBER"),
    ("hinge_friction=0.2,9", "axis hinge_friction is 9.0: expected 0.03 to 1.5 N m"),
    ("hinge_friction=nan", "axis hinge_friction is nan"),
    ("0.2", "axis setting '0.2': expected NAME=NUMBER"),
    ("hinge_friction=0.2,hinge_friction=0.3", "set twice: expected a list"),
    ("hinge_friction=0.2,physical=0..4", "axis hinge_friction is set in every episode and swept"),
])  # fmt: skip
def test_bad_axes_are_one_clear_line(text, message):
    with pytest.raises(HomebodyError, match=message):
        plan_axes(text)


TASKS = all_tasks()


def test_core_is_the_first_six_tasks_and_one_of_each_family_and_all_is_all():
    core = task_names("core")
    assert core == core_tasks() and core[:6] == tuple(TASKS)[:6] == task_names("first")
    assert {TASKS[t].family for t in core} == {t.family for t in TASKS.values()}
    assert len({TASKS[t].family for t in core[6:]}) == len(core[6:])
    assert task_names("all") == tuple(TASKS)


def test_families_lists_and_settings_are_names_too():
    assert task_names("pick_up, open_drawer") == ("pick_up", "open_drawer")
    for family in families():
        assert {TASKS[t].family for t in task_names(family)} == {family} or family in TASKS
    assert task_names("drawers,open_drawer")[0] == "open_drawer"
    base, axes = variant("open_drawer+stiff")
    assert base == "open_drawer" and axes == HARD["stiff"]


def test_hard_settings_lie_within_their_axes_and_each_core_task_meets_two():
    for setting in HARD.values():
        assert check_axes(setting) == dict(setting)
    hard = [variant(name)[0] for name in hard_tasks()]
    assert sorted(hard) == sorted([*core_tasks(), *core_tasks()])


@pytest.mark.parametrize(("text", "message"), [
    ("open_drawr", "unknown task 'open_drawr': nearest are open_drawer"),
    ("open_drawer+stif", "unknown setting 'stif': nearest are stiff"),
    (",", "tasks is ','"),
])  # fmt: skip
def test_bad_task_names_are_one_clear_line(text, message):
    with pytest.raises(HomebodyError, match=message):
        task_names(text)
