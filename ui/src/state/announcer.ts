import { createSignal } from "solid-js";

const [announced, setAnnounced] = createSignal({ text: "", turn: 0 });
export { announced };

/** Has a screen reader say something when it next pauses, without moving the focus. */
export function announce(text: string): void {
  setAnnounced(({ turn }) => ({ text, turn: turn + 1 }));
}
