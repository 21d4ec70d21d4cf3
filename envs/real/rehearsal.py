"""Rehearsals without hardware: a log of a simulated arm and pictures of a simulated board, both with the truth beside them."""

from __future__ import annotations

import csv
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import mujoco
import numpy as np

from ...core.errors import HomebodyError
from ..rendering import _egl_context
from .arm_model import ArmConfig, arm_spec, set_payload
from .board import BoardConfig, board_image
from .excite import ExciteConfig, excitation
from .hand_eye import inverse, rigid
from .joint_log import JointLog, read_log
from .which import ROBOT

NOISE_RAD = 1e-4
"""Of the simulated encoders: their resolution, and as much white noise."""
BORDER_MM = 20.0
"""White paper around the simulated board."""
SUPERSAMPLE = 2
TRUTH = "truth.json"


@dataclass(frozen=True, kw_only=True)
class PlantedArm:
    """What the simulated arm really is like."""

    friction: np.ndarray
    """(dof,) [N m]"""
    damping: np.ndarray
    """(dof,) [N m s/rad]"""
    payload_kg: float
    delay_s: float

    @staticmethod
    def draw(seed: int) -> PlantedArm:
        """Random; the wrist's smaller gears rub less."""
        rng = np.random.default_rng(seed)
        size = np.where(ROBOT.tau_max < 0.5 * ROBOT.tau_max.max(), 0.4, 1.0)
        return PlantedArm(
            friction=size * np.exp(rng.uniform(np.log(0.4), np.log(2.5), ROBOT.dof)), damping=size * np.exp(rng.uniform(np.log(1.5), np.log(8.0), ROBOT.dof)),
            payload_kg=float(rng.uniform(0.3, 2.0)), delay_s=float(rng.uniform(0.005, 0.06)),
        )  # fmt: skip


def simulate_log(
    arm: PlantedArm, motion: ExciteConfig, *, step_s: float = ArmConfig().step_s, seed: int = 0, noise_rad: float = NOISE_RAD
) -> JointLog:
    """The log of a simulated arm that is commanded `motion`: MuJoCo's own actuator delay, quantised and noisy encoders."""
    time_s, command = excitation(motion)
    spec = arm_spec(ArmConfig(step_s=step_s))
    for i, name in enumerate(ROBOT.joints):
        joint, servo = spec.joint(name), spec.actuator(name)
        joint.frictionloss, joint.damping = float(arm.friction[i]), [float(arm.damping[i]), 0, 0]
        servo.nsample, servo.delay = int(np.ceil(arm.delay_s / step_s)) + 2, arm.delay_s
        servo.interp = 1  # with 0 a delay of a whole number of steps jitters by one, by rounding
    set_payload(spec, arm.payload_kg)
    model = spec.compile()
    data = mujoco.MjData(model)
    data.qpos[:] = data.ctrl[:] = command[0]
    for i in range(ROBOT.dof):
        n = int(model.actuator_history[i, 0])
        mujoco.mj_initCtrlHistory(model, data, i, np.arange(-n, 0) * step_s, np.full((n, 1), command[0, i]))
    steps = round(time_s[-1] / step_s) + 1
    q = np.empty((steps, ROBOT.dof))
    sent = np.clip(np.searchsorted(time_s, np.arange(steps) * step_s + 1e-9, side="right") - 1, 0, None)
    for k in range(steps):
        data.ctrl[:] = command[sent[k]]
        q[k] = data.qpos
        mujoco.mj_step(model, data)
    at = np.arange(steps) * step_s
    read = np.stack([np.interp(time_s, at, c) for c in q.T], axis=1)
    if noise_rad:
        read += np.random.default_rng(seed).normal(size=read.shape) * noise_rad
        read = np.round(read / noise_rad) * noise_rad
    return JointLog(time_s=time_s, q=read, command=command)


def is_log(path: Path, log: JointLog) -> bool:
    """Whether the file holds `log`, up to the digits of a CSV."""
    try:
        found = read_log(path)
    except HomebodyError:
        return False
    pairs = ((found.time_s, log.time_s), (found.q, log.q), (found.command, log.command))
    return all(a.shape == b.shape and np.allclose(a, b, rtol=0, atol=1e-5) for a, b in pairs)


