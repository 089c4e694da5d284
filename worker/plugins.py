"""What a long-running process says of its plug-ins when it starts."""

import logging

from model.methods import plugins

log = logging.getLogger(__name__)


def warn_of_faults() -> None:
    """Load the plug-ins, and a warning in the log for each that cannot be used."""
    for plugin in plugins():
        if plugin.fault:
            log.warning("plug-in %s: %s", plugin.source, plugin.fault)
