import { createEffect, createMemo, on } from "solid-js";
import { announce } from "../state/announcer";
import { secondsLeft, useClock } from "../state/clock";
import { announcement } from "../state/countdown";
import { t } from "../texts/texts";
import { timeLeft } from "../texts/time";

const RADIUS = 15;
const ROUND = 2 * Math.PI * RADIUS;

/** The share that is left as an open ring, from the top, clockwise. */
export const Ring = (props: { left: number; of: number }) => {
  const share = () => Math.min(1, Math.max(0, props.left / props.of));
  return (
    <svg class="ring" viewBox="0 0 36 36" aria-hidden="true" classList={{ "ring-ending": props.left <= 30 && props.of > 60 }}>
      <circle class="ring-track" cx="18" cy="18" r={RADIUS} fill="none" stroke-width="4" />
      <circle
        class="ring-left"
        cx="18"
        cy="18"
        r={RADIUS}
        fill="none"
        stroke-width="4"
        stroke-linecap="round"
        stroke-dasharray={ROUND.toFixed(2)}
        stroke-dashoffset={(ROUND * (1 - share())).toFixed(2)}
        transform="rotate(-90 18 18)"
      />
    </svg>
  );
};

/** Remaining life as a ring and in words. Screen readers hear of it at each minute, at 30 s and at 10 s. */
export const Countdown = (props: { label: string; until: number; seconds: number; onOver?: () => void }) => {
  const now = useClock();
  // The clock is up to a second old: without the bound, five minutes would begin as "5 min 1 s".
  const left = createMemo(() => Math.min(props.seconds, secondsLeft(props.until, now())));
  createEffect(
    on(left, (after, before) => {
      if (before === undefined) {
        if (after === 0) props.onOver?.();
        return;
      }
      const due = announcement(before, after);
      if (!due) return;
      if (due === "over") {
        announce(t("app-announce-over"));
        props.onOver?.();
      } else {
        announce("minutes" in due ? t("app-announce-minutes", due) : t("app-announce-seconds", due));
      }
    }),
  );
  return (
    <p class="countdown" role="timer" aria-live="off" aria-label={`${props.label}: ${timeLeft(left())}`}>
      <Ring left={left()} of={props.seconds} />
      <span class="countdown-words">{timeLeft(left())}</span>
    </p>
  );
};
