"""Ids of the list of cases."""

MOUNT = "cases-mount"
OPENED = "cases-opened"
IMPORT = "import"  # the form, and what it does; the parts are found by their class
IMPORT_PATH = "import-path"
IMPORT_CLIPS = "import-clips"
IMPORT_CLASSES = "import-classes"
