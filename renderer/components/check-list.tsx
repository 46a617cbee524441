/** Several of a list, each with its box. */
export const CheckList = ({
  legend,
  choices,
  chosen,
  onChange,
}: {
  readonly legend: string
  readonly choices: readonly { readonly value: string; readonly title: string }[]
  readonly chosen: readonly string[]
  readonly onChange: (chosen: string[]) => void
}) => (
  <fieldset className="check-list">
    <legend>{legend}</legend>
    {choices.map(({ value, title }) => (
      <label key={value} className="check">
        <input
          type="checkbox"
          checked={chosen.includes(value)}
          onChange={(event) =>
            onChange(
              choices
                .map((choice) => choice.value)
                .filter((other) => (other === value ? event.target.checked : chosen.includes(other))),
            )
          }
        />
        <span>{title}</span>
      </label>
    ))}
  </fieldset>
)
