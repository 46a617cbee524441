/** The report's style sheet: light and dark on screen, always light on paper. */
import { Html } from './escape.ts'
import { inks, tones } from './charts/palette.ts'

type Scheme = 'light' | 'dark'

const page = {
  light: { page: '#ffffff', soft: '#f5f7f9', link: '#0a5c96', error: '#a3202c', warning: '#7a4b00' },
  dark: { page: '#12171e', soft: '#1a2029', link: '#7cc0ee', error: '#ff8f98', warning: '#efb65c' },
} as const

const variables = (scheme: Scheme): string =>
  [
    `color-scheme:${scheme}`,
    ...Object.entries(page[scheme]).map(([name, color]) => `--${name}:${color}`),
    ...Object.entries(inks).map(([name, ink]) => `--${name}:${ink[scheme]}`),
    ...tones.map((tone, k) => `--${k}:${tone[scheme]}`),
  ].join(';')

const chartClasses = [...Object.keys(inks), ...tones.map((_, k) => String(k))]
  .map((name) => `.stroke-${name}{stroke:var(--${name})}.fill-${name}{fill:var(--${name})}`)
  .join('')

export const styleSheet = new Html(`
:root{${variables('light')}}
@media screen and (prefers-color-scheme:dark){:root{${variables('dark')}}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-100vw}
.skip:focus{left:16px;top:8px;padding:4px 8px;background:var(--page)}
header,main,nav{max-width:1080px;margin:0 auto;padding:0 24px}
header{padding-top:32px}
h1{margin:0;font-size:26px;line-height:1.25;font-weight:600;overflow-wrap:anywhere}
h2{margin:40px 0 12px;padding-top:12px;border-top:1px solid var(--grid);font-size:18px;font-weight:600}
h3{margin:0;font-size:14px;font-weight:600}
p{max-width:92ch;margin:0 0 12px;overflow-wrap:anywhere}
.kind,.facts,.note,figcaption p{color:var(--muted)}
.kind{margin:0 0 4px}
.facts{margin:4px 0 0}
.headline{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 12px;max-width:none;margin:20px 0 8px}
.headline b{font-size:32px;font-weight:600;line-height:1.2}
.hash,.note{font-size:12.5px}
.hash{margin:0;color:var(--muted)}
nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;margin:16px 0 0;padding:0;list-style:none}
.scroll{overflow-x:auto;margin:0 0 20px}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{padding:0 0 6px;text-align:start;font-weight:600}
th,td{padding:5px 16px 5px 0;border-bottom:1px solid var(--grid);text-align:start;vertical-align:top;overflow-wrap:anywhere}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:500;vertical-align:bottom;overflow-wrap:normal}
tbody th{min-width:9em;font-weight:500}
.list tbody th{width:16em;color:var(--muted)}
.list td{font-variant-numeric:normal}
td.num,th.num{text-align:right;overflow-wrap:normal}
td.num,td.short{white-space:nowrap}
td .note,th .note{display:block;max-width:24em;margin-left:auto;white-space:normal}
.severity-error th{color:var(--error)}.severity-warning th{color:var(--warning)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:28px 40px;margin:0 0 28px}
figure{margin:0;min-width:0;max-width:560px}
figcaption p{margin:0 0 4px;font-size:13px;min-height:2.9em}
svg{display:block;width:100%;height:auto;font-family:inherit;font-variant-numeric:tabular-nums}
${chartClasses}
details{margin-top:4px}
button.sort{all:unset;cursor:pointer;color:inherit;font:inherit}
button.sort:focus-visible{outline:2px solid var(--link);outline-offset:2px}
button.sort:hover,[aria-sort] button.sort{color:var(--ink);text-decoration:underline}
[aria-sort=ascending] button.sort::after{content:" ↑"}[aria-sort=descending] button.sort::after{content:" ↓"}
.filter{display:flex;align-items:center;gap:8px;margin:0 0 6px;color:var(--muted);font-size:13px}
.filter input{width:14em;padding:3px 8px;border:1px solid var(--grid);border-radius:4px;background:var(--page);color:var(--ink);font:inherit}
.tip{position:absolute;z-index:1;max-width:320px;padding:6px 10px;border:1px solid var(--grid);border-radius:4px;background:var(--page);box-shadow:0 2px 8px #0003;pointer-events:none;font-size:12.5px;font-variant-numeric:tabular-nums}
.tip[hidden]{display:none}.tip p{margin:0}
.mark{fill:none;stroke:var(--ink);stroke-width:1.5;pointer-events:none}
summary{color:var(--link);cursor:pointer;font-size:13px}
details .scroll{max-height:360px;overflow:auto;margin:8px 0 0}
details tbody th{min-width:0;font-weight:400}
@page{size:A4;margin:16mm 15mm 18mm}
@media print{
body{font-size:9.5pt}
header,main{max-width:none;padding:0}
header{padding-top:0}
nav,.skip,details,.filter,.tip,.mark{display:none}
tr[hidden]{display:table-row}
[aria-sort] button.sort::after{content:none}
h1{font-size:18pt}h2{font-size:13pt;margin-top:20pt}
h2,h3,caption,thead{break-after:avoid}
thead{display:table-header-group}
tr,figure{break-inside:avoid}
.figures{grid-template-columns:1fr 1fr;gap:14pt 20pt}
.scroll{overflow:visible}
th,td{padding:3pt 8pt 3pt 0}
.hash,.note,figcaption p{font-size:8.5pt}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`)
