import { createEffect, createSignal, on, Show } from "solid-js";
import { pageBoundPin } from "../ipc/commands";
import { announce } from "../state/announcer";
import { useApp } from "../state/app";
import { formatCode } from "../state/code";
import { pinSpoken } from "../state/pin";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { CodeForm } from "./CodeForm";
import { CopyButton } from "./CopyButton";
import { Digits } from "./Digits";
import { ErrorBox } from "./ErrorBox";
import { Fold } from "./Fold";

/** The PIN for one page, made here from the code that it shows, without a network. */
export const PageBound = () => {
  const app = useApp();
  const [open, setOpen] = createSignal(false);
  const [code, setCode] = createSignal("");
  const [made, setMade] = createSignal<{ challenge: string; pin: string }>();
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

  // A code that was scanned, or came with a link, needs no typing.
  createEffect(
    on(app.challenge, (challenge) => {
      if (!challenge) return;
      app.setChallenge(undefined);
      setOpen(true);
      setCode(formatCode(challenge));
      void task.run();
    }),
  );

  return (
    <Fold title={t("app-bound-title")} testid="fold-bound" open={open()} onOpen={setOpen}>
      <p>{t("app-bound-text")}</p>
      <Show when={task.error()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <CodeForm
        code={code()}
        testid="bound-code"
        submitTestid="bound"
        submit={t("app-bound-submit")}
        busy={task.busy()}
        onCode={(next) => {
          setCode(next);
          setMade(undefined);
          task.clear();
        }}
        onSubmit={() => void task.run()}
      />
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
    </Fold>
  );
};
