import { createSignal, For, onMount, Show } from "solid-js";
import type { UiError } from "../bindings/UiError";
import { Button } from "../components/Button";
import { Countdown } from "../components/Countdown";
import { ErrorBox } from "../components/ErrorBox";
import { Field } from "../components/Field";
import { Screen } from "../components/Screen";
import { cancelActivation, confirmActivation, resendCode } from "../ipc/commands";
import { announce } from "../state/announcer";
import { useApp } from "../state/app";
import { CODE_LENGTH, codeCharacters, formatCode } from "../state/code";
import { createTask } from "../state/task";
import { type ErrorText, errorText } from "../texts/errors";
import { t } from "../texts/texts";

const missing = [1, 2, 3, 4] as const;
const phone = [1, 2, 3] as const;

/** The code of the SMS. */
export const Code = () => {
  const app = useApp();
  const [code, setCode] = createSignal("");
  const [fieldError, setFieldError] = createSignal<string>();
  const [resent, setResent] = createSignal(false);
  // What the server said when the activation began. The screen outlives the activation for a moment, when it is confirmed.
  const { life = 0, tries = 0 } = app.status()?.activation ?? {};
  const [until, setUntil] = createSignal(app.status()?.activation?.expires_at ?? 0);
  const [over, setOver] = createSignal(until() <= Date.now());
  const [wrongTries, setWrongTries] = createSignal(0);
  let field: HTMLInputElement | undefined;
  onMount(() => {
    if (!over()) announce(t("app-announce-minutes", { minutes: Math.ceil((until() - Date.now()) / 60_000) }));
  });

  const confirm = createTask(async () => {
    try {
      const status = await confirmActivation(code());
      announce(t("app-code-activated"));
      app.setStatus(status);
    } catch (error) {
      if ((error as UiError).code === "activation_failed") setWrongTries((tries) => tries + 1);
      // The keychain did not keep the device: the activation is over, and another screen is due.
      await app.refreshIfDeviceIsGone(error as UiError);
      throw error;
    }
  });
  const resend = createTask(async () => {
    const view = await resendCode();
    setUntil(view.expires_at);
    setResent(true);
    confirm.clear();
    announce(t("app-code-resent"));
    field?.focus();
  });
  const cancel = createTask(async () => app.setStatus(await cancelActivation()));

  // The server gives one answer for every refusal of a code; how many were tried is known here.
  const triesLeft = () => confirm.error()?.tries_left ?? tries - wrongTries();
  const exhausted = () => confirm.error()?.code === "activation_failed" && triesLeft() <= 0;
  const ended = (): ErrorText | undefined => {
    if (exhausted()) return { title: t("app-code-tries-title"), text: t("app-code-tries") };
    if (over()) return { title: t("app-code-expired-title"), text: t("app-code-expired", { minutes: Math.round(life / 60) }) };
    return undefined;
  };
  const confirmText = (error: UiError): ErrorText => {
    if (error.code === "network") {
      return { title: t("app-error-network-title"), text: t("app-error-network-code") };
    }
    if (error.code !== "activation_failed") return errorText(error);
    const left = triesLeft() < tries ? ` ${t("app-code-wrong-left", { tries: triesLeft() })}` : "";
    return { title: t("app-code-wrong-title"), text: t("app-code-wrong") + left };
  };

  function submit(): void {
    const count = codeCharacters(code()).length;
    if (count !== CODE_LENGTH) {
      setFieldError(count === 0 ? t("app-code-empty") : t("app-code-shape", { count }));
      field?.focus();
      return;
    }
    setResent(false);
    void confirm.run();
  }

  return (
    <Screen name="code" title={t("app-code-title")} step={t("app-code-step")}>
      <Show
        when={!ended()}
        fallback={
          <ErrorBox error={{ code: exhausted() ? "activation_failed" : "activation_expired" }} text={ended()!}>
            <Button testid="cancel-activation" color="petrol" busy={cancel.busy()} onClick={() => void cancel.run()}>
              {t("app-code-cancel")}
            </Button>
          </ErrorBox>
        }
      >
        <p class="lead">{t("app-code-lead")}</p>
        <Show when={confirm.error() ?? resend.error() ?? cancel.error()} keyed>
          {(error) => <ErrorBox error={error} text={confirmText(error)} />}
        </Show>
        <Show when={resent()}>
          <div class="ds-alert notice" data-color="success" data-testid="resent">
            <p>{t("app-code-resent")}</p>
          </div>
        </Show>
        <form
          class="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <div class="code-field">
            <Field
              label={t("app-code-label")}
              hint={t("app-code-hint")}
              testid="code"
              value={code()}
              error={fieldError()}
              input={{ autocomplete: "one-time-code", inputMode: "text" }}
              ref={(input) => (field = input)}
              onInput={(value, input) => {
                // Rewriting while someone corrects the middle would throw the caret to the end.
                const atEnd = input.selectionStart === value.length;
                const next = atEnd ? formatCode(value) : value;
                setCode(next);
                if (input.value !== next) input.value = next;
                setFieldError(undefined);
              }}
            />
            <Countdown label={t("app-code-timer")} until={until()} seconds={life} onOver={() => setOver(true)} />
          </div>
          <div class="actions actions-main">
            <Button type="submit" testid="confirm" busy={confirm.busy()}>
              {confirm.busy() ? t("app-code-confirm-busy") : t("app-code-confirm")}
            </Button>
            <Button variant="secondary" testid="resend" busy={resend.busy()} onClick={() => void resend.run()}>
              {t("app-code-resend")}
            </Button>
          </div>
        </form>
      </Show>
      <div class="help">
        <Show when={!ended()}>
          <details class="ds-details fold" data-testid="help-missing">
            <summary>{t("app-code-missing-title")}</summary>
            <ul class="ds-list">
              <For each={missing}>{(line) => <li>{t(`app-code-missing-${line}`)}</li>}</For>
            </ul>
          </details>
        </Show>
        <details class="ds-details fold" data-testid="help-phone">
          <summary>{t("app-code-phone-title")}</summary>
          <ul class="ds-list">
            <For each={phone}>{(line) => <li>{t(`app-code-phone-${line}`)}</li>}</For>
          </ul>
        </details>
      </div>
      <Show when={!ended()}>
        <div class="actions actions-quiet">
          <Button
            variant="tertiary"
            color="neutral"
            testid="cancel-activation"
            busy={cancel.busy()}
            onClick={() => void cancel.run()}
          >
            {t("app-code-cancel")}
          </Button>
        </div>
      </Show>
    </Screen>
  );
};
