import { createEffect, createMemo, createSignal, on, Show } from "solid-js";
import type { UiError } from "../bindings/UiError";
import { toUiError } from "../ipc/call";
import { selfGeneratedPin } from "../ipc/commands";
import { useApp } from "../state/app";
import { secondsLeft, useClock } from "../state/clock";
import { inSteps } from "../state/countdown";
import { usePresence } from "../state/presence";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";
import { Digits } from "./Digits";
import { ErrorBox } from "./ErrorBox";
import { Ring } from "./Countdown";

/**
 * The PIN this device makes by itself, without a network. On a screen that nobody has touched for a while it is put away: it
 * would be there for whoever passes by, and the countdown would paint for nobody.
 */
export const SelfGenerated = () => {
  const [present, arrive] = usePresence();
  let asked = false;
  const show = () => {
    asked = true;
    arrive();
  };
  return (
    <section class="self">
      <h2 class="section-title">{t("app-self-title")}</h2>
      <Show
        when={present()}
        fallback={
          <>
            <p class="self-text">{t("app-self-away")}</p>
            <div class="actions">
              <Button variant="secondary" testid="self-show" onClick={show}>
                {t("app-self-show")}
              </Button>
            </div>
          </>
        }
      >
        <CurrentPin focused={asked} />
      </Show>
    </section>
  );
};

/** That PIN, renewed as it runs out; with the focus, where a button that is gone had it. */
const CurrentPin = (props: { focused: boolean }) => {
  const app = useApp();
  const now = useClock();
  // The one that came with the app's start, while it is still good.
  const given = app.status()?.pin;
  const [current, setCurrent] = createSignal(secondsLeft(given?.valid_until ?? 0, now()) > 0 ? given : undefined);
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
          const failure = toUiError(reason);
          // The same failure again is the same box: a new one would take the focus away every second.
          setError((before) => (before?.code === failure.code ? before : failure));
          await app.refreshIfDeviceIsGone(failure);
        } finally {
          asking = false;
        }
      },
    ),
  );

  return (
    <>
      <p class="self-text">{t("app-self-text")}</p>
      <Show when={error()} keyed>
        {(failure) => <ErrorBox error={failure} />}
      </Show>
      <Show when={current()}>
        {(pin) => (
          <>
            <Digits
              pin={pin().pin}
              testid="self-pin"
              ref={(element) => {
                if (props.focused) queueMicrotask(() => element.focus());
              }}
            />
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
    </>
  );
};
