"""Orientations and poses of a tool: which way it points, where its fingers travel, where it is."""

from __future__ import annotations

import numpy as np

from ..core.kinematics import rotation_error

DOWN = np.diag([1.0, -1.0, -1.0])
"""The tool pointing down, its x axis the world's."""


def pointing(yaw: float, pitch: float) -> np.ndarray:
    """(3, 3) tool pointing along a heading and `pitch` below the horizontal [rad], its fingers travelling sideways."""
    z = np.array([np.cos(yaw) * np.cos(pitch), np.sin(yaw) * np.cos(pitch), -np.sin(pitch)])
    y = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    return np.stack([np.cross(y, z), y, z], axis=-1)


def pushing(direction: np.ndarray, pitch: float, towards: np.ndarray) -> np.ndarray:
    """(3, 3) tool orientation for a push: pointing along it and `pitch` [rad] below the horizontal; along `towards` (2,) for a push
    up or down."""
    heading = direction[:2] if abs(direction[2]) < 0.7 else towards
    return pointing(float(np.arctan2(heading[1], heading[0])), pitch)


def yawed(R: np.ndarray, yaw: float) -> np.ndarray:
    """R (3, 3) turned by `yaw` [rad] about the world's vertical."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]]) @ R


def rotation_about(axis: np.ndarray, angle: float) -> np.ndarray:
    """(3, 3) turn by `angle` [rad] about a unit axis (3,) (Rodrigues)."""
    K = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


def turn_between(a: np.ndarray, b: np.ndarray) -> float:
    """Between the orientations of two poses (4, 4) [rad]."""
    return float(np.linalg.norm(rotation_error(a[None, :3, :3], b[None, :3, :3])[0]))


def pose(R: np.ndarray, position: np.ndarray) -> np.ndarray:
    """(4, 4) of a rotation (3, 3) and a position (3,)."""
    T = np.eye(4)
    T[:3, :3], T[:3, 3] = R, position
    return T
