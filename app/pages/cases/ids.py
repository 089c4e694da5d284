"""Ids of the list of cases."""

MOUNT = "cases-mount"
OPENED = "cases-opened"
STUDIES = "cases-studies"
CHANGED = "cases-changed"  # set by the browser when an import has ended
IMPORT = "import"  # the form, and what it does; the parts are found by their class
IMPORT_PATH = "import-path"
IMPORT_CLIPS = "import-clips"
IMPORT_CLASSES = "import-classes"
