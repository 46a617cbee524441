import type { Dataset, Role, Task } from '../../../shared/contract/dataset.ts'
import { ask } from '../../engine/client.ts'
import { setAnswer } from '../../engine/query.ts'
import type { Action } from '../../engine/use-action.ts'
import { useAction } from '../../engine/use-action.ts'

export interface DatasetChange {
  readonly name?: string
  readonly task?: Task | null
  readonly positive?: string | null
  readonly roles?: Record<string, Role>
  readonly protected?: Record<string, boolean>
}

/** Each change is saved at once and is on screen when the engine has it. */
export const useDatasetUpdate = (dataset: Dataset): Action & { readonly update: (change: DatasetChange) => void } => {
  const action = useAction()
  const update = (change: DatasetChange): void => {
    void action.run(async () => {
      const after = await ask((client) => client.datasets.update({ id: dataset.id, ...change }))
      setAnswer(['datasets', 'get', dataset.id], after)
    })
  }
  return { ...action, update }
}
