import { CopyButton } from './copy-button.tsx'

/** The first twelve digits of a hash; the button copies all of it. */
export const Hash = ({ value, name }: { readonly value: string; readonly name: string }) => (
  <span className="hash">
    <code title={value}>{value.slice(0, 12)}</code>
    <CopyButton text={value} label="Copy" name={`Copy the ${name}`} />
  </span>
)
