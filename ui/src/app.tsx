import { createMemo, Match, Show, Switch } from "solid-js";
import { Bar } from "./components/Bar";
import { LiveRegion } from "./components/LiveRegion";
import { Activate } from "./screens/Activate";
import { Code } from "./screens/Code";
import { Device } from "./screens/Device";
import { Home } from "./screens/Home";
import { Problem, type ProblemState, StartProblem } from "./screens/Problem";
import { Settings } from "./screens/Settings";
import { Welcome } from "./screens/Welcome";
import { AppProvider, createAppState } from "./state/app";
import { t } from "./texts/texts";

/** Chooses the screen: what the device's state demands, then where the person has gone. */
export const App = () => {
  const app = createAppState();
  app.start();
  const state = createMemo(() => app.status()?.state);
  const problem = (): ProblemState | undefined => {
    const now = state();
    return now && now !== "new" && now !== "activating" && now !== "active" ? now : undefined;
  };
  return (
    <AppProvider value={app}>
      <a class="skip" href="#content">
        {t("app-skip")}
      </a>
      <Bar />
      <Switch
        fallback={
          <main class="screen" aria-busy="true">
            <p class="ds-sr-only">{t("app-loading")}</p>
          </main>
        }
      >
        <Match when={(state() || app.startError()) && app.place() === "settings"}>
          <Settings />
        </Match>
        <Match when={app.startError()}>
          <StartProblem />
        </Match>
        <Match when={problem()} keyed>
          {(now) => <Problem state={now} />}
        </Match>
        <Match when={state() === "activating"}>
          <Code />
        </Match>
        <Match when={state() === "active"}>
          <Show when={app.place() === "device"} fallback={<Home />}>
            <Device />
          </Show>
        </Match>
        <Match when={state() === "new"}>
          <Show when={app.place() === "document"} fallback={<Welcome />}>
            <Activate />
          </Show>
        </Match>
      </Switch>
      <LiveRegion />
    </AppProvider>
  );
};
