// What a page looks like: a picture kept in shots/, and nothing wider than the screen.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const SHOTS = fileURLToPath(new URL("../shots/", import.meta.url));

/** shots/<page>-<width>.png, the page's whole height. */
export async function shoot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  const path = `${SHOTS}${fileName(name)}-${page.viewportSize().width}.png`;
  await page.screenshot({ path, fullPage: true });
  return path;
}

export function fileName(name) {
  return name.replace(/^\/+/, "").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "home";
}

export async function assertNoOverflow(page) {
  // On a phone chromium zooms out to show what overflows, and grows clientWidth with it: the screen's width is the limit.
  const screen = page.viewportSize().width;
  const { scrollWidth, clientWidth, widest } = await page.evaluate((limit) => {
    const root = document.documentElement;
    const insideScroller = (element) => {
      for (let parent = element.parentElement; parent && parent !== document.body; parent = parent.parentElement) {
        if (getComputedStyle(parent).overflowX !== "visible") return true;
      }
      return false;
    };
    const widest = [...document.body.querySelectorAll("*")]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && (box.right > limit + 1 || box.left < -1) && !insideScroller(element);
      })
      .slice(0, 5)
      .map((element) => `${element.tagName.toLowerCase()}${element.className && typeof element.className === "string" ? `.${element.className.trim().replaceAll(/\s+/g, ".")}` : ""}`);
    return { scrollWidth: root.scrollWidth, clientWidth: root.clientWidth, widest };
  }, screen);
  const limit = Math.min(clientWidth, screen);
  assert.ok(scrollWidth <= limit, `${page.url()} is ${scrollWidth} px wide for ${limit}; out of the screen: ${widest.join(", ")}`);
}
