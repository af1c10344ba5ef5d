import { createSignal, onCleanup } from "solid-js";

const [now, setNow] = createSignal(Date.now());
let readers = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Ticks on the whole second, and not at all while nobody can see it. */
function tick(): void {
  clearTimeout(timer);
  timer = undefined;
  setNow(Date.now());
  if (readers > 0 && document.visibilityState !== "hidden") timer = setTimeout(tick, 1000 - (Date.now() % 1000));
}

document.addEventListener("visibilitychange", tick);

/** The device's time in unix milliseconds, by the second, for as long as the calling component lives. */
export function useClock(): () => number {
  readers += 1;
  if (readers === 1) tick();
  onCleanup(() => {
    readers -= 1;
    if (readers === 0) clearTimeout(timer);
  });
  return now;
}

/** Whole seconds left until `at`, never below zero; both in unix milliseconds. */
export const secondsLeft = (at: number, from: number) => Math.max(0, Math.ceil((at - from) / 1000));
