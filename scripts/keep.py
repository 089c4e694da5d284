"""Keep a reproduction in docs/results: its document, and the records of its runs in an archive.

`python -m scripts.keep OUT`, of a folder of `kairoscope reproduce`. The records hold the outcome of
every clip: from them the document can be made again, and the reproduction goes on (unpack the
archive into an empty OUT); what was trained stays behind.
"""

import argparse
import json
import shutil
import tarfile
from pathlib import Path

from scripts import reproduction

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"


def keep(out: Path, results: Path = RESULTS) -> None:
    """Copy and pack; what was kept of the same data set and preset is replaced.

    Raises OSError, before anything is replaced, where the document or a record is not there.
    """
    document = json.loads((out / "document.json").read_text(encoding="utf-8"))
    name = f"reproduction-{document['dataset']}-{document['preset']}"
    part = results / f"{name}.part"
    with tarfile.open(part, "w:xz") as archive:
        for key, run in sorted(document["runs"].items()):
            record = Path("runs") / f"{run['task']}-{key}" / "run.json"
            archive.add(out / record, record.as_posix(), filter=_anonymous)
    part.replace(results / f"{name}-runs.tar.xz")
    shutil.copyfile(out / "document.json", results / f"{name}.json")


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """The same bytes whoever packs it, and when."""
    entry.mtime = entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o644
    return entry


def main() -> None:
    """Keep it, and write the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", metavar="OUT", type=Path)
    keep(parser.parse_args().out)
    reproduction.main()


if __name__ == "__main__":
    main()
