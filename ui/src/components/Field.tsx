import { createUniqueId, type JSX, Show } from "solid-js";
import { t } from "../texts/texts";

interface FieldProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  /** Something good to say about what was typed. */
  good?: string | undefined;
  value: string;
  testid: string;
  onInput(value: string, input: HTMLInputElement): void;
  onBlur?(): void;
  input?: JSX.InputHTMLAttributes<HTMLInputElement>;
  ref?: (input: HTMLInputElement) => void;
  children?: JSX.Element;
}

/** One question: its name, a hint above the field, what is wrong with the answer. */
export const Field = (props: FieldProps) => {
  const id = createUniqueId();
  const described = () =>
    [props.hint && `${id}-hint`, props.error && `${id}-error`, !props.error && props.good && `${id}-good`]
      .filter(Boolean)
      .join(" ") || undefined;
  return (
    <div class="ds-field">
      <label class="ds-label" for={id}>
        {props.label}
      </label>
      <Show when={props.hint}>
        <p id={`${id}-hint`} data-field="description">
          {props.hint}
        </p>
      </Show>
      <input
        type="text"
        autocapitalize="characters"
        autocomplete="off"
        spellcheck={false}
        {...props.input}
        class="ds-input"
        id={id}
        ref={(input) => props.ref?.(input)}
        value={props.value}
        data-testid={props.testid}
        aria-invalid={props.error ? "true" : undefined}
        aria-describedby={described()}
        onInput={(event) => props.onInput(event.currentTarget.value, event.currentTarget)}
        onBlur={() => props.onBlur?.()}
      />
      <Show when={props.error}>
        <p class="ds-validation-message" id={`${id}-error`} data-testid="error">
          <span class="ds-sr-only">{t("app-error-prefix")} </span>
          {props.error}
        </p>
      </Show>
      <Show when={!props.error && props.good}>
        <p class="ds-validation-message" data-color="success" id={`${id}-good`}>
          {props.good}
        </p>
      </Show>
      {props.children}
    </div>
  );
};
