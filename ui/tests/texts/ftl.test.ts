import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundleOf, languages } from "../../src/texts/texts";

const root = join(import.meta.dirname, "../../..");
const source = (language: string) => readFileSync(join(root, `locales/${language}/app.ftl`), "utf8");

/** Each message with the variables it uses. */
function messages(language: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const block of source(language).split(/\n(?=app-)/)) {
    const key = /^(app-[\w-]+) =/.exec(block)?.[1];
    if (key) found.set(key, [...new Set(block.match(/\$\w+/g))].sort());
  }
  return found;
}

/** Every string or template in the screens' code that names texts; `${…}` in a template stands for one word or more. */
/** The type of a key, in texts.ts: it uses none. */
const ANY = "app-${string}";

function usedKeys(): RegExp[] {
  const folder = join(root, "ui/src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  const used = new Set<string>();
  for (const file of files) {
    const code = readFileSync(join(folder, file), "utf8");
    for (const [, key] of code.matchAll(/["`](app-(?:[\w-]|\$\{[^}]*\})+)["`]/g)) if (key && key !== ANY) used.add(key);
  }
  return [...used].map((key) => new RegExp(`^${key.replace(/\$\{[^}]*\}/g, "[\\w-]+")}$`));
}

// REQ-UI-02
describe("the texts of the app", () => {
  test("every language has the same keys with the same variables", () => {
    expect(messages("en")).toEqual(messages("es"));
  });

  test.each(languages)("all of %s parses", (language) => {
    for (const key of messages(language).keys()) expect(bundleOf(language).hasMessage(key), key).toBe(true);
  });

  test("no key is written twice", () => {
    for (const language of languages) {
      const keys = [...source(language).matchAll(/^(app-[\w-]+) =/gm)].map((match) => match[1]);
      expect(keys.length).toBe(new Set(keys).size);
    }
  });

  test("every text that the screens use exists, and every text is used", () => {
    const keys = [...messages("es").keys()];
    const used = usedKeys();
    for (const pattern of used) expect(keys.some((key) => pattern.test(key)), String(pattern)).toBe(true);
    // Notifications and the system's lock are shown by the Rust side.
    const isRusts = (key: string) => key.startsWith("app-notification-") || key.startsWith("app-unlock-");
    const unused = keys.filter((key) => !isRusts(key) && !used.some((pattern) => pattern.test(key)));
    expect(unused).toEqual([]);
  });
});

// REQ-UI-10
describe("what app and portal both speak of", () => {
  /** One message of the portal, as it stands in its file. */
  const portal = (language: string, key: string) =>
    new RegExp(`^${key} = (.*)$`, "m").exec(readFileSync(join(root, `locales/${language}/portal.ftl`), "utf8"))?.[1];
  const app = (language: (typeof languages)[number], key: string) => bundleOf(language).getMessage(key)?.value;

  test.each(languages)("the levels have one name each in %s", (language) => {
    for (const level of ["low", "substantial", "high"])
      expect(app(language, `app-level-${level}`), level).toBe(portal(language, `level-${level}`));
  });

  test.each(languages)("each PIN has one name in %s", (language) => {
    expect(portal(language, "way-self-generated")).toBe(app(language, "app-self-title"));
    expect(portal(language, "method-self-generated")).toBe(app(language, "app-self-title"));
    expect(portal(language, "way-page-bound")).toBe(app(language, "app-bound-title"));
    const offline = String(app(language, "app-self-title")).replace(/^Offline/, "offline");
    for (const key of ["signin-submit-self", "pin-self-title", "pin-error-delayed", "over-disabled-title"])
      expect(portal(language, key)?.toLowerCase(), key).toContain(offline.toLowerCase());
  });

  // Other names that the offline PIN has had, and that the PIN of a request shared with it.
  const outdated = /PIN de (mi|su|la) (app|pantalla)|PIN in my app|PIN (of|from) (your|the) (app|home)|app['’]s own PIN/i;
  test.each(languages)("no PIN goes by an outdated name in %s", (language) => {
    for (const file of readdirSync(join(root, `locales/${language}`))) {
      const lines = readFileSync(join(root, `locales/${language}`, file), "utf8").split("\n");
      expect(lines.filter((line) => outdated.test(line)), file).toEqual([]);
    }
  });
});
