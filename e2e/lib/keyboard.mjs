// Keyboard habits every page keeps.
import assert from "node:assert/strict";

/** What has the focus: its text, its address, whether it can be seen. */
export function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
      tag: element.tagName.toLowerCase(),
      text: element.textContent.trim(),
      href: element.getAttribute("href"),
      id: element.id,
      visible: box.width > 1 && box.height > 1 && style.visibility === "visible",
      outlined: style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 2,
    };
  });
}

/** Starts the keyboard's walk again from the page's top: forms that came back put the focus on their first wrong field. */
function fromTheTop(page) {
  return page.evaluate(() => {
    document.body.setAttribute("tabindex", "-1");
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
}

/** The first Tab stop leads to the content and shows itself; Enter goes there and the next Tab stays inside. */
export async function assertSkipLinkFirst(page) {
  await fromTheTop(page);
  await page.keyboard.press("Tab");
  const first = await focused(page);
  assert.equal(first?.href, "#contenu", `the first Tab stop is ${JSON.stringify(first)}`);
  assert.ok(first.visible, "the skip link appears when it has the focus");
  assert.ok(first.outlined, "the focus shows");
  await page.keyboard.press("Enter");
  assert.equal((await focused(page))?.id, "contenu", "the skip link moves the focus to the content");
}

/** Tabs through a page: every stop is seen and outlined, and the walk comes back to its start (no trap). */
export async function assertNoTrap(page, most = 300) {
  await fromTheTop(page);
  let first = null;
  let seen = 0;
  let previous = null;
  for (let stop = 0; stop < most; stop += 1) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    if (here === null) return stop;
    assert.ok(here.outlined, `the focus does not show on ${here.tag} "${here.text.slice(0, 40)}"`);
    const key = await page.evaluate(() => {
      globalThis.walk ??= new Map();
      const element = document.activeElement;
      if (!globalThis.walk.has(element)) globalThis.walk.set(element, globalThis.walk.size);
      return globalThis.walk.get(element);
    });
    first ??= key;
    // A date has a stop for its day, its month and its year: the same element several times in a row.
    if (key === previous) continue;
    previous = key;
    if (seen > 0 && key === first) return seen;
    assert.equal(key, seen, `the focus comes back to ${here.tag} "${here.text.slice(0, 40)}": a trap`);
    seen += 1;
  }
  throw new Error(`more than ${most} Tab stops`);
}
