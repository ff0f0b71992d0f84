"""The console page in a real browser, on a phone and on a desk: a promise typed, chased and kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot import team
from tests.fakes.console_site import Site, open_site

PHONE, DESK = (390, 844), (1280, 800)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_browser() -> str:
    """The system's Chromium; without one the tests are skipped, or fail where one is promised."""
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        if os.environ.get("CI_NEEDS_BROWSER") == "1":
            pytest.fail("no Chromium on this machine, but CI_NEEDS_BROWSER=1")
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture
async def browser(site: Site) -> AsyncIterator[Browser]:
    """Closed before the site, so that no page is looking on while the server ends."""
    path = find_browser()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield opened
        finally:
            await opened.close()


@asynccontextmanager
async def look(
    browser: Browser, site: Site, size: tuple[int, int], *, who: str = "秦朗", dark: bool = False
) -> AsyncIterator[Page]:
    """A page of its own browser profile; whatever it complains of in its console fails the test."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, color_scheme="dark" if dark else "light"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{site.url('/console')}#person={who}")
    await expect(page.locator("#me-name")).to_have_text(who)
    try:
        yield page
        assert complaints == []
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        await context.close()


async def say(page: Page, text: str) -> None:
    await page.locator("#text").fill(text)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize(("size", "dark"), [(PHONE, False), (DESK, True)], ids=["phone", "desk"])
async def test_a_promise_is_answered_chased_and_kept(
    site: Site, browser: Browser, tmp_path: Path, size: tuple[int, int], dark: bool
) -> None:
    async with look(browser, site, size, dark=dark) as page:
        answers = page.locator(".message.bot")
        await say(page, "【承诺】给海棠寄样 今天16:00")
        await expect(answers).to_have_count(1)
        await expect(answers.first).to_contain_text("#1")
        await expect(page.locator("#text")).to_have_value("")
        await page.screenshot(path=tmp_path / "answered.png")

        await page.get_by_role("button", name="下一个提醒").click()
        await expect(page.locator(".message.reminder")).to_have_count(1)
        await expect(page.locator("#clock-time")).to_have_text("14:00")
        await page.get_by_role("button", name="下一个提醒").click()
        await expect(page.locator(".message.overdue")).to_have_count(1)
        await expect(page.locator("#clock-time")).to_have_text("16:10")
        await page.screenshot(path=tmp_path / "chased.png")

        await page.locator(".message.overdue").get_by_role("button", name="#1").click()
        await expect(page.locator("#text")).to_have_value("完成 1")
        await page.keyboard.press("Enter")
        await expect(answers.last).to_contain_text("完成 #1")
        await expect(answers.last).to_be_in_viewport()
        await page.screenshot(path=tmp_path / "kept.png")


async def test_a_group_hears_only_the_mention(site: Site, browser: Browser) -> None:
    async with look(browser, site, PHONE) as page:
        await page.get_by_role("button", name="晨会群").click()
        await expect(page.locator("#text")).to_have_value("@一诺 ")
        await say(page, "大家早")
        await expect(page.locator(".unheard")).to_have_text("没有 @一诺，这句它没听见")
        await expect(page.locator(".message.bot")).to_have_count(0)
        await page.locator("#text").fill("我的承诺")
        await page.get_by_role("button", name="@一诺", exact=True).click()
        await expect(page.locator("#text")).to_have_value("@一诺 我的承诺")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message.bot")).to_have_count(1)
        await page.locator("#text").fill("")
        assert "@一诺" in (await page.locator("#text").get_attribute("placeholder") or "")


async def test_a_question_is_answered_by_a_tap(site: Site, browser: Browser) -> None:
    async with look(browser, site, PHONE) as page:
        await say(page, "【承诺】给海棠寄样 周四\n给海棠发合同 周五")
        await expect(page.locator(".message.bot")).to_have_count(1)
        await say(page, "完成")
        await page.locator(".option").nth(1).click()
        await expect(page.locator(".message.bot").last).to_contain_text("完成 #2")


async def test_news_for_somebody_else_shows_as_a_dot_and_is_one_tap_away(site: Site, browser: Browser) -> None:
    async with look(browser, site, DESK, who="邵云") as page:
        await say(page, "【承诺】@易晨 给海棠寄样 明天")
        await expect(page.locator(".message.bot")).to_have_count(1)
        await expect(page.locator("#others-dot")).to_be_visible()
        await page.locator("#me").press("Enter")
        await page.locator(".person", has_text="易晨").press("Enter")
        await expect(page.locator("#me-name")).to_have_text("易晨")
        await expect(page.locator(".message.notice")).to_have_count(1)
        await expect(page.locator("#others-dot")).to_be_hidden()


async def test_the_pages_of_two_people_see_a_group_at_once(site: Site, browser: Browser) -> None:
    async with look(browser, site, DESK) as mine, look(browser, site, PHONE, who="易晨") as theirs:
        await mine.get_by_role("button", name="晨会群").click()
        await expect(mine.locator("#talk-name")).to_have_text("晨会群")
        await say(mine, "@一诺 【承诺】给海棠报价 周三")
        await expect(mine.locator(".message.bot")).to_have_count(1)
        group = theirs.get_by_role("button", name="晨会群")
        await expect(group.locator(".dot")).to_be_visible()
        await group.click()
        await expect(theirs.locator(".message.other .bubble")).to_have_text("@一诺 【承诺】给海棠报价 周三")
        await expect(group.locator(".dot")).to_have_count(0)


async def test_an_attachment_is_named_and_can_be_taken_off(site: Site, browser: Browser, tmp_path: Path) -> None:
    picture = tmp_path / "签到.png"
    picture.write_bytes(b"not read by anybody")
    async with look(browser, site, PHONE) as page:
        await page.locator("#file").set_input_files([picture, picture])
        await page.locator("#attached button").first.click()
        await expect(page.locator("#attached li")).to_have_count(1)
        await say(page, "【拜访】海棠 看样机")
        await expect(page.locator(".message.mine .attachment")).to_have_text("签到.png")
        await expect(page.locator("#attached")).to_be_hidden()


async def test_with_nobody_known_a_line_sent_asks_who_speaks_and_is_kept(tmp_path: Path) -> None:
    nobody = team.Team(people=[], chats=[], clients=[])
    async with open_site(tmp_path, known=nobody) as site, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
        await page.goto(str(site.url("/console")))
        await expect(page.locator("#picker")).to_be_visible()
        await page.locator("#picker-close").click()
        await say(page, "你好")
        await expect(page.locator("#picker")).to_be_visible()
        await page.locator("#newcomer-name").fill("尤佳")
        await page.keyboard.press("Enter")
        await expect(page.locator("#me-name")).to_have_text("尤佳")
        await expect(page.locator("#text")).to_have_value("你好")
        await page.locator("#send").click()
        await expect(page.locator(".message.bot")).to_have_count(1)
        await browser.close()
