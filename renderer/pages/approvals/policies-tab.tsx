/** Policies: the YAML itself, checked while one types. */
import { useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { LintedPolicy, LintProblem } from '../../../shared/contract/policy.ts'
import { Button } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Section } from '../../components/page.tsx'
import { Popover } from '../../components/popover.tsx'
import { ProblemPanel } from '../../components/problem-panel.tsx'
import { Answered, Empty } from '../../components/states.tsx'
import { Hash } from '../../components/hash.tsx'
import { bridge } from '../../engine/bridge.ts'
import { ask } from '../../engine/client.ts'
import { useQuery } from '../../engine/query.ts'
import { useAction } from '../../engine/use-action.ts'
import { plural } from '../../../shared/format/number.ts'
import { formatTime } from '../../../shared/format/time.ts'
import { FigurePicker } from './figure-picker.tsx'
import { offsetOf, putFigure, typedAt } from '../../../shared/policy/path-typed.ts'
import { usePolicies } from './queries.ts'

const lintDelayMs = 250

/** What the linter says of a text, a moment after the last keystroke. */
const useLint = (text: string): LintedPolicy | undefined => {
  const [linted, setLinted] = useState<LintedPolicy>()
  useEffect(() => {
    let current = true
    const timer = setTimeout(() => {
      ask((client) => client.policies.lint({ text })).then(
        (answer) => {
          if (current) setLinted(answer)
        },
        () => undefined,
      )
    }, lintDelayMs)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [text])
  return linted
}

const Problems = ({
  problems,
  onShow,
}: {
  readonly problems: readonly LintProblem[]
  readonly onShow: (problem: LintProblem) => void
}) => (
  <ul className="findings" aria-label="What the linter says">
    {problems.map((problem, k) => (
      <li key={k} className={`finding finding-${problem.severity}`}>
        <Icon name={problem.severity} />
        <div>
          <p>
            <button type="button" className="link-button" onClick={() => onShow(problem)}>
              Line {problem.line}, column {problem.column}
            </button>{' '}
            {problem.message}
          </p>
          <p className="muted">{problem.remedy}</p>
        </div>
      </li>
    ))}
  </ul>
)

const Editor = ({ initial, onClose }: { readonly initial: string; readonly onClose: () => void }) => {
  const [text, setText] = useState(initial)
  const linted = useLint(text)
  const area = useRef<HTMLTextAreaElement>(null)
  const [caret, setCaret] = useState(initial.length)
  const typed = typedAt(text, Math.min(caret, text.length))
  const place = (at: number): void => {
    setCaret(at)
    // After React has put the text in.
    requestAnimationFrame(() => {
      area.current?.focus()
      area.current?.setSelectionRange(at, at)
    })
  }
  const pick = (path: string): void => {
    const next = putFigure(text, typed, path)
    setText(next.text)
    place(next.caret)
  }
  const { busy, problem, run } = useAction()
  const save = (): void =>
    void run(async () => {
      await ask((client) => client.policies.save({ text }))
      onClose()
    })
  return (
    <div className="policy-editor">
      <label className="visually-hidden" htmlFor="policy-text">
        Policy as YAML
      </label>
      <textarea
        id="policy-text"
        value={text}
        spellCheck={false}
        rows={24}
        ref={area}
        onChange={(event) => {
          setText(event.target.value)
          setCaret(event.target.selectionStart)
        }}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
      />
      <div>
        <div aria-live="polite">
          {linted &&
            (linted.problems.length === 0 ? (
              <p className="verdict verdict-good">
                <Icon name="check" /> Nothing is wrong with it.
              </p>
            ) : (
              <Problems problems={linted.problems} onShow={({ line, column }) => place(offsetOf(text, line, column))} />
            ))}
        </div>
        <FigurePicker typed={typed.part} onPick={pick} />
      </div>
      {problem && <ProblemPanel problem={problem} />}
      <div className="button-row">
        <Button kind="primary" busy={busy} disabled={!linted?.policy} onClick={save}>
          Keep this policy
        </Button>
        <Button onClick={onClose}>Close without keeping</Button>
      </div>
    </div>
  )
}

const StoredEditor = ({ sha256, onClose }: { readonly sha256: string; readonly onClose: () => void }) => {
  const policy = useQuery(['approvals', 'policy', sha256], (client) => client.policies.get({ sha256 }))
  return (
    <Answered answer={policy} label="Loading the policy" rows={10}>
      {(stored) => <Editor initial={stored.text} onClose={onClose} />}
    </Answered>
  )
}

export const PoliciesTab = () => {
  const [search, setSearch] = useSearchParams()
  const policies = usePolicies()
  const presets = useQuery(['approvals', 'presets'], (client) => client.policies.presets())
  const [draft, setDraft] = useState<string>()
  const { problem, run } = useAction()
  const open = search.get('policy')
  const show = (sha256: string | null): void => {
    const next = new URLSearchParams(search)
    if (sha256 === null) next.delete('policy')
    else next.set('policy', sha256)
    setDraft(undefined)
    setSearch(next)
  }
  const fromFile = (): void =>
    void run(async () => {
      const [file] = await bridge().chooseFiles('any')
      if (file) await ask((client) => client.policies.save({ file: { token: file.token } }))
    })
  if (draft !== undefined || open !== null) {
    return (
      <Section
        title={draft === undefined ? 'Policy' : 'New policy'}
        note="A changed policy is another policy, with a hash of its own"
      >
        {draft === undefined ? (
          <StoredEditor sha256={open!} onClose={() => show(null)} />
        ) : (
          <Editor initial={draft} onClose={() => setDraft(undefined)} />
        )}
      </Section>
    )
  }
  return (
    <Section
      title="Policies"
      note="Release criteria as YAML files"
      actions={
        <div className="button-row">
          <Button onClick={fromFile}>Import a file</Button>
          <Popover label="Start from a preset" icon="plus" text="New policy">
            {(close) => (
              <ul className="menu" aria-label="Presets">
                {(presets.data ?? []).map((preset) => (
                  <li key={preset.name}>
                    <Button
                      kind="quiet"
                      onClick={() => {
                        close()
                        setDraft(preset.text)
                      }}
                    >
                      {preset.title}
                    </Button>
                  </li>
                ))}
              </ul>
            )}
          </Popover>
        </div>
      }
    >
      {problem && <ProblemPanel problem={problem} />}
      <Answered answer={policies} label="Loading policies" rows={3}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="file" title="No policies yet">
              A policy says what must hold before a model is released. Start from a preset and set the limits to what
              your use needs.
            </Empty>
          ) : (
            <ul className="cards" aria-label="Policies">
              {list.map((policy) => (
                <li key={policy.sha256}>
                  <Button kind="quiet" onClick={() => show(policy.sha256)}>
                    {policy.name}
                  </Button>
                  <span className="muted tabular">
                    {plural(policy.gates, 'gate')} · {policy.riskTier} risk · {formatTime(policy.savedAt)} ·{' '}
                    <Hash value={policy.sha256} name={`hash of ${policy.name}`} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Section>
  )
}
