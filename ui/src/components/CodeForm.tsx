import { createEffect, createSignal, on } from "solid-js";
import { CODE_LENGTH, codeCharacters, formatCode } from "../state/code";
import { t } from "../texts/texts";
import { Button } from "./Button";
import { Field } from "./Field";

/** The field for the code that a page shows, grouped while it is typed, and its button. */
export const CodeForm = (props: {
  code: string;
  /** What was typed, grouped. */
  onCode: (code: string) => void;
  /** It can be a code, and the button was pressed. */
  onSubmit: () => void;
  testid: string;
  submitTestid: string;
  submit: string;
  busy: boolean;
}) => {
  const [error, setError] = createSignal<string>();
  let field: HTMLInputElement | undefined;

  // Also a code that was not typed, but scanned, takes the place of what was wrong.
  createEffect(on(() => props.code, () => setError(undefined), { defer: true }));

  function submit(): void {
    const count = codeCharacters(props.code).length;
    if (count === CODE_LENGTH) {
      props.onSubmit();
      return;
    }
    setError(count === 0 ? t("app-lookup-empty") : t("app-lookup-shape", { count }));
    field?.focus();
  }

  return (
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
        testid={props.testid}
        value={props.code}
        error={error()}
        ref={(input) => (field = input)}
        onInput={(value, input) => {
          const next = input.selectionStart === value.length ? formatCode(value) : value;
          setError(undefined);
          props.onCode(next);
          if (input.value !== next) input.value = next;
        }}
      />
      <Button type="submit" variant="secondary" testid={props.submitTestid} busy={props.busy}>
        {props.submit}
      </Button>
    </form>
  );
};
