"""Athletics: a rendered benchmark of jumps with exact phases as ground truth.

Seeds below 10000 are for training, 10000 to 19999 for validation, from 20000 on for tests.
"""

from model.datasets.athletics.longjump import LongJump
from model.datasets.athletics.polevault import PoleVault
from model.datasets.athletics.scene import ATHLETICS_VERSION, Action, Phase, Scene, make_scene

CLASSES: tuple[str, ...] = tuple(sorted(Action.registry))

__all__ = ["ATHLETICS_VERSION", "CLASSES", "LongJump", "Phase", "PoleVault", "Scene", "make_scene"]
