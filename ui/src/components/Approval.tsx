import { createSignal, createUniqueId, For, Show } from "solid-js";
import type { RequestCard } from "../bindings/RequestCard";
import { approveRequest } from "../ipc/commands";
import { announce } from "../state/announcer";
import { useApp } from "../state/app";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { ErrorBox } from "./ErrorBox";

/** Asks which words the page shows, then approves. Who does not see the page cannot say. */
export const Approval = (props: { request: RequestCard; choices: string[] }) => {
  const app = useApp();
  const name = createUniqueId();
  const [chosen, setChosen] = createSignal<string>();
  const [missing, setMissing] = createSignal(false);
  let first: HTMLInputElement | undefined;

  const approve = createTask(async () => {
    const phrase = chosen();
    if (!phrase) return;
    try {
      app.showRequest(await approveRequest(props.request.id, phrase));
      announce(t("app-approve-done"));
      document.getElementById(`request-${props.request.id}`)?.focus();
    } catch (error) {
      await app.refreshIfDeviceIsGone(error as { code: string });
      throw error;
    }
  });

  return (
    <form
      class="approval"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setMissing(!chosen());
        if (chosen()) void approve.run();
        else first?.focus();
      }}
    >
      <Show when={approve.error()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <div
        class="phrase choices"
        role="radiogroup"
        data-testid="choices"
        aria-labelledby={`${name}-label`}
        aria-invalid={missing() ? "true" : undefined}
        aria-describedby={missing() ? `${name}-error` : `${name}-hint`}
      >
        <p class="phrase-label" id={`${name}-label`}>
          {t("app-approve-ask")}
        </p>
        <For each={props.choices}>
          {(phrase, index) => (
            <label class="choice">
              <input
                class="ds-input"
                type="radio"
                name={name}
                value={phrase}
                data-testid="choice"
                checked={chosen() === phrase}
                ref={(input) => {
                  if (index() === 0) first = input;
                }}
                onChange={() => {
                  setChosen(phrase);
                  setMissing(false);
                }}
              />
              <span class="choice-words">{phrase}</span>
            </label>
          )}
        </For>
        <p class="phrase-warning" id={`${name}-hint`}>
          {t("app-approve-warning")}
        </p>
        <Show when={missing()}>
          <p class="ds-validation-message" id={`${name}-error`}>
            <span class="ds-sr-only">{t("app-error-prefix")} </span>
            {t("app-approve-missing")}
          </p>
        </Show>
      </div>
      <div class="actions request-actions">
        <Button
          type="submit"
          testid="approve"
          aria-label={t("app-approve-of", { name: props.request.relying_party.name })}
          busy={approve.busy()}
        >
          {approve.busy() ? t("app-approve-busy") : t("app-approve")}
        </Button>
      </div>
    </form>
  );
};
