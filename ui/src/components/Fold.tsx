import type { JSX } from "solid-js";

/** A part of a screen that is folded up until somebody wants it, so that what matters most has the place. */
export const Fold = (props: {
  title: string;
  testid: string;
  open: boolean;
  onOpen: (open: boolean) => void;
  children: JSX.Element;
}) => (
  <details
    class="ds-details fold"
    data-testid={props.testid}
    open={props.open}
    on:toggle={(event) => props.onOpen((event.currentTarget as HTMLDetailsElement).open)}
  >
    <summary>{props.title}</summary>
    <div class="fold-content">{props.children}</div>
  </details>
);
