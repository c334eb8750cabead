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

/** The first link of a page that begins so (a regular expression): numbers of journeys, operators and keys change with each demonstration. */
export async function firstLink(who, path, beginning) {
  const response = await fetch(address(path), { headers: { cookie: await cookieOf(who), accept: "text/html" } });
  const found = new RegExp(`href="(${beginning}[^"?]*)"`).exec(await response.text());
  if (!found) throw new Error(`${path} has no link to ${beginning}`);
  return found[1].replaceAll("&#38;", "&");
}
