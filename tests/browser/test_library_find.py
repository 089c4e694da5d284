"""Finding, selecting, tagging and deleting videos of the library, by mouse and by keyboard only."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.shelf import card, names, open_library, stored

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FRAMES = {
    "dive.shelf.mp4": 10,
    "archery.shelf.mp4": 30,
    "Jump <b>one.shelf.mp4": 20,
    "jump two.shelf.mp4": 40,
}
DIVE, ARCHERY, ONE, TWO = FRAMES


@pytest.fixture(scope="module")
def ids(site: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Four videos, the newest last."""
    with stored(site, tmp_path_factory.mktemp("videos"), FRAMES) as ids:
        yield ids


@pytest.fixture
def shelf(page: Page, site: str, ids: dict[str, str]) -> Page:
    """The library with four videos, none of them tagged."""
    with httpx.Client(base_url=f"{site}/api/v1/videos", timeout=60) as http:
        http.post("/restore", json={"ids": list(ids.values())})
        for id in ids.values():
            http.patch(f"/{id}", json={"tags": []})
    open_library(page, "?q=.shelf.mp4&state=cancelled")
    expect(page.locator(".card")).to_have_count(4)
    return page


def expect_names(page: Page, *wanted: str) -> None:
    """The cards of these names, in this order, and no other."""
    page.wait_for_function(
        "wanted => { const shown = [...document.querySelectorAll('.card:not([hidden]) h2')];"
        "return JSON.stringify(shown.map(name => name.innerText)) === JSON.stringify(wanted); }",
        arg=list(wanted),
    )


def tag(page: Page, name: str) -> None:
    """Enter a tag in the open dialog."""
    dialog = page.get_by_role("dialog", name="Tags of")
    dialog.get_by_label("New tag").fill(name)
    dialog.get_by_role("button", name="Add", exact=True).click()
    for one in name.split(","):
        expect(dialog.get_by_role("button", name=f"Remove {one.strip()}")).to_be_visible()


def test_sorted_by_each_column_both_ways_and_the_link_keeps_it(shelf: Page) -> None:
    expect_names(shelf, TWO, ONE, ARCHERY, DIVE)
    shelf.get_by_label("Sort by").select_option("Frames")
    expect_names(shelf, TWO, ARCHERY, ONE, DIVE)
    shelf.get_by_role("button", name="Order: Most first").click()
    expect_names(shelf, DIVE, ONE, ARCHERY, TWO)
    shelf.get_by_label("Sort by").select_option("Name")
    expect_names(shelf, ARCHERY, DIVE, ONE, TWO)
    shelf.reload()
    expect_names(shelf, ARCHERY, DIVE, ONE, TWO)
    expect(shelf.get_by_label("Sort by")).to_have_value("name")
    expect(shelf.get_by_role("button", name="Order: A to Z")).to_be_visible()


def test_found_by_name_and_by_tag_and_the_video_leads_back_to_the_same(shelf: Page) -> None:
    card(shelf, DIVE).hover()
    card(shelf, DIVE).get_by_role("button", name="Tags of").click()
    tag(shelf, "jumping, to check")
    shelf.get_by_role("button", name="Done").click()
    expect(card(shelf, DIVE).get_by_role("list", name="Tags")).to_have_text("jumpingto check")
    shelf.get_by_placeholder("Find a clip").fill("JUMP")
    expect_names(shelf, TWO, ONE, DIVE)
    expect(shelf).to_have_url(re.compile(r"q=JUMP"))
    card(shelf, DIVE).get_by_role("link", name="to check").click()
    expect_names(shelf, DIVE)
    card(shelf, DIVE).locator(".picture a").click()
    expect(shelf.get_by_role("heading", name=DIVE)).to_be_visible()
    shelf.go_back()
    expect_names(shelf, DIVE)
    shelf.get_by_role("button", name="No longer only to check").click()
    expect_names(shelf, TWO, ONE, DIVE)
    shelf.get_by_role("button", name="Show all videos").click()
    expect(shelf.get_by_placeholder("Find a clip")).to_have_value("")
    shelf.get_by_label("State of the analysis").select_option("Failed")
    expect(shelf.get_by_text("No video matches these filters.")).to_be_visible()
    assert shelf.locator("[href^='javascript:'], .card b").count() == 0


