import { type JSX, onMount, Show } from "solid-js";
import type { UiError } from "../bindings/UiError";
import { type ErrorText, errorText } from "../texts/errors";

/** What went wrong and what to do, in a box that takes the focus when it appears. */
export const ErrorBox = (props: { error: UiError; text?: ErrorText; children?: JSX.Element }) => {
  let box: HTMLDivElement | undefined;
  onMount(() => box?.focus());
  const text = () => props.text ?? errorText(props.error);
  return (
    <div
      class="ds-alert notice"
      data-color="danger"
      role="alert"
      tabindex="-1"
      data-testid="error"
      data-code={props.error.code}
      ref={box}
    >
      <p class="notice-title">{text().title}</p>
      <p>{text().text}</p>
      <Show when={props.children}>
        <div class="actions">{props.children}</div>
      </Show>
    </div>
  );
};
