/** Lays a template out as a report document, which is rendered as Markdown, HTML or PDF like any other. */
import { formatTimeUtc } from '../../format/time.ts'
import { buildReport } from '../build-report.ts'
import { facts, left, table, text } from '../report-document.ts'
import type { Block, ReportDocument, Section } from '../report-document.ts'
import { integritySection } from '../sections/integrity.ts'
import { clipText, nameText } from '../visible-text.ts'
import { decisions } from './shown.ts'
import { summarySentences } from './summary.ts'
import type { Clause, Template, TemplateInput } from './template.ts'

export interface ClauseState {
  readonly clause: Clause
  readonly state: 'shown' | 'in part' | 'missing'
  readonly lacking: readonly string[]
  readonly blocks: readonly Block[]
}

export function clauseState(clause: Clause, input: TemplateInput): ClauseState {
  const pieces = Object.entries(clause.evidence).map(([name, shows]) => [name, shows(input)] as const)
  const lacking = pieces.filter(([, blocks]) => blocks.length === 0).map(([name]) => name)
  return {
    clause,
    state: lacking.length === pieces.length ? 'missing' : lacking.length > 0 ? 'in part' : 'shown',
    lacking,
    blocks: pieces.flatMap(([, blocks]) => blocks),
  }
}

const stateWords = ({ state, lacking }: ClauseState): string =>
  state === 'in part' ? `in part; missing: ${lacking.join(', ')}` : state

function clauseBlocks(state: ClauseState, input: TemplateInput, seen: Set<string>): Block[] {
  const { clause } = state
  const mark = input.review?.checklists
    .flatMap((checklist) => checklist.items)
    .find((item) => item.id === clause.id && item.by !== null)
  const head = facts(`${clause.clause}: ${clause.title}`, [
    ['Asks for', clause.asks],
    ['Evidence', stateWords(state)],
    ...(state.state === 'shown' ? [] : [['How to get it', clause.comesFrom] as const]),
    ...(clause.formerly === undefined ? [] : [['Formerly', clause.formerly] as const]),
    ...(mark
      ? [
          [
            'Reviewer',
            `${mark.state}${mark.note === '' ? '' : `: ${clipText(mark.note, 500)}`} (${nameText(mark.by?.name ?? '')}, ${formatTimeUtc(mark.at ?? input.writtenAt)})`,
          ] as const,
        ]
      : []),
  ])
  // What an earlier clause has shown in full is named, not repeated.
  const fresh: Block[] = []
  const again: string[] = []
  for (const block of state.blocks) {
    const caption = block.kind === 'table' ? block.table.caption : null
    if (caption !== null && seen.has(caption)) again.push(caption)
    else {
      if (caption !== null) seen.add(caption)
      fresh.push(block)
    }
  }
  return [head, ...fresh, ...(again.length === 0 ? [] : [text(`Shown above: ${again.join('; ')}.`)])]
}

/** @returns A document with one section a part; the same input gives the same document. */
export function templateReport(template: Template, input: TemplateInput): ReportDocument {
  const base = buildReport(input.evidence, input.evidenceSha256)
  const states = template.parts.map((part) => ({
    part,
    clauses: part.clauses.map((clause) => clauseState(clause, input)),
  }))
  const all = states.flatMap((part) => part.clauses)
  const count = (state: ClauseState['state']): number => all.filter((entry) => entry.state === state).length
  const seen = new Set<string>()
  const parts: Section[] = states.map(({ part, clauses }, k) => ({
    id: `part-${k + 1}`,
    title: part.title,
    blocks: clauses.flatMap((state) => clauseBlocks(state, input, seen)),
  }))
  const signed = decisions(input)
  return {
    ...base,
    kind: template.title,
    createdAt: input.writtenAt,
    facts: [...base.facts, `written ${formatTimeUtc(input.writtenAt)}`],
    sections: [
      {
        id: 'summary',
        title: 'Summary',
        blocks: summarySentences(input).map(text),
      },
      {
        id: 'coverage',
        title: 'What is shown and what is missing',
        blocks: [
          text(
            `${template.source}. Of ${all.length} clauses ${count('shown')} are shown, ${count('in part')} in part, and ${count('missing')} are missing. A clause that is shown has its evidence here; whether it is enough is for the reviewer to say.`,
          ),
          text(template.basis),
          table({
            caption: 'Clauses',
            columns: [
              left('Clause'),
              left('Title'),
              left('Evidence'),
              ...(all.some(({ clause }) => clause.formerly) ? [left('Formerly')] : []),
            ],
            rows: all.map((state) => [
              state.clause.clause,
              state.clause.title,
              stateWords(state),
              ...(all.some(({ clause }) => clause.formerly) ? [state.clause.formerly ?? '—'] : []),
            ]),
          }),
        ],
      },
      ...parts,
      {
        id: 'signatures',
        title: 'Signatures',
        blocks:
          signed.length > 0
            ? [...signed]
            : [text('Nobody has signed a decision on this evidence. This report is not signed.')],
      },
      integritySection(input.evidence, input.evidenceSha256),
    ],
  }
}
