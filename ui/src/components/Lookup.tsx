import { createSignal, Show } from "solid-js";
import type { UiError } from "../bindings/UiError";
import { lookupRequest } from "../ipc/commands";
import { useApp } from "../state/app";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { CodeForm } from "./CodeForm";
import { ErrorBox } from "./ErrorBox";
import { Fold } from "./Fold";
import { Scan } from "./Scan";

/** Brings up the request whose code or QR a page shows, also when it came without notice, or is nobody's yet. */
export const Lookup = () => {
  const app = useApp();
  const [code, setCode] = createSignal("");
  // Where there is a camera, reading a page's drawing is what most come for.
  const [open, setOpen] = createSignal(app.status()?.camera ?? false);

  const task = createTask(async () => {
    try {
      const card = await lookupRequest(code());
      setCode("");
      app.bringUp({ kind: "request", request: card });
    } catch (error) {
      await app.refreshIfDeviceIsGone(error as UiError);
      throw error;
    }
  });

  return (
    <Fold title={t("app-lookup-title")} testid="fold-lookup" open={open()} onOpen={setOpen}>
      <p>{t("app-lookup-text")}</p>
      <Show when={task.error()} keyed>
        {(error) => <ErrorBox error={error} />}
      </Show>
      <CodeForm
        code={code()}
        testid="lookup-code"
        submitTestid="lookup"
        submit={task.busy() ? t("app-lookup-busy") : t("app-lookup-submit")}
        busy={task.busy()}
        onCode={(next) => {
          setCode(next);
          task.clear();
        }}
        onSubmit={() => void task.run()}
      />
      <Scan />
    </Fold>
  );
};
