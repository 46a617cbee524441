/** Short messages at the edge of the window. They leave by themselves; errors stay until they are closed. */
import { useSyncExternalStore } from 'react'

export interface ToastRequest {
  readonly kind: 'good' | 'note' | 'error'
  readonly title: string
  readonly body?: string
  readonly to?: string | null
  readonly toLabel?: string
}
export interface Toast extends ToastRequest {
  readonly id: number
}

const shownMs = 5000
const kept = 3
let toasts: readonly Toast[] = []
let nextId = 1
const listeners = new Set<() => void>()

const show = (next: readonly Toast[]): void => {
  toasts = next
  for (const listener of [...listeners]) listener()
}

export const closeToast = (id: number): void => show(toasts.filter((toast) => toast.id !== id))

export const pushToast = (request: ToastRequest): void => {
  const id = nextId++
  show([...toasts, { ...request, id }].slice(-kept))
  if (request.kind !== 'error') setTimeout(() => closeToast(id), shownMs)
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useToasts = (): readonly Toast[] => useSyncExternalStore(subscribe, () => toasts)
