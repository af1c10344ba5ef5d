import { createSignal, Show } from "solid-js";
import { lookupRequest } from "../ipc/commands";
import { useApp } from "../state/app";
import { CODE_LENGTH, codeCharacters, formatCode } from "../state/code";
import { createTask } from "../state/task";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { ErrorBox } from "./ErrorBox";
import { Field } from "./Field";
import { Scan } from "./Scan";

/** Brings up the request whose code or QR a page shows, also when it came without notice, or is nobody's yet. */
export const Lookup = () => {
  const app = useApp();
  const [code, setCode] = createSignal("");
  const [fieldError, setFieldError] = createSignal<string>();
  let field: HTMLInputElement | undefined;

  const task = createTask(async () => {
    const card = await lookupRequest(code());
    setCode("");
    app.bringUp({ kind: "request", request: card });
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

  return (
    <section class="lookup">
      <h2 class="section-title">{t("app-lookup-title")}</h2>
      <p>{t("app-lookup-text")}</p>
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
          testid="lookup-code"
          value={code()}
          error={fieldError()}
          ref={(input) => (field = input)}
          onInput={(value, input) => {
            const next = input.selectionStart === value.length ? formatCode(value) : value;
            setCode(next);
            if (input.value !== next) input.value = next;
            setFieldError(undefined);
            task.clear();
          }}
        />
        <Button type="submit" variant="secondary" testid="lookup" busy={task.busy()}>
          {task.busy() ? t("app-lookup-busy") : t("app-lookup-submit")}
        </Button>
      </form>
      <Scan />
    </section>
  );
};
