/**
 * What a reader with scripts gets on top: tables that sort and filter, charts that tell the numbers under the pointer.
 * It reads the page's own text and writes text; it knows no address. Without scripts the report says the same.
 */

/** Runs in the reader's browser. Kept as text, because its hash is part of the report's content security policy. */
export const script = `'use strict'
const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text ?? '' })
const numberOf = (text) => {
  const found = /^[<>≤≥~\\s]*([+-]?[\\d,]*\\.?\\d+(?:e[+-]?\\d+)?)/i.exec(text.replace(/\\u2212/g, '-'))
  return found ? Number(found[1].replace(/,/g, '')) : NaN
}
const compare = (a, b) => {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x === x && y === y) return x - y
  if (x === x || y === y) return x === x ? -1 : 1
  return a.localeCompare(b)
}
for (const table of document.querySelectorAll('table')) {
  const body = table.tBodies[0]
  const rows = [...body.rows]
  const heads = table.tHead ? [...table.tHead.rows[0].cells] : []
  if (rows.length < 3) continue
  heads.forEach((head, k) => {
    const button = make('button', 'sort', head.textContent)
    button.type = 'button'
    head.replaceChildren(button)
    button.addEventListener('click', () => {
      const next = { ascending: 'descending', descending: 'none' }[head.getAttribute('aria-sort')] ?? 'ascending'
      for (const other of heads) other.removeAttribute('aria-sort')
      if (next !== 'none') head.setAttribute('aria-sort', next)
      const text = (row) => row.cells[k].firstChild?.textContent.trim() ?? ''
      const sign = next === 'descending' ? -1 : 1
      body.append(...(next === 'none' ? rows : [...rows].sort((a, b) => sign * compare(text(a), text(b)))))
    })
  })
  if (rows.length < 10) continue
  const box = make('label', 'filter', 'Filter ')
  const input = make('input', '')
  const count = make('output', 'note')
  input.type = 'search'
  input.setAttribute('aria-label', 'Filter: ' + table.caption.textContent)
  box.append(input, count)
  table.parentElement.before(box)
  input.addEventListener('input', () => {
    const wanted = input.value.trim().toLowerCase()
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted)
    count.textContent = wanted ? rows.filter((row) => !row.hidden).length + ' of ' + rows.length + ' rows' : ''
  })
}
const tip = make('div', 'tip')
tip.hidden = true
document.querySelector('main').append(tip)
for (const figure of document.querySelectorAll('figure[data-points]')) {
  const svg = figure.querySelector('svg')
  const table = figure.querySelector('table')
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent)
  const cells = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()))
  const mark = document.createElementNS(svg.namespaceURI, 'circle')
  mark.setAttribute('r', 5)
  mark.setAttribute('class', 'mark')
  const points = figure.dataset.points.split(',').map((point) => point.split(' ').map(Number))
  const leave = () => {
    tip.hidden = true
    mark.remove()
  }
  svg.addEventListener('pointerleave', leave)
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect()
    const scale = svg.viewBox.baseVal.width / box.width
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]
    // A cell is under the pointer; on a line or a bar the nearest along x counts first.
    const away = ([px, py, , column]) => Math.hypot(px - x, (py - y) * (column === undefined ? 0.1 : 1))
    const nearest = points.reduce((best, point) => (away(point) < away(best) ? point : best))
    const [px, py, row, column] = nearest
    const found = cells[row]
    if (!found || away(nearest) > 60) return leave()
    const lines = column === undefined
      ? found.map((text, k) => heads[k] + ': ' + text)
      : [heads[0] + ': ' + found[0], 'Predicted: ' + heads[column], 'Rows: ' + found[column]]
    tip.replaceChildren(...lines.map((text) => make('p', '', text)))
    tip.hidden = false
    const width = tip.offsetWidth
    tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8)) + scrollX + 'px'
    tip.style.top = event.clientY + scrollY + 14 + 'px'
    if (column !== undefined) return mark.remove()
    mark.setAttribute('cx', px)
    mark.setAttribute('cy', py)
    svg.append(mark)
  })
}
`

/** SHA-256 of the script in base64, for script-src. A test says what it must be after a change. */
export const scriptSha256 = 'AnxwJtsKdkbIhtTdUhnxn1te5YmFIMni6tkhii/GmBY='
