/** Reports that follow a rule book, clause by clause, each in the format in which it is mostly wanted. */
import type { TemplateName } from '../../../shared/contract/approval.ts'
import type { TemplateFormat } from '../../../shared/contract/report.ts'
import type { Run } from '../../../shared/contract/run.ts'
import { Button } from '../../components/button.tsx'
import { Popover } from '../../components/popover.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { toProblem } from '../../engine/problem.ts'
import { pushToast } from '../../shell/toast-store.ts'

const choices: readonly (readonly [TemplateName, TemplateFormat, string])[] = [
  ['model-card', 'md', 'Model card, Markdown'],
  ['model-card', 'html', 'Model card, HTML'],
  ['sr-26-2', 'pdf', 'SR 26-2 with SR 11-7, PDF'],
  ['sr-26-2', 'docx', 'SR 26-2 with SR 11-7, Word'],
  ['sr-26-2', 'html', 'SR 26-2 with SR 11-7, HTML'],
  ['eu-ai-act-annex-iv', 'pdf', 'EU AI Act Annex IV, PDF'],
  ['eu-ai-act-annex-iv', 'docx', 'EU AI Act Annex IV, Word'],
  ['eu-ai-act-annex-iv', 'html', 'EU AI Act Annex IV, HTML'],
]

const save = async (run: Run, template: TemplateName, format: TemplateFormat): Promise<void> => {
  const suggestedName = `${run.model} ${run.version} ${template}.${format}`.replaceAll(/[\\/:*?"<>|]/g, '-').slice(-200)
  const file = await bridge().chooseSavePath({ suggestedName, kind: format })
  if (!file) return
  await ask((client) => client.templates.write({ runId: run.id, template, format, file: { token: file.token } }))
}

export const TemplateMenu = ({ run }: { readonly run: Run }) => (
  <Popover label="Report by template" icon="file" text="Report by template">
    {(close) => (
      <ul className="menu" aria-label="Report by template">
        {choices.map(([template, format, title]) => (
          <li key={title}>
            <Button
              kind="quiet"
              onClick={() => {
                close()
                save(run, template, format).catch((error: unknown) => {
                  const problem = toProblem(error)
                  pushToast({ kind: 'error', title: problem.message, body: `${problem.remedy} ${problem.code}` })
                })
              }}
            >
              {title}
            </Button>
          </li>
        ))}
      </ul>
    )}
  </Popover>
)
