/** The native menu. What the page does itself is sent to it as an action of the contract. */
import { Menu, app } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { MenuAction } from '../../shared/contract/bridge.ts'
import type { OpenWorkspace } from './bridge.ts'
import type { Windows } from './window.ts'

interface Parts {
  readonly windows: Windows
  readonly openWorkspace: OpenWorkspace
}

const pages: readonly [string, MenuAction][] = [
  ['Overview', 'go-overview'],
  ['Data', 'go-data'],
  ['Models', 'go-models'],
  ['Runs', 'go-runs'],
  ['Compare', 'go-compare'],
  ['Approvals', 'go-approvals'],
  ['Releases', 'go-releases'],
  ['Monitor', 'go-monitor'],
]

export function setUpMenu({ windows, openWorkspace }: Parts): void {
  const isMac = process.platform === 'darwin'
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const item = (label: string, action: MenuAction, accelerator?: string): MenuItemConstructorOptions => ({
    id: action,
    label,
    ...(accelerator ? { accelerator } : {}),
    click: () => windows.menu(action),
  })
  const open = (): void => {
    const window = windows.current
    if (!window) return windows.open()
    openWorkspace(window).catch((error: unknown) =>
      process.stderr.write(`The workspace did not open: ${String(error)}\n`),
    )
  }

  const settings = item('Settings…', 'go-settings', 'CmdOrCtrl+,')
  const template: MenuItemConstructorOptions[] = [
    {
      label: 'File',
      submenu: [
        item('Import data…', 'import-dataset', 'CmdOrCtrl+O'),
        item('Import model…', 'import-model', 'CmdOrCtrl+Shift+O'),
        separator,
        { id: 'open-workspace', label: 'Open workspace…', click: open },
        ...(isMac ? [] : [separator, settings]),
        separator,
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    {
      label: 'Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        separator,
        item('Search and commands…', 'search', 'CmdOrCtrl+K'),
      ],
    },
    {
      label: 'View',
      submenu: [
        ...pages.map(([label, action], index) => item(label, action, `CmdOrCtrl+${index + 1}`)),
        separator,
        item('Back', 'back', isMac ? 'Cmd+[' : 'Alt+Left'),
        item('Forward', 'forward', isMac ? 'Cmd+]' : 'Alt+Right'),
        separator,
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [{ role: 'toggleDevTools' } satisfies MenuItemConstructorOptions]),
      ],
    },
    {
      label: 'Window',
      submenu: [{ role: 'minimize' }, { role: 'zoom' }, ...(isMac ? [separator, { role: 'front' } as const] : [])],
    },
    {
      role: 'help',
      label: 'Help',
      submenu: [
        item('Keyboard shortcuts', 'keyboard-shortcuts', 'CmdOrCtrl+/'),
        separator,
        { label: 'About Assay', click: () => app.showAboutPanel() },
      ],
    },
  ]
  if (isMac) {
    template.unshift({
      label: app.name,
      submenu: [
        { role: 'about' },
        separator,
        settings,
        separator,
        { role: 'services' },
        separator,
        { role: 'hide' },
        { role: 'hideOthers' },
        { role: 'unhide' },
        separator,
        { role: 'quit' },
      ],
    })
  }
  app.setAboutPanelOptions({
    applicationName: 'Assay',
    applicationVersion: app.getVersion(),
    website: '',
  })
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