def test_many_are_tagged_at_once(shelf: Page) -> None:
    for name in (DIVE, ONE):
        card(shelf, name).hover()
        card(shelf, name).get_by_role("checkbox").click()
    expect(shelf.get_by_text("2 videos selected")).to_be_visible()
    shelf.get_by_role("button", name="Tags", exact=True).click()
    tag(shelf, "slow")
    shelf.get_by_role("button", name="Done").click()
    expect(card(shelf, ONE)).to_contain_text("slow")
    shelf.get_by_role("checkbox", name="Select all shown").click()
    expect(shelf.get_by_text("4 videos selected")).to_be_visible()
    shelf.get_by_role("button", name="Tags", exact=True).click()
    dialog = shelf.get_by_role("dialog", name="Tags of 4 videos")
    expect(dialog.locator("li", has_text="slow")).to_contain_text("2 of 4")
    dialog.get_by_role("button", name="Add slow to all").click()
    expect(dialog.locator("li", has_text="slow")).not_to_contain_text("of 4")
    dialog.get_by_label("New tag").fill("x" * 50 + ",y")
    dialog.get_by_role("button", name="Remove slow").click()
    expect(dialog.get_by_text("No tags yet.")).to_be_visible()
    dialog.get_by_role("button", name="Done").click()
    expect(shelf.locator(".card-tags")).to_have_count(0)


def test_a_range_is_deleted_and_comes_back(shelf: Page) -> None:
    for number, modifiers in ((1, []), (3, ["Shift"])):
        shelf.locator(".card").nth(number).hover()
        shelf.locator(".card .select").nth(number).click(modifiers=modifiers)
    expect(shelf.get_by_text("3 videos selected")).to_be_visible()
    shelf.locator("#bulk-delete").click()
    expect_names(shelf, TWO)
    expect(shelf.get_by_text("1 video", exact=True)).to_be_visible()
    shelf.get_by_role("button", name="Undo").click()
    expect_names(shelf, TWO, ONE, ARCHERY, DIVE)
    expect(shelf.get_by_text("3 videos restored.")).to_be_visible()
    shelf.reload()
    expect_names(shelf, TWO, ONE, ARCHERY, DIVE)


def test_a_deletion_that_fails_brings_the_card_back_and_says_why(
    shelf: Page, errors: list[str]
) -> None:
    problem = {"status": 503, "detail": "the database is busy", "hint": "Try again in a moment."}
    shelf.route("**/videos/delete", lambda route: route.fulfill(status=503, json=problem))
    card(shelf, DIVE).hover()
    card(shelf, DIVE).get_by_role("button", name="Delete").click()
    expect(shelf.get_by_text("the database is busy. Try again in a moment.")).to_be_visible()
    expect_names(shelf, TWO, ONE, ARCHERY, DIVE)
    shelf.unroute_all()
    shelf.get_by_role("button", name="Try again").click()
    expect_names(shelf, TWO, ONE, ARCHERY)
    shelf.get_by_role("button", name="Undo").click()
    expect_names(shelf, TWO, ONE, ARCHERY, DIVE)
    assert all("503" in error for error in errors)
    errors.clear()


def test_what_was_stopped_by_a_deletion_is_said_and_analysed_again(shelf: Page) -> None:
    open_library(shelf, "?q=dive")
    card(shelf, DIVE).hover()
    card(shelf, DIVE).get_by_role("checkbox").click()
    shelf.get_by_role("button", name="Analyse again").click()
    expect(shelf.get_by_text("1 analysis is queued.")).to_be_visible()
    card(shelf, DIVE).get_by_role("button", name="Delete").click()
    expect(shelf.get_by_text("deleted. Its analysis is stopped.")).to_be_visible()
    shelf.get_by_role("button", name="Undo").click()
    expect(shelf.get_by_text("restored. Its analysis was stopped.")).to_be_visible()
    expect(card(shelf, DIVE)).to_contain_text("Cancelled")
    expect(shelf.locator(".toast").get_by_role("button", name="Analyse again")).to_be_visible()


