/** A progress line on standard error, so that standard output stays clean for --json. */
import type { Job } from '../../shared/contract/job.ts'

const width = 24

export class ProgressBar {
  readonly #quiet: boolean
  readonly #terminal = process.stderr.isTTY
  #lastStep = ''

  /** @param json answers are for a program: a person is told only where one looks on, at a terminal */
  constructor(json: boolean) {
    this.#quiet = json && !this.#terminal
  }

  show(job: Job): void {
    if (this.#quiet) return
    const step = job.step || job.kind
    if (!this.#terminal) {
      // A log file gets a line a step, not a line a tick.
      if (job.state === 'running' && step !== this.#lastStep) process.stderr.write(`${job.title}: ${step}\n`)
      this.#lastStep = step
      return
    }
    const share = job.total ? Math.min(1, job.done / job.total) : 0
    const filled = Math.round(share * width)
    const bar = job.total === null ? '·'.repeat(width) : '█'.repeat(filled) + '░'.repeat(width - filled)
    const amount = job.total === null ? compact(job.done) : `${compact(job.done)} / ${compact(job.total)} ${job.unit}`
    const rate = job.perSecond ? `  ${compact(job.perSecond)} ${job.unit}/s` : ''
    const left = job.secondsLeft ? `  ${Math.ceil(job.secondsLeft)} s left` : ''
    process.stderr.write(`\r\u001b[2K${step.padEnd(28)} ${bar} ${amount}${rate}${left}`)
  }

  end(): void {
    if (!this.#quiet && this.#terminal) process.stderr.write('\r\u001b[2K')
  }
}

function compact(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
