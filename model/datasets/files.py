"""Finding the clips below class folders, whatever the case of names and the suffix of files."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from model.errors import InvalidDataset

# In order of preference, where a clip is there twice.
VIDEO_SUFFIXES = (
    ".avi", ".mp4", ".mkv", ".webm", ".mov", ".m4v", ".mpg", ".mpeg",
    ".ts", ".3gp", ".flv", ".wmv", ".ogv", ".gif",
)  # fmt: skip

UCF_GROUP = re.compile(r"_g\d+(?=_c\d+)")
HMDB_TAGS = re.compile(r"_[a-z]_(?:cm|nm)_np\d_(?:fr|ba|le|ri)_(?:bad|med|goo)_\d+$")
NAMED = 5  # files that a message names before it says "and more"


def is_video(path: Path) -> bool:
    """Whether the name ends like a video's."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def group_of(stem: str, class_name: str) -> str:
    """The recording a clip was cut from, read off its name; the clip's own name where it says none.

    UCF101 numbers recordings (`v_Archery_g01_c04`: `v_Archery_g01`), HMDB51 names them
    (`April_09_brush_hair_u_nm_np1_ba_goo_0`: `April_09`).
    """
    if match := UCF_GROUP.search(stem):
        return stem[: match.end()]
    if match := HMDB_TAGS.search(stem):
        return stem[: match.start()].removesuffix(f"_{class_name}")
    return stem


class ClassFolders:
    """The videos of each class folder below `root`, found by name without case and suffix.

    `classes` maps a folder's name to its videos, sorted, one file a clip.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._found: dict[tuple[str, str], list[Path]] = {}
        self.classes: dict[str, list[Path]] = {}
        for folder in folders_in(root):
            by_stem: defaultdict[str, list[Path]] = defaultdict(list)
            for path in sorted(filter(is_video, folder.rglob("*"))):
                by_stem[path.stem.lower()].append(path)
            for stem, paths in by_stem.items():
                paths.sort(key=lambda path: VIDEO_SUFFIXES.index(path.suffix.lower()))
                self._found.setdefault((folder.name.lower(), stem), []).extend(paths)
            if by_stem:
                self.classes[folder.name] = [paths[0] for paths in by_stem.values()]

    @classmethod
    def first_of(cls, roots: Iterable[Path]) -> "ClassFolders | None":
        """Those below the first of `roots` that has class folders with videos."""
        found = (cls(root) for root in roots if root.is_dir())
        return next((folders for folders in found if folders.classes), None)

    def find(self, class_name: str, name: str) -> Path | None:
        """The file listed as `name`, with another suffix where there is only that."""
        listed = PurePosixPath(name)
        paths = self._found.get((class_name.lower(), listed.stem.lower()), [])
        same = (path for path in paths if path.suffix.lower() == listed.suffix.lower())
        return next(same, paths[0] if paths else None)


def folders_in(root: Path) -> list[Path]:
    """The folders directly in `root`, hidden ones left out, sorted."""
    return sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))


def existing_folder(root: Path | str, wanted: str, layout: str) -> Path:
    """`root`, where it is a folder. Raises InvalidDataset."""
    root = Path(root)
    if not root.is_dir():
        raise wrong_root(root, wanted, layout)
    return root


def wrong_root(root: Path, wanted: str, layout: str) -> InvalidDataset:
    """The error that says what was found in place of the `wanted` data set."""
    return InvalidDataset(f"wanted {wanted} at {root}, got {_contents(root)}", layout)


def some(names: Sequence[str]) -> str:
    """A few of many names."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _contents(root: Path) -> str:
    """What is at `root`, in words."""
    if not root.exists():
        return "nothing: no such folder"
    if not root.is_dir():
        return "a file"
    folders = [f"{path.name}/" for path in folders_in(root)]
    files = sorted(path.name for path in root.iterdir() if path.is_file())
    parts = [some(names) for names in (folders, files) if names]
    return "a folder with " + "; ".join(parts) if parts else "an empty folder"
