/** What a screen reader is told of a countdown. */
export type Announcement = { minutes: number } | { seconds: number } | "over";

/**
 * Whether something is to be said when a countdown goes from `before` to `after` seconds: at each full minute, at
 * 30 s, at 10 s and at the end. Saying every second would drown everything else. When several of these moments lie
 * between the two (the window slept), only the last is said.
 */
export function announcement(before: number, after: number): Announcement | undefined {
  if (after >= before) return undefined;
  if (after <= 0) return "over";
  for (const seconds of [10, 30]) {
    if (before > seconds && after <= seconds) return { seconds: after };
  }
  const minutes = Math.ceil(after / 60);
  return minutes * 60 < before ? { minutes } : undefined;
}

/**
 * Seconds left, up to the next five: for a countdown that is always on the screen. Each change paints the window anew, and
 * nobody hurries for a PIN that is followed by another one.
 */
export const inSteps = (seconds: number) => Math.ceil(seconds / 5) * 5;
