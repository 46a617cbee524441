/** Every address of the window. Objects are linked to by id, so Back and Forward and copied addresses work. */
import { createHashRouter } from 'react-router'
import { ApprovalsPage } from './pages/approvals/approvals-page.tsx'
import { ReviewPage } from './pages/approvals/review-page.tsx'
import { DatasetPage } from './pages/data/dataset-page.tsx'
import { DatasetsPage } from './pages/data/datasets-page.tsx'
import { ImportDatasetPage } from './pages/data/import-dataset-page.tsx'
import { ComparePage } from './pages/compare/compare-page.tsx'
import { ComparisonPage } from './pages/compare/comparison-page.tsx'
import { CrashPage } from './pages/crash-page.tsx'
import { DriftPage } from './pages/drift/drift-page.tsx'
import { DriftReportPage } from './pages/drift/drift-report-page.tsx'
import { HelpPage } from './pages/help/help-page.tsx'
import { ImportModelPage } from './pages/models/import-model-page.tsx'
import { ModelsPage } from './pages/models/models-page.tsx'
import { VersionPage } from './pages/models/version-page.tsx'
import { MonitorPage } from './pages/monitor/monitor-page.tsx'
import { NotFoundPage } from './pages/not-found-page.tsx'
import { OverviewPage } from './pages/overview/overview-page.tsx'
import { ReleasePage } from './pages/releases/release-page.tsx'
import { ReleasesPage } from './pages/releases/releases-page.tsx'
import { RunPage } from './pages/runs/run-page.tsx'
import { RunsPage } from './pages/runs/runs-page.tsx'
import { SettingsPage } from './pages/settings/settings-page.tsx'
import { TryPage } from './pages/try/try-page.tsx'
import { Shell } from './shell/shell.tsx'

export const makeRouter = () =>
  createHashRouter([
    {
      element: <Shell />,
      errorElement: <CrashPage />,
      children: [
        {
          errorElement: <CrashPage />,
          children: [
            { path: '/', element: <OverviewPage /> },
            { path: '/data', element: <DatasetsPage /> },
            { path: '/data/import', element: <ImportDatasetPage /> },
            { path: '/data/:id', element: <DatasetPage /> },
            { path: '/models', element: <ModelsPage /> },
            { path: '/models/import', element: <ImportModelPage /> },
            { path: '/models/:id', element: <VersionPage /> },
            { path: '/runs', element: <RunsPage /> },
            { path: '/runs/:id', element: <RunPage /> },
            { path: '/compare', element: <ComparePage /> },
            { path: '/compare/:id', element: <ComparisonPage /> },
            { path: '/approvals', element: <ApprovalsPage /> },
            { path: '/approvals/:id', element: <ReviewPage /> },
            { path: '/releases', element: <ReleasesPage /> },
            { path: '/releases/:id', element: <ReleasePage /> },
            { path: '/drift', element: <DriftPage /> },
            { path: '/drift/:id', element: <DriftReportPage /> },
            { path: '/monitor', element: <MonitorPage /> },
            { path: '/try', element: <TryPage /> },
            { path: '/settings', element: <SettingsPage /> },
            { path: '/help', element: <HelpPage /> },
            { path: '*', element: <NotFoundPage /> },
          ],
        },
      ],
    },
  ])
