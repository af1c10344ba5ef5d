import { type JSX, splitProps } from "solid-js";

interface ButtonProps extends JSX.ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "primary" | "secondary" | "tertiary";
  color?: "petrol" | "neutral" | "danger";
  testid?: string;
  /** Runs now: says so, keeps the focus, and pressing does nothing. */
  busy?: boolean;
}

export const Button = (props: ButtonProps) => {
  const [own, rest] = splitProps(props, ["variant", "color", "testid", "busy", "onClick"]);
  return (
    <button
      type="button"
      {...rest}
      class="ds-button"
      data-variant={own.variant ?? "primary"}
      data-color={own.color}
      data-testid={own.testid}
      aria-busy={own.busy ? "true" : undefined}
      aria-disabled={own.busy ? "true" : undefined}
      onClick={(event) => {
        if (own.busy) event.preventDefault();
        else if (typeof own.onClick === "function") own.onClick(event);
      }}
    />
  );
};
