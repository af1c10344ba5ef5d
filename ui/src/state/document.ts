/** Which contrast datum a person is asked for. */
export type ContrastAsked = "validity" | "issue" | "support";

/**
 * The datum that goes with what has been typed so far, before it is a whole document: NIE start with X, Y or Z.
 * Only the label hangs on this; `check_document` and `check_contrast` judge.
 */
export function contrastAsked(typed: string, permanent: boolean): ContrastAsked {
  if (/^[\s.-]*[xyz]/i.test(typed)) return "support";
  return permanent ? "issue" : "validity";
}
