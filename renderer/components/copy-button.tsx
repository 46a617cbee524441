import { useEffect, useState } from 'react'
import { Button } from './button.tsx'

export const CopyButton = ({
  text,
  label = 'Copy',
  name,
  kind = 'quiet',
}: {
  readonly text: string | (() => string)
  readonly label?: string
  /** Accessible name, where the label alone does not say what is copied. */
  readonly name?: string
  readonly kind?: 'plain' | 'quiet'
}) => {
  const [said, setSaid] = useState<'copied' | 'refused'>()
  useEffect(() => {
    if (!said) return
    const timer = setTimeout(() => setSaid(undefined), 1600)
    return () => clearTimeout(timer)
  }, [said])
  const copy = (): void => {
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setSaid('copied'),
      () => setSaid('refused'),
    )
  }
  return (
    <Button kind={kind} icon={said === 'copied' ? 'check' : 'copy'} onClick={copy} aria-label={said ? undefined : name}>
      <span aria-live="polite">
        {said === 'copied' ? 'Copied' : said === 'refused' ? 'The clipboard refused' : label}
      </span>
    </Button>
  )
}
