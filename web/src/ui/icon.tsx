const paths = {
  desk: "M4 5.5h16v10H4zM9 19.5h6M12 15.5v4",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 10v9",
  board: "M4.5 5h4v14h-4zM10 5h4v9h-4zM15.5 5h4v11.5h-4z",
  task: "M4.5 6.5l1.5 1.5L8.7 5M4.5 12.5L6 14l2.7-3M11.5 6.8H20M11.5 12.8H20M11.5 18.5H20M5 18.5h2.5",
  people:
    "M9 11.5a3.25 3.25 0 100-6.5 3.25 3.25 0 000 6.5zM3 19c0-3 2.7-5 6-5s6 2 6 5M16 5.3a3.2 3.2 0 010 6M17.5 14.3c2.1.6 3.5 2.3 3.5 4.7",
  plug: "M9 3.5V8M15 3.5V8M6.5 8h11v3.5a5.5 5.5 0 01-11 0zM12 17v3.5",
  gear: "M12 15a3 3 0 100-6 3 3 0 000 6zM12 3.5v2.3M12 18.2v2.3M3.5 12h2.3M18.2 12h2.3M6 6l1.6 1.6M16.4 16.4L18 18M18 6l-1.6 1.6M7.6 16.4L6 18",
  plus: "M12 5v14M5 12h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  x: "M6 6l12 12M18 6L6 18",
  down: "M6.5 9.5l5.5 5.5 5.5-5.5",
  right: "M9.5 6.5L15 12l-5.5 5.5",
  left: "M14.5 6.5L9 12l5.5 5.5",
  up: "M6.5 14.5L12 9l5.5 5.5",
  search: "M11 17.5a6.5 6.5 0 100-13 6.5 6.5 0 000 13zM16 16l4 4",
  clock: "M12 20.5a8.5 8.5 0 100-17 8.5 8.5 0 000 17zM12 7.5V12l3 2",
  link: "M10 14a4 4 0 006 .4l2.6-2.6a4 4 0 00-5.7-5.7L11.7 7.3M14 10a4 4 0 00-6-.4l-2.6 2.6a4 4 0 005.7 5.7l1.2-1.2",
  copy: "M9 9h10.5v10.5H9zM6 15H4.5V4.5H15V6",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  undo: "M8.5 5L4.5 9l4 4M5 9h9a5.25 5.25 0 010 10.5h-3",
  filter: "M4 6h16M7 12h10M10 18h4",
  sort: "M8 5v14M8 19l-3-3M8 19l3-3M16 19V5M16 5l-3 3M16 5l3 3",
  history: "M4.5 12a7.5 7.5 0 107.5-7.5c-2.5 0-4.6 1.2-6 3M5.5 4v4h4M12 8v4.2l2.7 1.8",
  warn: "M12 4.5L3.5 19.5h17zM12 10v4.5M12 17.2v.1",
  send: "M4 12l16-7.5-5.5 15-3-6z",
  sun: "M12 16a4 4 0 100-8 4 4 0 000 8zM12 3v1.8M12 19.2V21M3 12h1.8M19.2 12H21M5.6 5.6l1.3 1.3M17.1 17.1l1.3 1.3M18.4 5.6l-1.3 1.3M6.9 17.1l-1.3 1.3",
  moon: "M20 14.2A8 8 0 019.8 4a8 8 0 1010.2 10.2z",
  half: "M12 20.5a8.5 8.5 0 100-17 8.5 8.5 0 000 17zM12 3.5v17",
  out: "M14 4.5h5.5v15H14M4.5 12H15M8 8.5L4.5 12 8 15.5",
  open: "M13 4.5h6.5V11M19.5 4.5l-8 8M10 6H5v13h13v-5",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  swap: "M5 8.5h13M15 5l3.5 3.5L15 12M19 15.5H6M9 12l-3.5 3.5L9 19",
  panel: "M4 5h16v14H4zM14.5 5v14",
  goal: "M6 20.5v-16M6 5h12l-2.5 4L18 13H6",
  bell: "M6.5 16.5V11a5.5 5.5 0 0111 0v5.5l1.5 1.5H5zM10 20.5h4",
  grip: "M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01",
  chat: "M4.5 5h15v11h-8l-4 3.5V16h-3z",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const dots = name === "more" || name === "grip";
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={dots ? 2.6 : size > 20 ? 1.6 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
