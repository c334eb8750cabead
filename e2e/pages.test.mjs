import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { assertAccessible } from "./lib/accessibility.mjs";
import { WIDTHS, address, launch, withPage } from "./lib/browser.mjs";
import { assertNoOverflow, shoot } from "./lib/look.mjs";
import { assertAtHome, assertLight, assertQuiet, watch } from "./lib/requests.mjs";

// PAGES: another list than ours, for trying the harness itself.
const { pages } = await import(process.env.PAGES ?? "./pages.mjs");

describe("every page", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const entry of pages) {
    for (const width of Object.values(WIDTHS)) {
      test(`${entry.path} at ${width}${entry.as ? ` as ${JSON.stringify(entry.as)}` : ""}`, () =>
        withPage(browser, { width, as: entry.as }, (page) => walk(page, entry)));
    }
    test(`${entry.path} in the dark${entry.as ? ` as ${JSON.stringify(entry.as)}` : ""}`, () =>
      withPage(browser, { as: entry.as, scheme: "dark" }, async (page) => {
        await page.goto(address(entry.path));
        await assertAccessible(page);
      }));
    test(`${entry.path} without JavaScript${entry.as ? ` as ${JSON.stringify(entry.as)}` : ""}`, () =>
      withPage(browser, { as: entry.as, javascript: false }, async (page) => {
        const response = await page.goto(address(entry.path));
        assert.equal(response.status(), entry.status ?? 200);
        assert.equal(await page.locator("h1:visible").count(), 1, "one visible h1");
      }));
  }
});

async function walk(page, entry) {
  const status = entry.status ?? 200;
  const seen = await watch(page);
  const response = await page.goto(address(entry.path), { waitUntil: "networkidle" });
  // First the picture: it helps most when what follows fails.
  await shoot(page, entry.name ?? `${roleOf(entry.as)}${entry.path}`);

  const headings = await page.locator("h1").allInnerTexts();
  await all(
    () => assert.ok(response.status() === status, `the page answered ${response.status()}`),
    () => assert.ok(headings.length === 1, `one h1, not ${headings.length}: ${headings.join(" | ")}`),
    () => entry.h1 && assert.ok(headings[0]?.trim() === entry.h1, `the h1 is "${headings[0]}", not "${entry.h1}"`),
    async () => assert.ok((await page.title()).trim(), "the page has no title"),
    async () => assert.match((await page.locator("html").getAttribute("lang")) ?? "", /^[a-z]{2,3}(-\w+)?$/, "the page does not say its language"),
    () => assertNoOverflow(page),
    () => assertAccessible(page),
    () => assertAtHome(seen),
    () => assertQuiet(seen, status),
    () => assertLight(seen, entry.bytes),
  );
}

/** Runs every check and tells all that failed: one walk of a page shows all there is to fix. */
async function all(...checks) {
  const failures = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      failures.push(error.message);
    }
  }
  assert.ok(failures.length === 0, `${failures.length} check(s) failed\n\n${failures.join("\n\n")}`);
}

function roleOf(as) {
  if (!as) return "";
  return `${typeof as === "string" ? as : Object.values(as).join("-")}`;
}
