"""The optical flow over the picture: of the frame on screen, the newest wish, kept in links."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.studio import Studio

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FLOW = "**/flow/*.jpg*"
SCALE = re.compile(r"full brightness at [\d.]+ px a frame · dis")
IDENTICAL = """async (image) => {
  const frame = image.alt.match(/\\d+/)[0], video = location.pathname.split("/").at(-1);
  const answer = await fetch(`/api/v1/videos/${video}/flow/${frame}.jpg`);
  const pixels = (picture) => {
    const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, picture.width, picture.height).data.join();
  };
  const shown = await createImageBitmap(image);
  return pixels(shown) === pixels(await createImageBitmap(await answer.blob()));
}"""

LIES_OVER = """() => {
  const [image, video] = [...document.querySelectorAll("#flow img, #player")]
    .map(element => JSON.stringify(element.getBoundingClientRect()));
  return image === video;
}"""


@pytest.fixture
def studio(page: Page, first_run: str) -> Studio:
    page.goto(first_run)
    studio = Studio(page)
    studio.ready()
    return studio


def picture(page: Page, frame: int) -> Locator:
    """The flow of a frame on the screen."""
    image = page.locator("#flow img")
    expect(image).to_have_attribute("alt", f"Optical flow from frame {frame} to the next")
    expect(image).to_be_visible()
    return image


def test_the_key_shows_the_flow_of_the_frame_and_the_picture_again(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("f")
    image = picture(page, 0)
    assert image.evaluate(IDENTICAL)
    size = image.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    video = page.locator("#player")
    assert size == video.evaluate("video => [video.videoWidth, video.videoHeight]")
    page.wait_for_function(LIES_OVER)
    expect(page.locator("#flow .scale")).to_have_text(SCALE)
    expect(page.get_by_role("button", name="Optical flow")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("f")
    expect(page.locator("#flow")).to_be_hidden()
    page.wait_for_url(re.compile(r"^((?!view).)*$"))
    page.get_by_role("button", name="Optical flow").click()
    picture(page, 0)


def test_a_link_opens_the_flow_of_its_moment(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("3")
    frame = studio.shown()
    page.keyboard.press("f")
    page.wait_for_url(re.compile("(?=.*view=flow)(?=.*[?&]t=)"))
    page.reload()
    assert picture(page, frame).evaluate(IDENTICAL)


def test_steps_ask_for_the_newest_frame_alone(studio: Studio) -> None:
    page, asked = studio.page, list[str]()
    held = list[Route]()

    def answer(route: Route) -> None:
        asked.append(route.request.url.split("/")[-1].split(".")[0])
        if len(asked) == 1:
            held.append(route)
        else:
            route.continue_()

    page.route(FLOW, answer)
    with page.expect_request(FLOW):
        page.keyboard.press("f")
    for _ in range(5):
        page.keyboard.press(".")
    assert studio.shown() == 5
    expect(page.locator("#flow")).to_have_class("flow computing")
    expect(page.locator("#flow img")).to_be_hidden()
    held[0].continue_()
    picture(page, 5)
    assert asked == ["0", "5"]


def test_while_it_plays_the_picture_shows(studio: Studio) -> None:
    page = studio.page
    page.keyboard.press("f")
    picture(page, 0)
    page.keyboard.press("Space")
    expect(page.locator("#flow .scale")).to_have_text("flow when paused")
    expect(page.locator("#flow img")).to_be_hidden()
    page.keyboard.press("Space")
    picture(page, studio.shown())


def test_an_error_is_told_and_the_next_frame_asked_for(studio: Studio, errors: list[str]) -> None:
    page = studio.page
    problem = {"title": "Too busy", "detail": "Too many pictures at once. Ask again in a moment."}
    page.route(FLOW, lambda route: route.fulfill(status=503, json=problem))
    page.keyboard.press("f")
    expect(page.locator("#flow .scale")).to_contain_text("Too many pictures at once")
    page.unroute(FLOW)
    page.keyboard.press(".")
    picture(page, 1)
    assert all("503" in error for error in errors)
    errors.clear()
