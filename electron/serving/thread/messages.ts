/** What the server and a thread of it say to each other. Both are the same build, so types suffice. */

export type ToThread<Question> =
  { readonly type: 'ask'; readonly id: number; readonly question: Question } | { readonly type: 'stop' }

/** The first is `ready` or `refused`; after that each question has its answer. */
export type FromThread<Ready, Answer> =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'answered'; readonly id: number; readonly answer: Answer }
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly message: string }
