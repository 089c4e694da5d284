"""Why nothing could be measured."""

from model.errors import KairoscopeError


class CannotMeasure(KairoscopeError):
    """The browser or the server that the measurements need is not there, or a page did not do what
    was to be measured."""

    code = "cannot-measure"
