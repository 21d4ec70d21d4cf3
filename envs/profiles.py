"""Render profiles: `fast` for learning, `film` the same with a backdrop, `pretty` for people."""

from __future__ import annotations

from typing import Literal

import mujoco

Profile = Literal["fast", "film", "pretty"]
SHADOW_HALF_M = 4.5
"""Half-width of what the shadow map covers [m]: wider leaves saw teeth; from 4.0 down the floor speckles with its own shadow."""


def apply_profile(model: mujoco.MjModel, profile: Profile) -> None:
    """Sets what a context reads when it is made: shadow map and multisampling decide the cost in software."""
    pretty = profile == "pretty"
    model.vis.quality.shadowsize = 4096 if pretty else 0
    model.vis.quality.offsamples = 4 if pretty else 0
    model.light_castshadow[:] = False
    if pretty and model.nlight:
        model.light_castshadow[0] = True
        model.vis.map.shadowclip = SHADOW_HALF_M / model.stat.extent
    else:
        model.mat_reflectance[:] = 0
        # Vertices are lit one by one in software: 28 slices, 16 stacks and 4 x 4 quads a face make 2.4 times fewer pictures per second.
        quality = model.vis.quality
        quality.numslices, quality.numstacks, quality.numquads = 16, 8, 1


def scene_flags(profile: Profile) -> dict[int, bool]:
    """Flags of mjvScene to set for the profile."""
    flag = mujoco.mjtRndFlag
    pretty = profile == "pretty"
    return {
        flag.mjRND_SHADOW.value: pretty, flag.mjRND_REFLECTION.value: pretty, flag.mjRND_HAZE.value: False,
        flag.mjRND_SKYBOX.value: profile != "fast",
    }  # fmt: skip
