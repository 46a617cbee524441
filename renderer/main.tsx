import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { listenForEngine } from './engine/client.ts'
import { startJobs } from './engine/jobs.ts'
import { makeRouter } from './routes.tsx'
import { startJobNotices } from './shell/job-notices.ts'
import { startTheme } from './shell/theme.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/controls.css'
import './styles/blocks.css'
import './styles/tables.css'
import './styles/charts.css'
import './styles/analyses.css'
import './styles/pages.css'
import './styles/approvals.css'
import './styles/compare.css'
import './styles/drift.css'
import './styles/explain.css'
import './styles/monitor.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

// Before anything is drawn: the port may come at any moment, and the theme must not flash.
listenForEngine()
startTheme()
startJobs()
startJobNotices()
createRoot(root).render(
  <StrictMode>
    <RouterProvider router={makeRouter()} />
  </StrictMode>,
)
