import { createSignal, onMount, Show } from "solid-js";
import { setServer } from "../ipc/commands";
import { announce } from "../state/announcer";
import { useApp } from "../state/app";
import { createTask } from "../state/task";
import { serverText } from "../texts/errors";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { Field } from "./Field";

/** Which server: shown, and changed by typing or pasting an address. */
export const ServerChooser = (props: {
  /** Gives a handle whose `settle` takes over an address that was typed but not confirmed; false when it is no good. */
  ready?: (handle: { settle(): Promise<boolean> }) => void;
}) => {
  const app = useApp();
  const current = () => app.status()?.server;
  const [open, setOpen] = createSignal(!current()?.url);
  const [typed, setTyped] = createSignal("");
  let field: HTMLInputElement | undefined;
  let change: HTMLButtonElement | undefined;

  const task = createTask(async () => {
    const server = await setServer(typed());
    const status = app.status();
    if (status) app.setStatus({ ...status, server });
    setTyped("");
    setOpen(false);
    announce(t("app-server-saved"));
  });

  async function save(): Promise<boolean> {
    const saved = await task.run();
    if (!saved) field?.focus();
    return saved;
  }

  onMount(() =>
    props.ready?.({
      settle: async () => !open() || (typed().trim() === "" && Boolean(current()?.url)) || (await save()),
    }),
  );

  return (
    <div class="server">
      <Show
        when={open()}
        fallback={
          <div class="server-row">
            <p>
              <span class="server-label">{t("app-server-label")}</span>
              <span class="server-url" data-testid="server-current">
                {current()?.url || t("app-server-none")}
              </span>
            </p>
            <Button
              variant="tertiary"
              testid="change-server"
              aria-label={t("app-server-change")}
              ref={change}
              onClick={() => {
                setOpen(true);
                field?.focus();
              }}
            >
              {t("app-change")}
            </Button>
          </div>
        }
      >
        <Field
          label={t("app-server-field-label")}
          hint={t("app-server-field-hint")}
          testid="server-url"
          value={typed()}
          error={task.error() && serverText(task.error()!)}
          input={{ inputMode: "url", autocapitalize: "none" }}
          ref={(input) => (field = input)}
          onInput={(value) => {
            setTyped(value);
            task.clear();
          }}
        />
        <div class="actions">
          <Button variant="secondary" testid="save-server" busy={task.busy()} onClick={() => void save().then((saved) => saved && change?.focus())}>
            {t("app-server-save")}
          </Button>
          <Show when={current()?.url}>
            <Button
              variant="tertiary"
              onClick={() => {
                task.clear();
                setTyped("");
                setOpen(false);
                change?.focus();
              }}
            >
              {t("app-cancel")}
            </Button>
          </Show>
        </div>
      </Show>
    </div>
  );
};
