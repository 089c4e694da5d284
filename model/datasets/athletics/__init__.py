"""Athletics: a rendered benchmark of human actions with exact phases as ground truth.

Seeds below 10000 are for training, 10000 to 19999 for validation, from 20000 on for tests.
"""

from model.datasets.athletics.archery import Archery
from model.datasets.athletics.breaststroke import BreastStroke
from model.datasets.athletics.cliffdiving import CliffDiving
from model.datasets.athletics.diving import Diving
from model.datasets.athletics.frontcrawl import FrontCrawl
from model.datasets.athletics.highjump import HighJump
from model.datasets.athletics.javelin import JavelinThrow
from model.datasets.athletics.longjump import LongJump
from model.datasets.athletics.makeup import ApplyEyeMakeup, ApplyLipstick
from model.datasets.athletics.polevault import PoleVault
from model.datasets.athletics.scene import ATHLETICS_VERSION, Action, Phase, Scene, make_scene
from model.datasets.athletics.taichi import TaiChi

CLASSES: tuple[str, ...] = tuple(sorted(Action.registry))
FIRST_CLASSES: tuple[str, ...] = tuple(n for n in CLASSES if Action.registry[n].since == "1")

__all__ = [
    "ATHLETICS_VERSION",
    "CLASSES",
    "FIRST_CLASSES",
    "ApplyEyeMakeup",
    "ApplyLipstick",
    "Archery",
    "BreastStroke",
    "CliffDiving",
    "Diving",
    "FrontCrawl",
    "HighJump",
    "JavelinThrow",
    "LongJump",
    "Phase",
    "PoleVault",
    "Scene",
    "TaiChi",
    "make_scene",
]
