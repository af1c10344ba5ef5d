import { createSignal, onCleanup } from "solid-js";

/** Without a touch for so long, nobody is taken to be in front of the screen; milliseconds. */
export const AWAY_AFTER = 120_000;

const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "focus"] as const;

/**
 * Whether somebody has touched the window lately, for as long as the calling component lives, and the function that says that
 * somebody is there. It becomes true again only by that function: who comes back decides what is shown.
 */
export function usePresence(): [present: () => boolean, arrive: () => void] {
  const [present, setPresent] = createSignal(true);
  let touched = Date.now();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const touch = () => {
    touched = Date.now();
  };
  function look(): void {
    const left = touched + AWAY_AFTER - Date.now();
    if (left <= 0) setPresent(false);
    else timer = setTimeout(look, left);
  }
  function arrive(): void {
    touch();
    clearTimeout(timer);
    setPresent(true);
    look();
  }

  for (const sign of SIGNS) window.addEventListener(sign, touch, { passive: true });
  look();
  onCleanup(() => {
    clearTimeout(timer);
    for (const sign of SIGNS) window.removeEventListener(sign, touch);
  });
  return [present, arrive];
}
