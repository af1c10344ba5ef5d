import { For } from "solid-js";
import { pinGroups, pinSpoken } from "../state/pin";
import { t } from "../texts/texts";

/** A PIN in large groups for the eye, digit by digit for the ear. */
export const Digits = (props: { pin: string; testid: string; ref?: (element: HTMLElement) => void }) => (
  <p class="pin" tabindex="-1" ref={(element) => props.ref?.(element)}>
    <span class="ds-sr-only">{t("app-pin-spoken", { digits: pinSpoken(props.pin) })}</span>
    <span class="pin-digits" data-testid={props.testid} aria-hidden="true">
      <For each={pinGroups(props.pin)}>{(group) => <span class="pin-group">{group}</span>}</For>
    </span>
  </p>
);
