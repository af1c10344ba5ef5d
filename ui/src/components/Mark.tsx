/** Aldaba's mark, a door knocker (icons/mark.svg). Decoration: its name stands beside it. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 64 64" fill="currentColor" aria-hidden="true">
    <path
      fill-rule="evenodd"
      d="M24.2 10.47C27.71 6.57 30.4 5.9 32 2.5C33.6 5.9 36.29 6.57 39.8 10.47A10.5 10.5 0 1 1 24.2 10.47ZM30.4 18.9A3.4 3.4 0 1 1 33.6 18.9L34.9 23.7H29.1Z"
    />
    <path
      class="mark-ring"
      d="M21.7 26.53A19 19 0 1 0 42.3 26.53A13.7 13.7 0 0 1 37.84 29.89A12.2 12.2 0 1 1 26.16 29.89A13.7 13.7 0 0 1 21.7 26.53Z"
    />
  </svg>
);
