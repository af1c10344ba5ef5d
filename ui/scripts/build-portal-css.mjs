// Makes server/assets/portal.css (run through `npm run build:portal`): the parts of the design system that the portal's
// pages use, Aldaba's theme, and the pages' own rules, minified. The result is committed, so that building the server
// needs no Node. `--check` writes nothing and fails when the committed file is not what would be written.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transform } from "lightningcss";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const assets = at("../../server/assets");
const icons = at("../../icons");
const system = at("../node_modules/@digdir/designsystemet-css/dist/src");
const font = at(
  "../node_modules/@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
);

const components = [
  "alert",
  "button",
  "card",
  "details",
  "error-summary",
  "field",
  "heading",
  "input",
  "label",
  "link",
  "paragraph",
  "skip-link",
  "tag",
  "validation-message",
];

const layer = (name, file) => `@layer ${name} {\n${readFileSync(file, "utf8")}\n}\n`;
const fontVersion = createHash("sha256").update(readFileSync(font)).digest("hex").slice(0, 16);
const face = `@font-face {
  font-family: "Atkinson Hyperlegible Next Variable";
  font-style: normal;
  font-display: swap;
  font-weight: 200 800;
  src: url("/assets/atkinson.woff2?v=${fontVersion}") format("woff2");
}
`;

const source = [
  "@layer ds.theme, ds.base, ds.components;\n",
  readFileSync(at("../theme/aldaba.css"), "utf8"),
  layer("ds.base", `${system}/base.css`),
  ...components.map((name) => layer("ds.components", `${system}/${name}.css`)),
  face,
  readFileSync(`${assets}/src/portal.css`, "utf8"),
].join("\n");

const { code } = transform({
  filename: "portal.css",
  code: Buffer.from(source.replaceAll('@charset "UTF-8";', "")),
  minify: true,
});
const banner =
  "/*! Aldaba portal. Made by `npm run build:portal`. Contains @digdir/designsystemet-css (MIT, Digdir). */\n";
const result = `${banner}${code}\n`;

if (process.argv.includes("--check")) {
  if (readFileSync(`${assets}/portal.css`, "utf8") !== result) {
    console.error("server/assets/portal.css is stale: run `npm run build:portal` in ui/");
    process.exit(1);
  }
} else {
  mkdirSync(`${assets}/fonts`, { recursive: true });
  copyFileSync(font, `${assets}/fonts/atkinson.woff2`);
  copyFileSync(`${icons}/app-icon.svg`, `${assets}/icon.svg`);
  writeFileSync(`${assets}/portal.css`, result);
  console.log(`server/assets/portal.css: ${result.length} bytes`);
}
