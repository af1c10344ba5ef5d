import { createSignal, onCleanup, Show } from "solid-js";
import { copyPin } from "../ipc/commands";
import { announce } from "../state/announcer";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { Icon } from "./Icon";

/** How long the button says that it copied. */
const SAID_MS = 6000;

/** Has Rust put a PIN on the clipboard, marked as sensitive and cleared after 30 s. */
export const CopyButton = (props: { source: string; label: string; testid: string }) => {
  const [copied, setCopied] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  const task = createTask(async () => {
    try {
      await copyPin(props.source);
    } catch {
      throw { code: "clipboard" };
    }
    setCopied(true);
    announce(t("app-copied"));
    clearTimeout(timer);
    timer = setTimeout(() => setCopied(false), SAID_MS);
  });

  return (
    <>
      <Button
        variant="secondary"
        testid={props.testid}
        aria-label={props.label}
        busy={task.busy()}
        onClick={() => void task.run()}
      >
        <Icon shape={copied() ? "check" : "copy"} />
        {t("app-copy")}
      </Button>
      <Show when={copied()}>
        <p class="copied" aria-hidden="true">
          {t("app-copied")}
        </p>
      </Show>
      <Show when={task.error()}>
        <p class="ds-validation-message" role="alert">
          {t("app-error-clipboard-title")}. {t("app-error-clipboard")}
        </p>
      </Show>
    </>
  );
};
