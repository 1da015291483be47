export function Mark() {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      strokeWidth="2.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <g transform="translate(12 12) skewX(-12) translate(-12 -12)">
        <path d="M4.5 3.5V14a4.95 4.95 0 0 0 9.9 0v-3.2" stroke="currentColor" />
        <path
          d="M19.5 20.5V10a4.95 4.95 0 0 0-9.9 0v3.2"
          stroke="var(--mark-2, var(--color-accent))"
        />
      </g>
    </svg>
  );
}