def test_all_of_it_by_keyboard_only(shelf: Page) -> None:
    keys = shelf.keyboard
    keys.press("/")
    expect(shelf.get_by_placeholder("Find a clip")).to_be_focused()
    shelf.get_by_role("checkbox", name="Select all shown").focus()
    keys.press("Tab")
    for _ in range(8):  # the sorting, then the first card's parts
        if shelf.evaluate("document.activeElement.matches('.card h2 a')"):
            break
        keys.press("Tab")
    focused = shelf.locator(".card:focus-within")
    expect(focused).to_have_attribute("data-name", TWO)
    keys.press("ArrowRight")
    expect(focused).to_have_attribute("data-name", ONE)
    keys.press("x")
    keys.press("Shift+ArrowRight")
    expect(focused).to_have_attribute("data-name", ARCHERY)
    expect(shelf.get_by_text("2 videos selected")).to_be_visible()
    keys.press("t")
    keys.type("by key")
    keys.press("Enter")
    expect(shelf.get_by_role("button", name="Remove by key")).to_be_visible()
    keys.press("Escape")
    expect(card(shelf, ONE)).to_contain_text("by key")
    expect(focused).to_have_attribute("data-name", ARCHERY)
    keys.press("Delete")
    expect_names(shelf, TWO, DIVE)
    expect(focused).to_have_attribute("data-name", DIVE)
    expect(shelf.get_by_text("2 videos are deleted")).to_be_visible()  # before, nothing to undo
    keys.press("z")
    expect_names(shelf, TWO, ONE, ARCHERY, DIVE)
    keys.press("Control+a")
    expect(shelf.get_by_text("4 videos selected")).to_be_visible()
    keys.press("Escape")
    expect(shelf.get_by_text("4 videos", exact=True)).to_be_visible()
    keys.press("Home")
    keys.press("Enter")
    expect(shelf.get_by_role("heading", name=TWO)).to_be_visible()


def test_an_undo_before_the_deletion_is_answered_is_not_lost(shelf: Page) -> None:
    held: list[Route] = []
    shelf.route("**/videos/delete", lambda route: held.append(route))
    card(shelf, ARCHERY).locator("h2 a").focus()
    shelf.keyboard.press("Delete")
    expect_names(shelf, TWO, ONE, DIVE)
    while not held:
        shelf.wait_for_timeout(20)
    shelf.keyboard.press("z")
    with shelf.expect_response("**/videos/restore"):
        held[0].continue_()
    expect_names(shelf, TWO, ONE, ARCHERY, DIVE)
    expect(shelf.get_by_text("restored.")).to_be_visible()


def test_the_focus_stays_on_its_card_while_others_come_and_go(
    shelf: Page, site: str, ids: dict[str, str]
) -> None:
    card(shelf, ARCHERY).locator("h2 a").focus()
    httpx.delete(f"{site}/api/v1/videos/{ids[TWO]}")
    shelf.evaluate("dash_clientside.set_props('library-changed', {data: 1})")
    expect_names(shelf, ONE, ARCHERY, DIVE)
    expect(card(shelf, ARCHERY).locator("h2 a")).to_be_focused()
    assert names(shelf)[1] == ARCHERY


@pytest.mark.parametrize("width", [360, 640])
def test_nothing_is_wider_than_a_small_window(shelf: Page, width: int) -> None:
    shelf.set_viewport_size({"width": width, "height": 700})
    shelf.get_by_role("checkbox", name="Select all shown").click()
    expect(shelf.locator("#bulk")).to_be_visible()
    root = "document.documentElement"
    shelf.wait_for_function(f"() => {root}.scrollWidth === {root}.clientWidth")
