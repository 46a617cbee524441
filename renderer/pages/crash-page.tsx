/** A bug in a page: the rest of the window goes on. */
import { useRouteError } from 'react-router'
import { LinkButton } from '../components/button.tsx'
import { Page } from '../components/page.tsx'
import { ProblemPanel } from '../components/problem-panel.tsx'
import { toProblem } from '../engine/problem.ts'

export const CrashPage = () => (
  <Page title="This page stopped" actions={<LinkButton to="/">Go to the overview</LinkButton>}>
    <ProblemPanel problem={toProblem(useRouteError())} retry={() => window.location.reload()} />
  </Page>
)
