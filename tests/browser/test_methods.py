"""The choice of methods and parameters on the page, and the runs it leads to."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.studio import METHODS, await_new_run, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def form(page: Page, first_run: str) -> Locator:
    """The open form on the page of the first analysis."""
    page.goto(first_run)
    return opened(page, "Methods")


def test_the_form_shows_every_method_and_what_this_analysis_ran(page: Page, form: Locator) -> None:
    known = page.evaluate("() => fetch('/api/v1/methods').then(answer => answer.json())")
    expect(form.locator(".choices > li")).to_have_count(len(known))
    ticked = form.locator(".method-choice input:checked")
    assert ticked.evaluate_all("boxes => boxes.map(box => box.name)") == METHODS
    for method in known:
        entry = form.locator(f"[data-entry={method['name']}]")
        expect(entry.locator("input:not(.method-choice input), select")).to_have_count(
            len(method["parameters"])
        )


def test_a_parameter_out_of_range_is_shown_and_not_sent(page: Page, form: Locator) -> None:
    entry = form.locator("[data-entry=sms]")
    entry.locator("summary").click()
    entry.get_by_label("prominence").fill("7")
    entry.locator("summary").click()
    form.get_by_role("button", name="Analyse with 6 methods").click()
    expect(form).to_be_visible()
    expect(entry.locator("details")).to_have_attribute("open", "")
    page.keyboard.press("Escape")
    expect(form).to_be_hidden()


def test_a_changed_parameter_is_a_run_of_its_own(page: Page, form: Locator, first_run: str) -> None:
    for name in set(METHODS) - {"sms", "uniform"}:
        form.locator(f"input[name={name}]").uncheck()
    form.locator("input[name=delta]").check()
    entry = form.locator("[data-entry=sms]")
    entry.locator("summary").click()
    entry.get_by_label("prominence").fill("0.35")
    expect(entry.locator("summary")).to_have_text("Parameters, 1 changed")
    form.get_by_role("button", name="Analyse with 3 methods").click()
    await_new_run(page, first_run)
    expect(page.locator("[data-method] .track:has(.cell)")).to_have_count(3)
    result = page.evaluate(
        "() => fetch(document.getElementById('export').href).then(answer => answer.json())"
    )
    assert set(result["methods"]) == {"sms", "uniform", "delta"}
    assert result["methods"]["sms"]["parameters"]["prominence"] == 0.35

    page.reload()
    expect(page.locator("[data-method] .track:has(.cell)")).to_have_count(3)
    menu = page.locator(".menu", has=page.locator("summary", has_text="runs"))
    menu.locator("summary").click()
    runs = menu.locator("a:not(.toggle)")
    expect(runs.first).to_contain_text("3 methods, own number")
    expect(runs.first).to_have_attribute("aria-current", "true")
    runs.last.click()
    expect(page.locator("[data-method] .track:has(.cell)")).to_have_count(len(METHODS))


def test_a_method_from_outside_has_controls_and_runs_and_a_faulty_plug_in_is_named(
    page: Page, form: Locator, first_run: str
) -> None:
    expect(form.locator(".faults li")).to_contain_text("gone.py was skipped")
    ticked = form.locator(".method-choice input:checked")
    for name in ticked.evaluate_all("boxes => boxes.map(box => box.name)"):
        form.locator(f"input[name={name}]").uncheck()
    form.locator("input[name=sharpest]").check()
    entry = form.locator("[data-entry=sharpest]")
    entry.locator("summary").click()
    entry.get_by_label("parts").fill("3")
    form.get_by_role("button", name="Analyse with 1 method").click()
    await_new_run(page, first_run)
    row = page.locator("[data-method=sharpest]")
    expect(row.locator(".cell")).to_have_count(3)
    expect(row).to_contain_text("Sharpest of each part")
