import { after, before, describe, test } from "node:test";
import { WIDTHS, address, launch, withPage } from "./lib/browser.mjs";
import { assertNoTrap, assertSkipLinkFirst } from "./lib/keyboard.mjs";

const { pages } = await import(process.env.PAGES ?? "./pages.mjs");

describe("keyboard", () => {
  let browser;
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());

  for (const entry of pages) {
    for (const width of Object.values(WIDTHS)) {
      test(`${entry.path} at ${width}: the first Tab stop is the skip link`, () =>
        withPage(browser, { width, as: entry.as }, async (page) => {
          await page.goto(address(entry.path));
          await assertSkipLinkFirst(page);
        }));
    }
    test(`${entry.path}: Tab walks the whole page and comes back`, () =>
      withPage(browser, { as: entry.as }, async (page) => {
        await page.goto(address(entry.path));
        await assertNoTrap(page);
      }));
  }
});
