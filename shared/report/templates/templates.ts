import type { Template } from './template.ts'
import { euAiActAnnexIv } from './eu-ai-act-annex-iv.ts'
import { modelCard } from './model-card.ts'
import { sr262 } from './sr-26-2.ts'

export const templates: readonly Template[] = [modelCard, sr262, euAiActAnnexIv]

export const templateOf = (name: Template['name']): Template => templates.find((template) => template.name === name)!
