/** Checklists by regulation: each clause, what a reviewer says of it, and who. */
import { useState } from 'react'
import type { CheckState, ChecklistView, ReviewView } from '../../../shared/contract/review.ts'
import type { PersonId } from '../../../shared/contract/ids.ts'
import { Select } from '../../components/field.tsx'
import { Section } from '../../components/page.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { ask } from '../../engine/client.ts'
import { useAction } from '../../engine/use-action.ts'
import { formatCount } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { canAct, showReview, usePeople } from './queries.ts'
import { PersonField } from './signature-fields.tsx'

const states: readonly { readonly value: CheckState; readonly title: string }[] = [
  { value: 'open', title: 'Open' },
  { value: 'done', title: 'Done' },
  { value: 'not applicable', title: 'Not applicable' },
]

const Checklist = ({
  review,
  checklist,
  personId,
}: {
  readonly review: ReviewView
  readonly checklist: ChecklistView
  readonly personId: string
}) => {
  const { problem, run } = useAction()
  const settled = checklist.items.filter((item) => item.state !== 'open').length
  const mark = (item: string, state: CheckState): void =>
    void run(async () => {
      const request = {
        id: review.id,
        personId: personId as PersonId,
        checklist: checklist.name,
        item,
        state,
        note: '',
      }
      showReview(await ask((client) => client.reviews.check(request)))
    })
  return (
    <details className="checklist" open={checklist.required}>
      <summary>
        {checklist.title}{' '}
        <span className="muted">
          {formatCount(settled)} of {formatCount(checklist.items.length)} settled
          {checklist.required ? ', the policy asks for all of them' : ''}
        </span>
      </summary>
      {problem && <ProblemPanel problem={problem} />}
      <div className="table-scroll" role="group" aria-label={checklist.title} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Clause</th>
              <th scope="col">Asks for</th>
              <th scope="col">State</th>
              <th scope="col">By</th>
            </tr>
          </thead>
          <tbody>
            {checklist.items.map((item) => (
              <tr key={item.id}>
                <th scope="row">{item.clause}</th>
                <td>{item.title}</td>
                <td>
                  <Select
                    aria-label={`${checklist.title}, ${item.clause}: ${item.title}`}
                    value={item.state}
                    disabled={personId === ''}
                    onChoose={(state) => mark(item.id, state)}
                    choices={states}
                  />
                </td>
                <td className="muted">
                  {item.by ? `${item.by.name}, ${formatTime(item.at ?? review.updatedAt)}` : '—'}
                  {item.note !== '' && ` · ${item.note}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

export const ChecklistsTab = ({ review }: { readonly review: ReviewView }) => {
  const people = canAct(usePeople().data ?? [], ['validator', 'approver'])
  const [chosen, setChosen] = useState('')
  const personId = chosen || (people[0]?.id ?? '')
  return (
    <>
      <PersonField
        people={people}
        value={personId}
        onChoose={setChosen}
        label="You act as"
        none="Only a validator or an approver with a key here can settle items."
      />
      <Section title="Checklists" note="Whoever made the model cannot settle an item">
        {[...review.checklists]
          .sort((a, b) => Number(b.required) - Number(a.required))
          .map((checklist) => (
            <Checklist key={checklist.name} review={review} checklist={checklist} personId={personId} />
          ))}
      </Section>
    </>
  )
}
