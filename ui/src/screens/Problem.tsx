import { For, Show } from "solid-js";
import type { AppState } from "../bindings/AppState";
import { Button } from "../components/Button";
import { ErrorBox } from "../components/ErrorBox";
import { Icon } from "../components/Icon";
import { Screen, type ScreenName } from "../components/Screen";
import { forgetDevice } from "../ipc/commands";
import { useApp } from "../state/app";
import { createTask } from "../state/task";
import { errorText } from "../texts/errors";
import { type TextKey, t } from "../texts/texts";

interface ProblemTexts {
  screen: ScreenName;
  title: TextKey;
  what: TextKey;
  /** Reassurance: where the keys are, and are not. */
  safe: TextKey;
  todo: readonly TextKey[];
  /** Present where deleting what is left and starting again is a way out. */
  forget?: TextKey;
  /** Whether looking again can find it mended. */
  retry: boolean;
}

export type ProblemState = Exclude<AppState, "new" | "activating" | "active">;

/** Each way in which the keychain or the device fails has its own page. */
export const problems: Record<ProblemState, ProblemTexts> = {
  no_secure_store: {
    screen: "store-problem",
    title: "app-store-absent-title",
    what: "app-store-absent-what",
    safe: "app-store-safe",
    todo: ["app-store-absent-todo-1", "app-store-absent-todo-2"],
    retry: true,
  },
  secure_store_locked: {
    screen: "store-problem",
    title: "app-store-locked-title",
    what: "app-store-locked-what",
    safe: "app-store-safe",
    todo: ["app-store-locked-todo-1", "app-store-locked-todo-2"],
    retry: true,
  },
  secure_store_corrupted: {
    screen: "store-problem",
    title: "app-store-corrupted-title",
    what: "app-store-corrupted-what",
    safe: "app-store-safe",
    todo: ["app-store-corrupted-todo-1", "app-store-corrupted-todo-2"],
    forget: "app-forget-clean",
    retry: true,
  },
  secure_store_missing_entry: {
    screen: "store-problem",
    title: "app-store-missing-title",
    what: "app-store-missing-what",
    safe: "app-store-safe",
    todo: ["app-store-missing-todo-1", "app-store-missing-todo-2"],
    forget: "app-forget-again",
    retry: true,
  },
  device_frozen: {
    screen: "device-problem",
    title: "app-frozen-title",
    what: "app-frozen-what",
    safe: "app-frozen-safe",
    todo: ["app-frozen-todo-1", "app-frozen-todo-2"],
    forget: "app-forget-again",
    retry: false,
  },
  device_revoked: {
    screen: "device-problem",
    title: "app-revoked-title",
    what: "app-revoked-what",
    safe: "app-revoked-safe",
    todo: ["app-revoked-todo-1", "app-revoked-todo-2"],
    forget: "app-forget-again",
    retry: false,
  },
};

/** The page of a keychain or a device that cannot be used: what happened, what is safe, what to do. */
export const Problem = (props: { state: ProblemState }) => {
  const app = useApp();
  const texts = () => problems[props.state];
  const retry = createTask(() => app.refreshStatus());
  const forget = createTask(async () => app.setStatus(await forgetDevice()));
  return (
    <Screen name={texts().screen} title={t(texts().title)}>
      <div class="problem" data-state={props.state}>
        <h2 class="section-title">{t("app-problem-what")}</h2>
        <p class="lead">{t(texts().what)}</p>
        <p class="safe">
          <Icon shape="check" />
          {t(texts().safe)}
        </p>
        <h2 class="section-title">{t("app-problem-todo")}</h2>
        <ul class="ds-list">
          <For each={texts().todo}>{(line) => <li>{t(line)}</li>}</For>
        </ul>
        <Show when={forget.error()} keyed>
          {(error) => <ErrorBox error={error} />}
        </Show>
        <div class="actions actions-main">
          <Show when={texts().retry}>
            <Button testid="retry" busy={retry.busy()} onClick={() => void retry.run()}>
              {t("app-retry")}
            </Button>
          </Show>
          <Show when={texts().forget}>
            {(label) => (
              <Button
                testid="forget"
                variant={texts().retry ? "secondary" : "primary"}
                busy={forget.busy()}
                onClick={() => void forget.run()}
              >
                {t(label())}
              </Button>
            )}
          </Show>
        </div>
      </div>
    </Screen>
  );
};

/** The state itself could not be asked for. */
export const StartProblem = () => {
  const app = useApp();
  const retry = createTask(() => app.refreshStatus());
  return (
    <Screen name="start-problem" title={t("app-start-failed-title")}>
      <p class="lead">{t("app-start-failed-what")}</p>
      {/* What the title says is all that is known of an `internal`. */}
      <Show when={app.startError()?.code !== "internal" && app.startError()}>
        {(error) => <p data-code={error().code}>{errorText(error()).text}</p>}
      </Show>
      <p>{t("app-start-failed-todo")}</p>
      <div class="actions actions-main">
        <Button testid="retry" busy={retry.busy()} onClick={() => void retry.run()}>
          {t("app-retry")}
        </Button>
      </div>
    </Screen>
  );
};
