"""Rigid transforms, and the closed-form start of hand-eye calibration.

With T_i the tool in the base frame and C_i the board in the camera's frame of picture i, both set-ups are one equation,
X C_i = M_i Y. Camera on the hand: X = T_tool_camera, Y = T_base_board, M_i = T_i^-1. Camera beside the arm, board on the
hand: X = T_base_camera, Y = T_tool_board, M_i = T_i.
"""

from __future__ import annotations

import cv2
import numpy as np


def rigid(rotation: np.ndarray, translation: np.ndarray) -> np.ndarray:
    """Rotation vector (3,) [rad] and translation (3,) -> (4, 4)."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = cv2.Rodrigues(np.asarray(rotation, dtype=np.float64))[0], np.ravel(translation)
    return T


def vector(T: np.ndarray) -> np.ndarray:
    """(4, 4) -> rotation vector and translation, (6,)."""
    return np.concatenate([cv2.Rodrigues(T[:3, :3])[0].ravel(), T[:3, 3]])


def inverse(T: np.ndarray) -> np.ndarray:
    """Inverse of a rigid transform (4, 4)."""
    out = np.eye(4)
    out[:3, :3] = T[:3, :3].T
    out[:3, 3] = -T[:3, :3].T @ T[:3, 3]
    return out


def angle_rad(R: np.ndarray) -> float:
    """Angle of a rotation (3, 3)."""
    return float(np.linalg.norm(cv2.Rodrigues(R)[0]))


def _nearest_rotation(A: np.ndarray) -> np.ndarray:
    u, _, vt = np.linalg.svd(A)
    return u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt


def solve_hand_eye(M: np.ndarray, C: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """X, Y (4, 4) with X C_i = M_i Y, from M, C (n, 4, 4).

    Rotations by the null space of a Kronecker system, then translations by linear least squares (Shah 2013, "Solving the
    robot-world/hand-eye calibration problem using the Kronecker product").
    """
    # Row-major vec: vec(R_X R_C) = (I (x) R_C^T) vec(R_X), vec(R_M R_Y) = (R_M (x) I) vec(R_Y).
    eye = np.eye(3)
    rows = [np.hstack([np.kron(eye, c[:3, :3].T), -np.kron(m[:3, :3], eye)]) for m, c in zip(M, C, strict=True)]
    null = np.linalg.svd(np.vstack(rows))[2][-1]
    R_X, R_Y = null[:9].reshape(3, 3), null[9:].reshape(3, 3)
    sign = np.sign(np.linalg.det(R_X))
    X, Y = np.eye(4), np.eye(4)
    X[:3, :3], Y[:3, :3] = _nearest_rotation(sign * R_X), _nearest_rotation(sign * R_Y)
    A = np.vstack([np.hstack([eye, -m[:3, :3]]) for m in M])
    b = np.concatenate([m[:3, 3] - X[:3, :3] @ c[:3, 3] for m, c in zip(M, C, strict=True)])
    t = np.linalg.lstsq(A, b, rcond=None)[0]
    X[:3, 3], Y[:3, 3] = t[:3], t[3:]
    return X, Y


def disagreement_mm(M: np.ndarray, C: np.ndarray) -> float:
    """How far X C_i and M_i Y are apart at their closed-form best, median over the pictures [mm]."""
    X, Y = solve_hand_eye(M, C)
    return float(1000 * np.median([np.linalg.norm((X @ c)[:3, 3] - (m @ Y)[:3, 3]) for m, c in zip(M, C, strict=True)]))


def board_scale(M: np.ndarray, C: np.ndarray, X: np.ndarray) -> tuple[float, float]:
    """By which factor the board must grow for its distances to agree with the arm's, and how far they are apart then, median over the
    pictures [mm]. Rotations do not depend on the size: X's is right whatever was stated."""
    A = np.vstack([np.column_stack([X[:3, :3] @ c[:3, 3], np.eye(3), -m[:3, :3]]) for m, c in zip(M, C, strict=True)])
    b = np.concatenate([m[:3, 3] for m in M])
    found = np.linalg.lstsq(A, b, rcond=None)[0]
    return float(found[0]), float(1000 * np.median(np.linalg.norm((A @ found - b).reshape(-1, 3), axis=1)))


def rotation_spread_deg(T: np.ndarray) -> tuple[float, float]:
    """How far the poses (n, 4, 4) turn about the axis they use most and about the second one [degrees, rms].

    Rotations about one axis alone leave the camera's place along that axis open.
    """
    turns = np.array([cv2.Rodrigues(T[0, :3, :3].T @ t[:3, :3])[0].ravel() for t in T])
    spread = np.linalg.svd(turns - turns.mean(axis=0), compute_uv=False) / np.sqrt(len(T))
    return float(np.rad2deg(spread[0])), float(np.rad2deg(spread[1]))
