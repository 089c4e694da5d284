"""Clips of one's own UCF101 by the form of the Cases page: brought, refused, cancelled."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def dataset(import_dir: Path, clip: Path) -> Path:
    """A dive of other bytes than the clip's, and one that is torn."""
    folder = import_dir / "ucf101" / "UCF-101" / "Diving"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(clip, folder / "v_Diving_g01_c01.mp4")
    with (folder / "v_Diving_g01_c01.mp4").open("ab") as file:
        file.write(bytes(16))
    (folder / "v_Diving_g01_c02.mp4").write_text("torn")
    return import_dir / "ucf101"


@pytest.fixture
def form(page: Page, import_dir: Path) -> Locator:
    page.goto("/cases")
    form = page.locator("#import")
    expect(form.get_by_label("Folder on the server")).to_have_value(str(import_dir.resolve()))
    return form


def add(form: Locator, folder: str) -> None:
    form.get_by_label("Folder on the server").fill(folder)
    form.get_by_role("button", name="Add clips").click()


def test_clips_join_their_case_and_a_torn_one_is_told(
    page: Page, form: Locator, dataset: Path
) -> None:
    add(form, str(dataset))
    state = form.locator(".import-state")
    expect(state).to_have_text("1 of 2 clips are in the library, 1 could not be read")
    expect(form.locator(".refused")).to_contain_text("not a readable video")
    link = form.get_by_role("link", name="v_Diving_g01_c01.mp4")
    expect(link).to_have_attribute("href", re.compile("^/v/"))
    expect(form.get_by_role("button", name="Cancel")).to_be_hidden()
    counted = re.compile(r"FrontCrawl · \d+ of your")
    expect(page.locator(".studies")).to_contain_text(counted)
    page.reload()  # what was brought is told again
    expect(form.get_by_role("link", name="v_Diving_g01_c01.mp4")).to_be_visible()
    expect(page.locator(".studies")).to_contain_text(counted)
    page.goto("/cases/moments")
    expect(page.get_by_role("link", name="v_Diving_g01_c01.mp4")).to_be_visible()


def test_a_wrong_folder_is_told_with_the_layout_and_one_elsewhere_is_refused(
    page: Page, form: Locator, errors: list[str]
) -> None:
    add(form, "gone")
    fault = form.get_by_role("alert")
    expect(fault).to_contain_text("no such folder. Expected <root>/<Class>/v_<Class>_gNN_cNN.avi")
    add(form, "/etc")
    expect(fault).to_contain_text("Name one below KAIROSCOPE_IMPORT_DIR")
    assert len(errors) == 2
    assert all("422" in error or "403" in error for error in errors)
    errors.clear()


def test_an_import_is_cancelled(page: Page, form: Locator, import_dir: Path) -> None:
    folder = import_dir / "many" / "Archery"
    folder.mkdir(parents=True)
    for number in range(200):
        (folder / f"v_Archery_g01_c{number:03}.mp4").write_text("torn")
    form.get_by_label("Clips of each class").fill("200")
    add(form, "many")
    cancel = form.get_by_role("button", name="Cancel")
    expect(form.get_by_role("progressbar", name="Import")).to_be_visible()
    expect(form.get_by_role("button", name="Add clips")).to_be_disabled()
    cancel.click()
    expect(form.locator(".import-state")).to_have_text(
        re.compile(r"Cancelled: 0 of 200 clips are in the library, \d+ could not be read")
    )
    expect(cancel).to_be_hidden()
    expect(form.get_by_role("button", name="Add clips")).to_be_enabled()
