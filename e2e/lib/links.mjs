// Addresses that change with each demonstration: numbers of journeys, operators, keys.
import { account, address } from "./browser.mjs";

const cookies = new Map();

/** The session's cookie of a role, as one click on its link gives it. */
async function cookieOf(who) {
  const url = address(account(who).sign_in_url);
  if (!cookies.has(url)) {
    const response = await fetch(url, { redirect: "manual" });
    cookies.set(url, response.headers.get("set-cookie")?.split(";")[0] ?? "");
  }
  return cookies.get(url);
}

/** The first link of a page that begins so (a regular expression): numbers of journeys, operators and keys change with each demonstration. After: the text it comes after. */
export async function firstLink(who, path, beginning, after = "") {
  const response = await fetch(address(path), { headers: { cookie: await cookieOf(who), accept: "text/html" } });
  const text = await response.text();
  const from = text.indexOf(after);
  if (from < 0) throw new Error(`${path} does not say ${after}`);
  const found = new RegExp(`href="(${beginning}[^"?]*)"`).exec(text.slice(from));
  if (!found) throw new Error(`${path} has no link to ${beginning}${after && ` after ${after}`}`);
  return found[1].replaceAll("&#38;", "&");
}

/** The address that a letter holds, in the list of those the demonstration would have sent; the letter is known by words of its text. */
export async function letterLink(words, beginning) {
  const response = await fetch(address("/demonstration/messages"), { headers: { accept: "text/html" } });
  const letters = (await response.text()).split('<pre class="pp-message">').slice(1).map((text) => text.split("</pre>")[0]);
  const found = letters.filter((text) => text.includes(words)).map((text) => new RegExp(`${beginning}[\\w-]+`).exec(text)?.[0]);
  const link = found.find(Boolean);
  if (!link) throw new Error(`no letter about ${words} holds a link to ${beginning}`);
  return link;
}