@dataclass(frozen=True, kw_only=True)
class PictureTruth:
    """How the simulated pictures were taken."""

    mode: str = "hand-eye"
    """`hand-eye`: camera on the hand. `fixed`: board on the hand."""
    count: int = 15
    size: tuple[int, int] = (640, 480)
    """Width, height [pixels]."""
    fovy_deg: float = 50.0
    arm_mm: float = 0.2
    """Error of the written tool poses, standard deviation of each axis [mm]."""
    arm_deg: float = 0.02
    seed: int = 0

    @property
    def matrix(self) -> np.ndarray:
        """(3, 3) of the pinhole, OpenCV's pixel coordinates."""
        width, height = self.size
        focal = height / 2 / np.tan(np.deg2rad(self.fovy_deg) / 2)
        return np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]])


CAMERA = {
    "hand-eye": rigid(np.array([0.3, -0.1, 1.5]), np.array([0.06, -0.02, 0.045])),
    "fixed": rigid(np.array([-1.6, 0.6, -0.5]), np.array([0.9, -0.5, 0.6])),
}
"""Planted T_tool_camera and T_base_camera."""
BOARD = {
    "hand-eye": rigid(np.array([0.05, 3.1, 0.1]), np.array([0.55, 0.1, 0.02])),
    "fixed": rigid(np.array([0.2, 0.1, 0.7]), np.array([-0.08, -0.06, 0.12])),
}
"""Planted T_base_board and T_tool_board."""


class BoardCamera:
    """Draws a board as a pinhole camera sees it."""

    def __init__(self, board: BoardConfig, truth: PictureTruth) -> None:
        self.truth = truth
        self.model = _board_model(board, truth)
        self.gl = _egl_context()
        self.gl.make_current()
        self.context = mujoco.MjrContext(self.model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self.context)
        self.data, self.scene, self.option = mujoco.MjData(self.model), mujoco.MjvScene(self.model, maxgeom=10), mujoco.MjvOption()
        self.camera = mujoco.MjvCamera()
        self.camera.type, self.camera.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, 0
        mujoco.mj_forward(self.model, self.data)

    def draw(self, T_camera_board: np.ndarray) -> np.ndarray:
        """(height, width) uint8."""
        T = inverse(T_camera_board)
        self.data.cam_xpos[0], self.data.cam_xmat[0] = T[:3, 3], (T[:3, :3] @ np.diag([1.0, -1, -1])).ravel()
        self.gl.make_current()
        everything = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(self.model, self.data, self.option, mujoco.MjvPerturb(), self.camera, everything, self.scene)
        width, height = (SUPERSAMPLE * n for n in self.truth.size)
        pixels = np.empty((height, width, 3), np.uint8)
        mujoco.mjr_render(mujoco.MjrRect(0, 0, width, height), self.scene, self.context)
        mujoco.mjr_readPixels(pixels, None, mujoco.MjrRect(0, 0, width, height), self.context)
        return cv2.resize(pixels[::-1, :, 1], self.truth.size, interpolation=cv2.INTER_AREA)

    def close(self) -> None:
        self.context.free()
        self.gl.free()


def _board_model(board: BoardConfig, truth: PictureTruth) -> mujoco.MjModel:
    """A sheet of paper in the board's frame under even light, and one camera."""
    spec = mujoco.MjSpec()
    spec.visual.global_.offwidth, spec.visual.global_.offheight = (SUPERSAMPLE * n for n in truth.size)
    spec.visual.quality.shadowsize = 0
    spec.visual.map.znear, spec.visual.map.zfar = 0.01, 10
    head = spec.visual.headlight
    head.ambient, head.diffuse, head.specular = [0.9] * 3, [0.0] * 3, [0.0] * 3
    scale = 8.0
    edge = round(BORDER_MM * scale)
    paper = cv2.copyMakeBorder(board_image(board, scale), edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=[255])
    texture = spec.add_texture(name="paper", type=mujoco.mjtTexture.mjTEXTURE_2D, width=paper.shape[1], height=paper.shape[0], nchannel=3)
    texture.data = np.repeat(paper[:, :, None], 3, axis=2).tobytes()
    material = spec.add_material(name="paper", specular=0, shininess=0)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = "paper"
    x0, y0 = -BORDER_MM / 1000, -BORDER_MM / 1000
    x1, y1 = (board.columns * board.square_mm + BORDER_MM) / 1000, (board.rows * board.square_mm + BORDER_MM) / 1000
    mesh = spec.add_mesh(name="paper", inertia=mujoco.mjtMeshInertia.mjMESH_INERTIA_SHELL)
    mesh.uservert = [x0, y0, 0, x1, y0, 0, x1, y1, 0, x0, y1, 0]
    mesh.usertexcoord = [0, 0, 1, 0, 1, 1, 0, 1]
    mesh.userface = mesh.userfacetexcoord = [0, 2, 1, 0, 3, 2]  # seen from -z, as the board is
    spec.worldbody.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname="paper", material="paper", contype=0, conaffinity=0)
    spec.worldbody.add_camera(name="camera", fovy=truth.fovy_deg)
    return spec.compile()


