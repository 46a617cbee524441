/** Several of a list, each with its box. */
import { useLongList } from './long-list.tsx'

export const CheckList = ({
  legend,
  one,
  choices,
  chosen,
  onChange,
}: {
  readonly legend: string
  /** What a choice is called, as in "Show 40 more columns". */
  readonly one: string
  readonly choices: readonly { readonly value: string; readonly title: string }[]
  readonly chosen: readonly string[]
  readonly onChange: (chosen: string[]) => void
}) => {
  const isChosen = new Set(chosen)
  const { shown, filter, more } = useLongList(choices, ({ title }) => title, {
    label: `Filter: ${legend}`,
    placeholder: `${isChosen.size} of ${choices.length} chosen`,
    one,
  })
  return (
    <fieldset className="check-list">
      <legend>{legend}</legend>
      {filter}
      {shown.map(({ value, title }) => (
        <label key={value} className="check">
          <input
            type="checkbox"
            checked={isChosen.has(value)}
            onChange={(event) =>
              onChange(
                choices
                  .map((choice) => choice.value)
                  .filter((other) => (other === value ? event.target.checked : isChosen.has(other))),
              )
            }
          />
          <span>{title}</span>
        </label>
      ))}
      {more}
    </fieldset>
  )
}
