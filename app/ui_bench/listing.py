"""The first screen of a large library."""

from typing import TYPE_CHECKING

from app.pages.shell_ids import PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

# Milliseconds since the navigation once the first card has its picture; 0 until then.
FIRST_CARD = """() => {
  const picture = document.querySelector("#library-grid .card .thumb");
  return picture?.complete && picture.naturalWidth ? performance.now() : 0;
}"""


def first_screen(page: "Page") -> tuple[float, float]:
    """Milliseconds in which the server answers with the first listing, and from the navigation
    until the browser has drawn the first card."""
    with page.expect_response(_brings_the_page) as answer:
        page.goto("/", wait_until="commit")
    drawn = float(page.wait_for_function(FIRST_CARD).json_value())
    answer.value.finished()  # its timing is whole then
    timing = answer.value.request.timing
    return timing["responseStart"] - timing["requestStart"], drawn


def _brings_the_page(response: "Response") -> bool:
    request = response.request
    asks = request.method == "POST" and "/_dash-update-component" in response.url
    return asks and f'"output":"{PAGE}.children"' in (request.post_data or "")
