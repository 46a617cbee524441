/** The window: sandboxed and isolated, where it was when it was last closed, shown once there is something to see. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BrowserWindow, app, nativeTheme, screen } from 'electron'
import type { Rectangle } from 'electron'
import type { MenuAction } from '../../shared/contract/bridge.ts'
import type { Engine } from './engine-host.ts'
import { sendToWindow } from './events.ts'
import { startPage } from './security.ts'
import type { Settings } from './settings.ts'

const here = dirname(fileURLToPath(import.meta.url))
const size = { width: 1280, height: 800 }
const least = { width: 1024, height: 700 }

/** What shows until the page paints; the page's own background, so that nothing flashes. */
const background = (): string => (nativeTheme.shouldUseDarkColors ? '#16181d' : '#ffffff')

/** Null when the screen that it was on is gone. */
function visible(bounds: Rectangle | undefined): Rectangle | null {
  if (!bounds) return null
  const { workArea } = screen.getDisplayMatching(bounds)
  const overlapX = Math.min(bounds.x + bounds.width, workArea.x + workArea.width) - Math.max(bounds.x, workArea.x)
  const overlapY = Math.min(bounds.y + bounds.height, workArea.y + workArea.height) - Math.max(bounds.y, workArea.y)
  return overlapX >= 100 && overlapY >= 100 ? bounds : null
}

export class Windows {
  readonly #settings: Settings
  readonly #engine: Engine
  #window: BrowserWindow | null = null

  constructor(settings: Settings, engine: Engine) {
    this.#settings = settings
    this.#engine = engine
  }

  get current(): BrowserWindow | null {
    return this.#window
  }

  open(): void {
    if (this.#window) {
      if (this.#window.isMinimized()) this.#window.restore()
      return this.#window.focus()
    }
    const before = this.#settings.get().window
    const window = new BrowserWindow({
      ...size,
      ...visible(before?.bounds),
      minWidth: least.width,
      minHeight: least.height,
      title: 'Assay',
      show: false,
      backgroundColor: background(),
      webPreferences: {
        preload: join(here, 'preload.cjs'),
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
      },
    })
    this.#window = window
    if (before?.maximized) window.maximize()
    window.once('ready-to-show', () => window.show())
    window.on('close', () => {
      this.#settings.set({ window: { bounds: window.getNormalBounds(), maximized: window.isMaximized() } })
    })
    window.once('closed', () => (this.#window = null))
    window.webContents.on('did-finish-load', () => this.#engine.addWindow(window.webContents))
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit' && reason !== 'killed') window.webContents.reload()
    })
    this.loadPage()
  }

  /** From the start page, with nothing kept of the page before. */
  loadPage(): void {
    this.#window
      ?.loadURL(startPage)
      .catch((error: unknown) => process.stderr.write(`The page did not load: ${String(error)}\n`))
  }

  menu(action: MenuAction): void {
    if (this.#window) sendToWindow(this.#window.webContents, 'assay:menu', action)
  }
}

export function setUpWindows(settings: Settings, engine: Engine): Windows {
  const windows = new Windows(settings, engine)
  nativeTheme.on('updated', () => windows.current?.setBackgroundColor(background()))
  app.on('activate', () => windows.open())
  app.on('second-instance', () => windows.open())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  return windows
}
