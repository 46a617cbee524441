import { useLocation, useNavigate } from 'react-router'
import type { GrantedFile } from '../../../shared/contract/bridge.ts'
import { Button } from '../../components/button.tsx'
import { Page } from '../../components/page.tsx'
import { Empty } from '../../components/states.tsx'
import { formatBytes } from '../../../shared/format/number.ts'
import { chooseAndOpen, fileOfState } from '../../shell/open-files.ts'
import { ImportForm } from './import-form.tsx'

export const ImportDatasetPage = () => {
  const navigate = useNavigate()
  const file: GrantedFile | null = fileOfState(useLocation().state)
  const choose = (
    <Button kind={file ? 'plain' : 'primary'} icon="file" onClick={() => void chooseAndOpen('dataset', navigate)}>
      {file ? 'Choose another file' : 'Choose a file'}
    </Button>
  )
  if (!file) {
    return (
      <Page title="Import a dataset">
        <Empty icon="data" title="Choose a file, or drop it anywhere in this window" actions={choose}>
          CSV, TSV, JSON, JSON Lines or Parquet. You see how it is read before anything is stored.
        </Empty>
      </Page>
    )
  }
  return (
    <Page title={`Import ${file.name}`} about={formatBytes(file.bytes)} actions={choose} wide>
      <ImportForm key={file.token} file={file} />
    </Page>
  )
}
