/** Passphrases come from ASSAY_PASSPHRASE or are typed, unseen; never from arguments, which others can read. */
import { AssayError } from '../../shared/contract/errors.ts'

/** Taken out of the environment before anything is started: scorers, servers and container tools would inherit it. */
const given = process.env['ASSAY_PASSPHRASE']
delete process.env['ASSAY_PASSPHRASE']

function readHidden(prompt: string): Promise<string> {
  const { stdin, stderr } = process
  stderr.write(prompt)
  return new Promise((resolve, reject) => {
    let text = ''
    stdin.setRawMode(true)
    stdin.resume()
    stdin.setEncoding('utf8')
    const stop = (finish: () => void): void => {
      stdin.off('data', onData)
      stdin.setRawMode(false)
      stdin.pause()
      stderr.write('\n')
      finish()
    }
    const onData = (typed: string): void => {
      for (const character of typed) {
        if (character === '\r' || character === '\n') return stop(() => resolve(text))
        if (character === '\u0003' || character === '\u0004') {
          return stop(() =>
            reject(new AssayError({ code: 'usage/cancelled', message: 'Nothing was signed.', remedy: 'Do it again.' })),
          )
        }
        text = character === '\u007f' || character === '\b' ? [...text].slice(0, -1).join('') : text + character
      }
    }
    stdin.on('data', onData)
  })
}

/**
 * @param whose named in the prompt
 * @param twice asks again, for a new passphrase
 * @throws AssayError usage/passphrase where nobody can type one
 */
export async function readPassphrase(whose: string, twice = false): Promise<string> {
  if (given) return given
  if (!process.stdin.isTTY) {
    throw new AssayError({
      code: 'usage/passphrase',
      message: `The passphrase of ${whose} is needed.`,
      remedy: 'Set ASSAY_PASSPHRASE, or run the command in a terminal.',
    })
  }
  const typed = await readHidden(`Passphrase of ${whose}: `)
  if (twice && (await readHidden('Once more: ')) !== typed) {
    throw new AssayError({
      code: 'usage/passphrase',
      message: 'The two are not the same.',
      remedy: 'Type it again.',
    })
  }
  return typed
}
