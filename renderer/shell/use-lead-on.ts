import { useCallback, useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'

/**
 * Leads on to what a long act has made. Whoever has gone to another page meanwhile is left there: a notice says that it
 * is done and links to it.
 */
export const useLeadOn = (): ((to: string, options?: { readonly replace: boolean }) => void) => {
  const navigate = useNavigate()
  const shown = useRef(true)
  useEffect(() => {
    shown.current = true
    return () => {
      shown.current = false
    }
  }, [])
  return useCallback(
    (to, options) => {
      if (shown.current) void navigate(to, options)
    },
    [navigate],
  )
}
