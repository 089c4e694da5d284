"""Several uploads at once: paused, resumed, cancelled, refused half-way, cut off and back again."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import CDPSession, Locator, Page, Route, expect

from tests.browser.shelf import make_video, open_library

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLOW = 100_000  # bytes a second: what happens half-way is seen on a busy machine, too
SIZE = 1_200_000
FRAMES = itertools.count(50)


@pytest.fixture
def library(page: Page, site: str, errors: list[str]) -> Iterator[Page]:
    """The library; what was uploaded is deleted in the end, and a lost network is no error."""
    with httpx.Client(base_url=f"{site}/api/v1", timeout=60) as http:
        before = {video["id"] for video in http.get("/videos").json()["items"]}
        open_library(page)
        yield page
        page.context.set_offline(False)
        page.goto("about:blank")
        ids = [v["id"] for v in http.get("/videos").json()["items"] if v["id"] not in before]
        if ids:
            http.post("/videos/delete", json={"ids": ids})
    expected = (
        "ERR_INTERNET_DISCONNECTED",
        "ERR_FAILED",
        "507",
        "408",
        "Failed to fetch",
        "Callback",
    )
    assert [error for error in errors if not any(part in error for part in expected)] == []
    errors.clear()


@pytest.fixture
def slow(library: Page) -> Iterator[Callable[[], None]]:
    """The network is slow until the function is called."""
    session: CDPSession = library.context.new_cdp_session(library)

    def speed(upload: int) -> None:
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload},
        )

    session.send("Network.enable")
    speed(SLOW)
    yield lambda: speed(-1)
    speed(-1)
    session.detach()


@pytest.fixture
def files(tmp_path: Path) -> Callable[[int], list[Path]]:
    """So many videos of more than a megabyte, such as no test has had before."""
    return lambda count: [
        make_video(tmp_path / f"clip {n}.mp4", next(FRAMES), SIZE) for n in range(count)
    ]


def rows(page: Page, state: str) -> Locator:
    """The rows of the uploads in this state."""
    return page.locator(f"#uploads li.{state}")


def held(row: Locator) -> int:
    """The share of a row's upload that is there, percent."""
    return int(row.locator(".bar").get_attribute("aria-valuenow") or 0)


def test_one_is_paused_and_resumed_with_speed_and_time_left(
    library: Page, slow: Callable[[], None], files: Callable[[int], list[Path]]
) -> None:
    library.set_input_files("#file-input", files(1))
    row = rows(library, "uploading")
    expect(row.locator(".note")).to_contain_text("kB/s")
    expect(row.locator(".note")).to_contain_text("left")
    library.get_by_role("button", name="Pause: clip 0.mp4").click()
    paused = rows(library, "paused")
    expect(paused.locator(".note")).to_contain_text("Paused at")
    share = held(paused)
    library.wait_for_timeout(800)
    assert held(paused) == share
    slow()
    library.get_by_role("button", name="Resume: clip 0.mp4").click()
    expect(rows(library, "done")).to_contain_text("Uploaded · Open")


def test_all_are_paused_resumed_and_cancelled_and_a_long_list_folds(
    library: Page, slow: Callable[[], None], files: Callable[[int], list[Path]]
) -> None:
    library.set_input_files("#file-input", files(6))
    expect(library.locator("#uploads li:visible")).to_have_count(4)
    library.get_by_role("button", name="Show all 6").click()
    expect(library.locator("#uploads li:visible")).to_have_count(6)
    expect(library.locator("#uploads-total")).to_contain_text("0 of 6 uploads finished")
    expect(rows(library, "uploading").first).to_be_visible()
    library.get_by_role("button", name="Pause all").click()
    expect(rows(library, "paused")).to_have_count(6)
    library.get_by_role("button", name="Cancel: clip 5.mp4").click()
    expect(library.locator("#uploads li")).to_have_count(5)
    library.get_by_role("button", name="Resume all").click()
    expect(rows(library, "uploading").first).to_be_visible()
    library.get_by_role("button", name="Cancel all").click()
    expect(library.locator("#uploads-panel")).to_be_hidden()
    slow()
    library.wait_for_function(
        "() => !Object.keys(localStorage).some(key => key.startsWith('tus::'))"
    )


def test_a_cut_network_is_said_and_the_upload_goes_on_by_itself(
    library: Page, slow: Callable[[], None], files: Callable[[int], list[Path]]
) -> None:
    library.set_input_files("#file-input", files(1))
    expect(rows(library, "uploading").locator(".note")).to_contain_text("kB/s")
    library.context.set_offline(True)
    waiting = rows(library, "offline")
    expect(waiting.locator(".note")).to_contain_text("Waiting for the network")
    expect(waiting.get_by_role("button", name="Resume: clip 0.mp4")).to_be_visible()
    expect(library.locator("#uploads-news")).to_have_text("clip 0.mp4 waits for the network.")
    library.context.set_offline(False)
    expect(rows(library, "done")).to_contain_text("Uploaded · Open")


def test_a_server_that_is_gone_is_waited_for_and_the_button_asks_at_once(
    library: Page, files: Callable[[int], list[Path]]
) -> None:
    asked: list[str] = []

    def cut(route: Route) -> None:
        asked.append(route.request.method)
        route.abort()

    library.route("**/api/v1/uploads**", cut)
    library.set_input_files("#file-input", files(1))
    while len(asked) < 5:  # from then on it takes seconds until it asks by itself
        library.wait_for_event("requestfailed")
    expect(rows(library, "offline")).to_be_visible()
    library.unroute_all()
    rows(library, "offline").get_by_role("button", name="Resume").click()
    expect(rows(library, "done")).to_be_visible()


@pytest.mark.parametrize("status", [507, 408])
def test_refused_half_way_it_says_why_and_resumes(
    library: Page, files: Callable[[int], list[Path]], status: int
) -> None:
    problem = {"status": status, "detail": "no room for 9 bytes", "hint": "Free some space."}

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=status, json=problem)
        else:
            route.continue_()

    library.route("**/api/v1/uploads/*", refuse)
    library.set_input_files("#file-input", files(1))
    row = rows(library, "failed")
    expect(row).to_contain_text("no room for 9 bytes Free some space.")
    library.unroute_all()
    row.get_by_role("button", name="Resume: clip 0.mp4").click()
    expect(rows(library, "done")).to_contain_text("Uploaded · Open")


def test_the_same_file_again_is_here_already(
    library: Page, files: Callable[[int], list[Path]]
) -> None:
    [path] = files(1)
    library.set_input_files("#file-input", path)
    expect(rows(library, "done")).to_contain_text("Uploaded · Open")
    library.set_input_files("#file-input", path)
    expect(rows(library, "done").nth(1)).to_contain_text("Already here: open it")
    first, second = rows(library, "done").locator("a").all()
    assert first.get_attribute("href") == second.get_attribute("href")
    library.get_by_role("button", name="Clear finished").click()
    expect(library.locator("#uploads li")).to_have_count(0)
    expect(library.locator("#uploads-panel")).to_be_hidden()