def _viewpoints(board: BoardConfig, truth: PictureTruth) -> np.ndarray:
    """T_camera_board (n, 4, 4): the board tilted, turned and moved about the picture."""
    rng = np.random.default_rng(truth.seed)
    middle = np.array([board.columns, board.rows, 0]) * board.square_mm / 2000
    size = float(np.linalg.norm(2 * middle))
    out = []
    for i in range(truth.count):
        around = 2 * np.pi * (i * 0.618 + rng.uniform(0, 0.1))
        tilt = np.deg2rad(rng.uniform(5, 40))
        R = rigid(tilt * np.array([np.cos(around), np.sin(around), 0]), np.zeros(3)) @ rigid(
            np.array([0, 0, rng.uniform(-1, 1)]), np.zeros(3)
        )
        depth = size * truth.matrix[1, 1] / truth.size[1] * rng.uniform(1.1, 1.9)
        # Towards another corner of the picture each time.
        aim = np.array([np.cos(2.4 * i), np.sin(2.4 * i)]) * np.array(truth.size) * rng.uniform(0.1, 0.3) / truth.matrix[0, 0] * depth
        T = R.copy()
        T[:3, 3] = np.array([*aim, depth]) - R[:3, :3] @ middle
        out.append(T)
    return np.array(out)


def rehearse_pictures(folder: Path, board: BoardConfig, truth: PictureTruth) -> None:
    """Writes `picture_NN.png`, `poses.csv` and `truth.json` (planted camera, lens and board) to the folder, which appears whole or not at
    all; one that holds this very rehearsal stays as it is."""
    if truth.mode not in CAMERA:
        raise HomebodyError(f"a rehearsal of mode {truth.mode!r}: expected {' or '.join(CAMERA)}")
    content = {
        "mode": truth.mode, "camera": CAMERA[truth.mode].tolist(), "board": BOARD[truth.mode].tolist(), "matrix": truth.matrix.tolist(),
        "size": list(truth.size), "count": truth.count, "seed": truth.seed, "print": board.name,
    }  # fmt: skip
    words = json.dumps(content, indent=2)
    if folder.exists() and any(folder.iterdir()):
        if (folder / TRUTH).is_file() and (folder / TRUTH).read_text(encoding="utf-8") == words:
            return
        raise HomebodyError(f"{folder} is not empty: a rehearsal writes to a new folder, or goes on with its own")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name[:80]}.", dir=folder.parent) as temporary:
        part = Path(temporary) / "pictures"
        part.mkdir()
        _take_pictures(part, board, truth)
        (part / TRUTH).write_text(words, encoding="utf-8")
        part.replace(folder)


def _take_pictures(folder: Path, board: BoardConfig, truth: PictureTruth) -> None:
    camera = BoardCamera(board, truth)
    rng = np.random.default_rng(truth.seed + 1)
    X, Y = CAMERA[truth.mode], BOARD[truth.mode]
    rows = []
    for i, C in enumerate(_viewpoints(board, truth)):
        T = Y @ inverse(C) @ inverse(X) if truth.mode == "hand-eye" else X @ C @ inverse(Y)
        picture = camera.draw(C).astype(np.float64) + rng.normal(size=truth.size[::-1]) * 2
        name = f"picture_{i:02d}.png"
        if not cv2.imwrite(str(folder / name), np.clip(picture, 0, 255).astype(np.uint8)):
            raise HomebodyError(f"{folder.parent} takes no picture: is the disk full?")
        read = T @ rigid(rng.normal(size=3) * np.deg2rad(truth.arm_deg), rng.normal(size=3) * truth.arm_mm / 1000)
        quaternion = np.empty(4)
        mujoco.mju_mat2Quat(quaternion, read[:3, :3].ravel())
        rows.append([name, *read[:3, 3], *quaternion])
    camera.close()
    with (folder / "poses.csv").open("w", newline="") as f:
        csv.writer(f).writerows([["file", "x", "y", "z", "qw", "qx", "qy", "qz"], *([r[0], *(f"{v:.7f}" for v in r[1:])] for r in rows)])
