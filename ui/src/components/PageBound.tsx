import { createEffect, createSignal, on, Show } from "solid-js";
import { pageBoundPin } from "../ipc/commands";
import { announce } from "../state/announcer";
import { useApp } from "../state/app";
import { CODE_LENGTH, codeCharacters, formatCode } from "../state/code";
import { pinSpoken } from "../state/pin";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";
import { Digits } from "./Digits";
import { ErrorBox } from "./ErrorBox";
import { Field } from "./Field";

/** The PIN for one page, made here from the code that it shows, without a network. */
export const PageBound = () => {
  const app = useApp();
  const [code, setCode] = createSignal("");
  const [made, setMade] = createSignal<{ challenge: string; pin: string }>();
  const [fieldError, setFieldError] = createSignal<string>();
  let field: HTMLInputElement | undefined;
  let pinElement: HTMLElement | undefined;

  const task = createTask(async () => {
    const challenge = code();
    try {
      const { pin } = await pageBoundPin(challenge);
      setMade({ challenge, pin });
      announce(t("app-pin-ready", { digits: pinSpoken(pin) }));
      pinElement?.focus();
    } catch (error) {
      await app.refreshIfDeviceIsGone(error as { code: string });
      throw error;
    }
  });

  function submit(): void {
    const count = codeCharacters(code()).length;
    if (count !== CODE_LENGTH) {
      setFieldError(count === 0 ? t("app-lookup-empty") : t("app-lookup-shape", { count }));
      field?.focus();
      return;
    }
    void task.run();
  }

  // A code that was scanned, or came with a link, needs no typing.
  createEffect(
    on(app.challenge, (challenge) => {
      if (!challenge) return;
      app.setChallenge(undefined);
      setCode(formatCode(challenge));
      setFieldError(undefined);
      submit();
    }),
  );

  return (
    <section class="lookup">
      <h2 class="section-title">{t("app-bound-title")}</h2>
      <p>{t("app-bound-text")}</p>
      <Show when={task.error()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <form
        class="lookup-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label={t("app-lookup-label")}
          testid="bound-code"
          value={code()}
          error={fieldError()}
          ref={(input) => (field = input)}
          onInput={(value, input) => {
            const next = input.selectionStart === value.length ? formatCode(value) : value;
            setCode(next);
            if (input.value !== next) input.value = next;
            setMade(undefined);
            setFieldError(undefined);
            task.clear();
          }}
        />
        <Button type="submit" variant="secondary" testid="bound" busy={task.busy()}>
          {t("app-bound-submit")}
        </Button>
      </form>
      <Show when={made()} keyed>
        {(now) => (
          <>
            <p>{t("app-bound-type")}</p>
            <Digits pin={now.pin} testid="bound-pin" ref={(element) => (pinElement = element)} />
            <div class="pin-foot">
              <CopyButton source={`bound:${now.challenge}`} label={t("app-copy-bound")} testid="copy-bound" />
            </div>
          </>
        )}
      </Show>
    </section>
  );
};
