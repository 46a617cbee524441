import { LinkButton } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { Empty } from '../components/states.tsx'

export const NotFoundPage = () => (
  <Page title="No such page">
    <Empty
      icon="search"
      title="There is no page at this address"
      actions={<LinkButton to="/">Go to the overview</LinkButton>}
    >
      The address may come from a newer version of Assay.
    </Empty>
  </Page>
)
