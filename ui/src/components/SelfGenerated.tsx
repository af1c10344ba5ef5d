import { createEffect, createMemo, createSignal, on, Show } from "solid-js";
import type { SelfGeneratedPin } from "../bindings/SelfGeneratedPin";
import type { UiError } from "../bindings/UiError";
import { toUiError } from "../ipc/call";
import { selfGeneratedPin } from "../ipc/commands";
import { useApp } from "../state/app";
import { secondsLeft, useClock } from "../state/clock";
import { inSteps } from "../state/countdown";
import { t } from "../texts/texts";
import { CopyButton } from "./CopyButton";
import { Digits } from "./Digits";
import { ErrorBox } from "./ErrorBox";
import { Ring } from "./Countdown";

/** The PIN this device makes by itself, without a network, renewed as it runs out. */
export const SelfGenerated = () => {
  const app = useApp();
  const now = useClock();
  const [current, setCurrent] = createSignal<SelfGeneratedPin>();
  const [error, setError] = createSignal<UiError>();
  const left = () => secondsLeft(current()?.valid_until ?? 0, now());
  const shown = createMemo(() => inSteps(left()));
  let asking = false;

  createEffect(
    on(
      () => left() === 0,
      async (due) => {
        if (!due || asking) return;
        asking = true;
        try {
          setCurrent(await selfGeneratedPin());
          setError(undefined);
        } catch (reason) {
          setError(toUiError(reason));
          await app.refreshIfDeviceIsGone(toUiError(reason));
        } finally {
          asking = false;
        }
      },
    ),
  );

  return (
    <section class="self">
      <h2 class="section-title">{t("app-self-title")}</h2>
      <p class="self-text">{t("app-self-text")}</p>
      <Show when={error()} keyed>
        {(failure) => <ErrorBox error={failure} />}
      </Show>
      <Show when={current()}>
        {(pin) => (
          <>
            <Digits pin={pin().pin} testid="self-pin" />
            <div class="pin-foot">
              <p class="countdown" role="timer" aria-live="off" aria-label={`${t("app-self-timer")}: ${shown()} s`}>
                <Ring left={shown()} of={pin().period} />
                <span class="countdown-words">{t("app-self-next", { seconds: shown() })}</span>
              </p>
              <CopyButton source="self" label={t("app-copy-self")} testid="copy-self" />
            </div>
          </>
        )}
      </Show>
    </section>
  );
};
