"""Tiny made copies of VSUMM's two layouts: three scenes of a colour each."""

import json
from pathlib import Path

import cv2
import numpy as np

from tests.clips import write_clip

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 40), (30, 40, 210)
SCENE = 8  # frames of each
FRAMES = 3 * SCENE


def picture(index: int) -> np.ndarray:
    """RGB (48, 64, 3) of a frame: the scene's colour, with a grey bar that moves."""
    frame_HWC = np.full((48, 64, 3), (RED, GREEN, BLUE)[index // SCENE], np.uint8)
    left = 4 + index % SCENE
    frame_HWC[20:28, left : left + 8] = 128
    return frame_HWC


def bank(root: Path, *names: str, users=([1, 9, 17], [4, 20]), published=None) -> Path:
    """Stills of every second frame from the first; numbers from 1."""
    about = {}
    for name in names:
        folder = root / "frames" / name
        folder.mkdir(parents=True)
        for index in range(0, FRAMES, 2):
            bgr_HWC = picture(index)[..., ::-1]
            cv2.imwrite(str(folder / f"{index + 1:05d}.png"), bgr_HWC)
        about[name] = {"n_frames": FRAMES, "user_keyframes": list(users)}
    (root / "annotations.json").write_text(json.dumps(about))
    return _published(root, names, published)


def files(root: Path, *names: str, users=([1, 9, 17], [4, 20]), published=None) -> Path:
    """Videos, and users' choices by the names of empty stills."""
    (root / "database").mkdir(parents=True)
    for name in names:
        write_clip(root / "database" / f"{name}.mp4", map(picture, range(FRAMES)))
        for number, chosen in enumerate(users, start=1):
            folder = root / "UserSummary" / name / f"user{number}"
            folder.mkdir(parents=True)
            for frame in chosen:
                (folder / f"Frame{frame}.jpeg").touch()
    return _published(root, names, published)


def _published(root: Path, names: tuple[str, ...], published) -> Path:
    if published is not None:
        by_method = {m: dict.fromkeys(names, chosen) for m, chosen in published.items()}
        (root / "published_keyframes.json").write_text(json.dumps(by_method))
    return root
