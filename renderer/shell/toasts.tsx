import { Link, useLocation } from 'react-router'
import { Button } from '../components/button.tsx'
import { Icon } from '../components/icon.tsx'
import { closeToast, useToasts } from './toast-store.ts'

const icons = { good: 'check', note: 'note', error: 'error' } as const

export const Toasts = () => {
  const toasts = useToasts()
  const { pathname } = useLocation()
  return (
    <div className="toasts" role="status" aria-live="polite" aria-label="Notifications">
      {toasts.map((toast) => (
        <div key={toast.id} className={`toast toast-${toast.kind}`}>
          <Icon name={icons[toast.kind]} />
          <div>
            <p className="toast-title">{toast.title}</p>
            {toast.body !== undefined && <p className="muted">{toast.body}</p>}
            {toast.to && toast.to !== pathname && (
              <Link to={toast.to} onClick={() => closeToast(toast.id)}>
                {toast.toLabel ?? 'Show'}
              </Link>
            )}
          </div>
          <Button kind="quiet" icon="close" aria-label={`Close: ${toast.title}`} onClick={() => closeToast(toast.id)} />
        </div>
      ))}
    </div>
  )
}
