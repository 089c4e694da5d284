"""The plotly.js that pages and reports run is the one that the figures are made for."""

from plotly.offline import get_plotlyjs_version

from app.standalone import PLOTLY
from app.static_files import STATIC


def test_the_vendored_plotly_is_of_the_version_that_is_installed():
    version = get_plotlyjs_version()
    head = (STATIC / PLOTLY).read_text(encoding="utf-8")[:200]
    assert f"(cartesian - minified) v{version}" in head
    assert f"-{version}." in PLOTLY  # a browser keeps what it has by name
    assert f'"../{PLOTLY}"' in (STATIC / "js/boot.js").read_text()
