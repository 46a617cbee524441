/** What can be done with a review: decide, send it on, send the decision back. */
import { useState } from 'react'
import type { ReviewView } from '../../../shared/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { SignDialog } from './sign-dialog.tsx'

export const ReviewActions = ({ review }: { readonly review: ReviewView }) => {
  const [open, setOpen] = useState<'sign' | 'review' | 'decision'>()
  const close = (): void => setOpen(undefined)
  const closed = review.standing.state === 'withdrawn' || review.standing.state === 'outdated'
  return (
    <>
      <Button icon="export" onClick={() => setOpen('review')}>
        Send to a reviewer
      </Button>
      {review.origin === 'imported' && (
        <Button icon="export" onClick={() => setOpen('decision')}>
          Send back
        </Button>
      )}
      <Button kind="primary" icon="shield" disabled={closed} onClick={() => setOpen('sign')}>
        Decide
      </Button>
      {open === 'sign' && <SignDialog review={review} onClose={close} />}
      {(open === 'review' || open === 'decision') && <ExportDialog review={review} kind={open} onClose={close} />}
    </>
  )
}
