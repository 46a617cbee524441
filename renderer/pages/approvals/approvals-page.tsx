import { Page } from '../../components/page.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { PeopleTab } from './people-tab.tsx'
import { PoliciesTab } from './policies-tab.tsx'
import { Queue } from './queue.tsx'

export const ApprovalsPage = () => (
  <Page title="Approvals" about="What must hold, who looked, and who answers for it" wide>
    <Tabs
      label="Approvals"
      tabs={[
        { id: 'reviews', title: 'Reviews', body: () => <Queue /> },
        { id: 'policies', title: 'Policies', body: () => <PoliciesTab /> },
        { id: 'people', title: 'People', body: () => <PeopleTab /> },
      ]}
    />
  </Page>
)
