"""Clips of a UCF101 on this machine: which of them to take, and how one joins the library."""

import errno
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model.datasets.files import ClassFolders, wrong_root
from model.datasets.ucf101 import LAYOUT, clips_of
from model.errors import InvalidParameter, KairoscopeError, UnreadableVideo
from worker.errors import StorageFull
from worker.library import clean_tags
from worker.scratch import scratch
from worker.service import Service, new_id
from worker.settings import Settings
from worker.types import Video


class ImportForbidden(KairoscopeError):
    """A folder from which this server takes no clips."""

    code = "import-forbidden"
    status = 403


@dataclass(frozen=True)
class Clip:
    """A file, and the class whose name becomes its tag."""

    path: Path
    action: str


def allowed_folder(settings: Settings, path: str) -> Path:
    """The folder that a user of the web server names, absolute or below KAIROSCOPE_IMPORT_DIR.

    Only what lies below that one once links are followed is looked at. Raises ImportForbidden.
    """
    if settings.import_dir is None:
        raise ImportForbidden(
            "this server takes no clips from its own disk",
            "Start it with KAIROSCOPE_IMPORT_DIR=FOLDER, or run kairoscope cases import.",
        )
    top = settings.import_dir.resolve()
    try:
        folder = (top / path.strip()).resolve()
    except (OSError, ValueError, RuntimeError):  # a null byte, a loop of links
        folder = Path("/")
    if not folder.is_relative_to(top):
        raise ImportForbidden(
            f"wanted a folder in {top}, got {path[:200]!r}",
            "Name one below KAIROSCOPE_IMPORT_DIR; links that lead out of it are not followed.",
        )
    return folder


def choose(
    root: Path, actions: Sequence[str], each: int, *, every_class: bool = False
) -> list[Clip]:
    """The first `each` clips of these actions, or of every class of the data set below `root`.

    Raises InvalidParameter where there is no data set, and for no such clip.
    """
    found = _class_folders(root)
    spelt = {action.lower(): action for action in actions}
    classes = {spelt.get(name.lower(), name): paths for name, paths in found.classes.items()}
    wanted = list(classes) if every_class else [name for name in actions if name in classes]
    clips = [Clip(path, name) for name in wanted for path in classes[name][:each]]
    if not clips:
        raise InvalidParameter(
            f"{root}: wanted clips of {', '.join(actions)}, got none", LAYOUT, "/path"
        )
    return clips


def _class_folders(root: Path) -> ClassFolders:
    try:
        found = clips_of(root)
        if found is not None:
            return found
        wrong = wrong_root(root, "UCF101 clips in class folders", LAYOUT)
    except OSError as error:
        raise InvalidParameter(
            f"{root} cannot be read: {error.strerror}", "May this program read it?", "/path"
        ) from error
    raise InvalidParameter(wrong.message, wrong.hint, "/path")


def bring(service: Service, clip: Clip, within: Path | None = None) -> Video:
    """Copy a clip into the library, tagged with its class; its analysis is queued.

    `within` is where the file itself must lie. Raises ImportForbidden, InvalidParameter for a class
    that is no tag, UnreadableVideo, VideoTooLarge, StorageFull.
    """
    tags, source = clean_tags([clip.action]), clip.path.resolve()
    if within is not None and not source.is_relative_to(within.resolve()):
        raise ImportForbidden(
            f"{clip.path.name} is a link that leads out of {within}", "Put the file itself there."
        )
    with scratch(service.settings, f"import-{new_id()}") as folder:
        try:
            copy = Path(shutil.copyfile(source, folder / clip.path.name))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageFull("no room to copy the clip", "Free some space.") from error
            raise UnreadableVideo(
                f"{clip.path.name} cannot be read: {error.strerror}", "May this server read it?"
            ) from error
        video = service.add_video(copy, clip.path.name)
    service.library.retag([video.id], tags)
    return video
