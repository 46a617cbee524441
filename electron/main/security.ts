/**
 * The window's walls. Pages come from `app://assay` alone, which serves dist/renderer; nothing goes to a network, no
 * permission but copying is given, no other page or window opens. Electron's checklist: electronjs.org/docs/latest/tutorial/security
 */
import { readFile } from 'node:fs/promises'
import { dirname, extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, protocol, session } from 'electron'

const scheme = 'app'
const host = 'assay'
export const startPage = `${scheme}://${host}/`
const pageFolder = join(dirname(fileURLToPath(import.meta.url)), 'renderer')

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}

const headers = {
  'Content-Security-Policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
}

export const isOurPage = (url: string): boolean => url === startPage || url.startsWith(startPage)

/** Before Electron is ready: a standard, secure scheme has an origin, so CSP's 'self' means it. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ])
}

/** Null for what lies outside the folder, however it is spelt. */
function pathFor(url: string): string | null {
  const { hostname, pathname } = new URL(url)
  if (hostname !== host) return null
  let name: string
  try {
    name = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (name.includes('\0') || name.includes('\\')) return null
  // An address inside the app, such as /runs/7, is the one page.
  const path = join(pageFolder, extname(name) === '' ? 'index.html' : name)
  return path.startsWith(pageFolder + sep) ? path : null
}

async function respond(request: Request): Promise<Response> {
  const refused = (status: number): Response => new Response(null, { status, headers })
  if (request.method !== 'GET' && request.method !== 'HEAD') return refused(405)
  const path = pathFor(request.url)
  if (path === null) return refused(403)
  try {
    const body = await readFile(path)
    const type = contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream'
    return new Response(new Uint8Array(body), { headers: { ...headers, 'Content-Type': type } })
  } catch {
    return refused(404)
  }
}

export function setUpSecurity(): void {
  protocol.handle(scheme, respond)

  const allowed = new Set([`${scheme}:`, 'data:', 'blob:', 'devtools:'])
  session.defaultSession.webRequest.onBeforeRequest(({ url }, callback) => {
    callback({ cancel: !allowed.has(new URL(url).protocol) })
  })
  // Copying is the one exception: it can only write, and only what the page made.
  const permitted = (permission: string): boolean => permission === 'clipboard-sanitized-write'
  session.defaultSession.setPermissionRequestHandler((contents, permission, callback) =>
    callback(permitted(permission) && isOurPage(contents.getURL())),
  )
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission, origin) => permitted(permission) && isOurPage(origin),
  )
  session.defaultSession.setDevicePermissionHandler(() => false)
  session.defaultSession.on('will-download', (event, item) => {
    // The page saves pictures and tables that it made itself; anything else has no business on the disk.
    if (!['blob:', 'data:'].includes(new URL(item.getURL()).protocol)) event.preventDefault()
  })

  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
    contents.on('will-navigate', (event) => {
      if (!isOurPage(event.url)) event.preventDefault()
    })
    contents.on('will-frame-navigate', (event) => {
      if (!isOurPage(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
  })
}
