/** The formats of reports. */
import { z } from 'zod'

/** Of a run's evaluation; JSON is the evidence itself. */
export const reportFormatSchema = z.enum(['html', 'pdf', 'docx', 'json'])
export type ReportFormat = z.infer<typeof reportFormatSchema>

/** Of a report by a template. */
export const templateFormatSchema = z.enum(['md', 'html', 'pdf', 'docx'])
export type TemplateFormat = z.infer<typeof templateFormatSchema>
