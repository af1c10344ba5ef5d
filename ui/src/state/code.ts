// The 8-character codes of the SMS and of the sign-in page: Crockford's base32, shown as XXXX-XXXX.

/** Characters of a code. */
export const CODE_LENGTH = 8;

const grouped = /(?<![0-9A-Z])([0-9A-HJKMNP-TV-Z]{4})-([0-9A-HJKMNP-TV-Z]{4})(?![0-9A-Z])/;

/** The characters that count, in capitals. Which of them are allowed is for Rust to judge. */
export const codeCharacters = (typed: string) => typed.toUpperCase().replace(/[\s\-‐‑–—.]/g, "");

/** What the field shows for what was typed or pasted: capitals, a dash after the fourth. A pasted SMS gives its code. */
export function formatCode(typed: string): string {
  const inMessage = typed.length > 12 ? grouped.exec(typed.toUpperCase()) : null;
  if (inMessage) return `${inMessage[1]}-${inMessage[2]}`;
  const characters = codeCharacters(typed);
  return characters.length > 4 ? `${characters.slice(0, 4)}-${characters.slice(4)}` : characters;
}
