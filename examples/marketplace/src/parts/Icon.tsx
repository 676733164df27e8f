const PATHS = {
  brand: 'M10 6v20M10 17 22 6M14 14l9 12',
  loans: 'M5 9h22M5 16h22M5 23h14',
  portfolio: 'M5 25V15m7 10V7m7 18v-8m7 8V11',
  figures: 'M16 5a11 11 0 1 0 11 11H16Z M20 4a9 9 0 0 1 8 8h-8Z',
  back: 'M19 7l-9 9 9 9',
  check: 'M6 17l7 7L26 9',
  clock: 'M16 5a11 11 0 1 0 0 22 11 11 0 0 0 0-22Zm0 5v6l4 4',
  people: 'M12 15a5 5 0 1 0 0-10 5 5 0 0 0 0 10Zm-9 12c0-5 4-9 9-9s9 4 9 9M21 6a5 5 0 0 1 0 9m4 4c3 1 5 4 5 8',
  warning: 'M16 5 29 27H3Zm0 8v7m0 3v1',
} as const

export type IconName = keyof typeof PATHS

/** A small drawing beside words that say the same. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
