/** Line icons on a 16 pixel grid, drawn in the colour of the text around them. */
const paths = {
  overview: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5',
  data: 'M3 4c0-1 2.2-1.5 5-1.5S13 3 13 4s-2.2 1.5-5 1.5S3 5 3 4Zm0 0v8c0 1 2.2 1.5 5 1.5s5-.5 5-1.5V4M3 8c0 1 2.2 1.5 5 1.5S13 9 13 8',
  models: 'M8 2.5 13 5v6l-5 2.5L3 11V5l5-2.5ZM3 5l5 2.5L13 5M8 7.5v6',
  runs: 'M2.5 12.5h11M4.5 10V7M8 10V3.5M11.5 10V6',
  compare: 'M5 3v10M2.5 5.500 5 3l2.500 2.500M11 13V3m-2.500 7.500L11 13l2.500-2.500',
  approvals: 'M3.500 2.500h9v11h-9zM5.500 7l1.500 1.500L10.500 5M5.500 11h5',
  releases: 'M8 2 13 4.500v7L8 14l-5-2.500v-7L8 2ZM3 4.500 8 7l5-2.500M8 7v7M5.500 3.300l5 2.500',
  drift: 'M2.500 12.500c2 0 2-7 4-7s2 7 4 7M6.500 12.500c2 0 2-4.500 4-4.500s1.500 4.500 3 4.500',
  monitor: 'M2 8.5h2.500l1.500-4 3 8 2-6 1 2h2',
  play: 'M5 3.500v9l7.500-4.500Z',
  settings: 'M2.5 4.5h6m3 0h2m-11 7h2m3 0h6M10 3v3M6 10v3',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9Zm3.5-1L14 14',
  device: 'M4.5 4.5h7v7h-7zM6.5 2v2.5M9.5 2v2.5M6.5 11.5V14M9.5 11.5V14M2 6.5h2.5M2 9.5h2.5M11.5 6.5H14M11.5 9.5H14',
  jobs: 'M8 2.5a5.5 5.5 0 1 0 5.5 5.5M8 5v3l2 1.5',
  close: 'm4 4 8 8m0-8-8 8',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  error: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 5.5v3M8 10.5v.2',
  warning: 'M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.2v.2',
  note: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 7.5v3M8 5.3v.2',
  copy: 'M5.5 5.5v-3h8v8h-3m-8-5h8v8h-8z',
  down: 'm4 6 4 4 4-4',
  up: 'm4 10 4-4 4 4',
  right: 'm6 4 4 4-4 4',
  left: 'M10 4 6 8l4 4',
  plus: 'M8 3v10M3 8h10',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  export: 'M8 10V2.5m-3 3 3-3 3 3M3 10v3.5h10V10',
  stop: 'M4.5 4.5h7v7h-7z',
  shield: 'M8 2.5 13 4v4c0 3-2 4.800-5 6-3-1.200-5-3-5-6V4l5-1.500Z',
  help: 'M8 2.5a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11ZM6.500 6.500a1.500 1.500 0 1 1 2.200 1.300c-.5.3-.7.600-.7 1.200M8 11v.2',
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) => (
  <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
)
