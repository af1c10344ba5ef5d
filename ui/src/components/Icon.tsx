const shapes = {
  device: "M8 2.75A2.25 2.25 0 0 0 5.75 5v14A2.25 2.25 0 0 0 8 21.25h8A2.25 2.25 0 0 0 18.25 19V5A2.25 2.25 0 0 0 16 2.75ZM10.5 18.25h3",
  settings: "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM8.5 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  back: "M14.5 5.5 8 12l6.5 6.5",
  check: "m5 12.5 4.5 4.5L19 7.5",
  copy: "M9 8.75A1.25 1.25 0 0 1 10.25 7.5h8A1.25 1.25 0 0 1 19.5 8.75v10A1.25 1.25 0 0 1 18.25 20h-8A1.25 1.25 0 0 1 9 18.75ZM15 7.5V5.25A1.25 1.25 0 0 0 13.75 4h-8A1.25 1.25 0 0 0 4.5 5.25v10A1.25 1.25 0 0 0 5.75 16.5H9",
} as const;

/** A line drawing beside a word that says the same. */
export const Icon = (props: { shape: keyof typeof shapes }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
    <path
      d={shapes[props.shape]}
      fill="none"
      stroke="currentColor"
      stroke-width="1.75"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
