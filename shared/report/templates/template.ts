/** A report that follows a rule book: each clause shows its evidence, or says that it is missing. */
import type { Gates, Policy } from '../../contract/policy.ts'
import type { Evidence } from '../../contract/run.ts'
import type { Alias, Stage } from '../../contract/registry.ts'
import type { ChecklistView, DecisionView, FindingView, Standing } from '../../contract/review.ts'
import type { Signer } from '../../contract/person.ts'
import type { Block } from '../report-document.ts'

export interface TemplateInput {
  readonly evidence: Evidence
  readonly evidenceSha256: string
  /** Null where no policy was held against this evidence. */
  readonly policy: Policy | null
  readonly gates: Gates | null
  readonly registry: {
    readonly stage: Stage
    readonly aliases: readonly Alias[]
    /** "churn 1 (retrained)". */
    readonly parents: readonly string[]
    /** "churn train (training)". */
    readonly datasets: readonly string[]
    /** "Imputer, OneHotEncoder ×5": preparation that is fused into the graph; null where there is none. */
    readonly recipe: string | null
  } | null
  readonly review: {
    readonly requestedBy: Signer
    readonly authors: readonly Signer[]
    readonly requestedAt: string
    readonly standing: Standing
    readonly findings: readonly FindingView[]
    readonly checklists: readonly ChecklistView[]
    readonly decisions: readonly DecisionView[]
  } | null
  readonly history: readonly { readonly time: string; readonly actor: string; readonly event: string }[]
  /** ISO. */
  readonly writtenAt: string
}

/** Empty where there is no evidence of it. */
export type Shows = (input: TemplateInput) => readonly Block[]

export interface Clause {
  /** Unique in its template; names the item of a checklist. */
  readonly id: string
  /** As the rule book numbers it, or its heading there. */
  readonly clause: string
  readonly title: string
  /** What it asks for, in our words. */
  readonly asks: string
  /** Where the same was asked for before. */
  readonly formerly?: string
  /** What is evidence of it, by its name. With none, nothing that Assay has can be. */
  readonly evidence: Readonly<Record<string, Shows>>
  /** How such evidence comes about, for a clause that lacks some. */
  readonly comesFrom: string
}

export interface Part {
  readonly title: string
  readonly clauses: readonly Clause[]
}

export interface Template {
  readonly name: 'model-card' | 'sr-26-2' | 'eu-ai-act-annex-iv'
  readonly title: string
  readonly about: string
  /** The rule book, with its date. */
  readonly source: string
  /** What its clauses were arranged from and in whose words, so that nobody takes them for the rule book. */
  readonly basis: string
  readonly parts: readonly Part[]
}
