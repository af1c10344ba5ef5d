import { announced } from "../state/announcer";

/** Says what `announce` was given. A mark of no width makes the same words be said again. */
export const LiveRegion = () => (
  <p class="ds-sr-only" role="status" aria-live="polite" data-testid="live">
    {announced().text}
    {announced().turn % 2 ? "\u200b" : ""}
  </p>
);
