"""The gallery: rendered scenes with ground truth, so that a fresh clone has something to show.

`python -m worker.gallery` adds what is missing, and ends. The scenes' seeds are for tests only:
nothing was trained on them.
"""

import os

from sqlalchemy import select

from model.datasets.athletics import make_scene
from model.datasets.athletics.write import write_scene
from model.process import die_with_parent
from worker.database import VideoRow
from worker.library import ALIVE
from worker.scratch import scratch
from worker.service import Service
from worker.settings import Settings

JUMPS = tuple((action, seed) for seed in (20_000, 20_001, 20_002)
              for action in ("LongJump", "PoleVault"))  # fmt: skip
OTHERS = ("ApplyEyeMakeup", "ApplyLipstick", "Archery", "TaiChi", "Diving", "FrontCrawl")
SCENES = (*JUMPS, *((action, 20_000) for action in OTHERS))  # the paper's case studies


def fill(service: Service, scenes: tuple[tuple[str, int], ...] = SCENES) -> None:
    """Render the scenes that no video of the gallery shows, and queue their analyses."""
    marker = service.settings.data_dir / "gallery.done"
    if marker.exists():
        return  # what a user deleted stays deleted
    there = _shown(service)
    for action, seed in scenes:
        if video_id := there.get((action, seed)):
            if not service.jobs_of(video_id):  # stopped between the two
                service.submit(video_id, background=True)
            continue
        scene = make_scene(action, seed)
        with scratch(service.settings, "gallery") as folder:
            path = folder / "scene.mp4"
            write_scene(scene, path)
            video = service.add_video(
                path, f"{action} {seed}.mp4", gallery=True, truth=scene.truth()
            )
            service.library.retag([video.id], [action])
    marker.touch()


def _shown(service: Service) -> dict[tuple[str, int], str]:
    """The videos' ids by action and seed."""
    with service.database.read() as session:
        rows = session.execute(select(VideoRow.id, VideoRow.truth).where(VideoRow.gallery, ALIVE))
        return {(row.truth["action"], row.truth["seed"]): row.id for row in rows if row.truth}


def main() -> None:
    """Fill the gallery in the background of everything else."""
    die_with_parent()
    os.nice(10)
    fill(Service(Settings()))


if __name__ == "__main__":
    main()
