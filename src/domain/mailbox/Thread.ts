/** THREAD (RFC 5256 §3): ORDEREDSUBJECT, and what every algorithm is given and answers. Forests are flat: mail nests deep. */
import type { MessageStructure } from "../message/MessageStructure.ts"
import * as Steps from "./Steps.ts"
import type { Uid } from "./Uid.ts"

export interface ThreadFacts {
  readonly uid: Uid
  /** The `Date:` header's, else the internal date; milliseconds. */
  readonly sentAt: number
  /** The base subject, folded. */
  readonly subject: string
  readonly isReply: boolean
  readonly messageId: string | undefined
  /** As `threadReferences` gives them. */
  readonly references: ReadonlyArray<string>
}

const MAX_REFERENCES = 100

/** Oldest first. Of very many those between are left out: the first says where it began, the last whom it answers. */
export const threadReferences = ({ references }: MessageStructure): ReadonlyArray<string> =>
  references.length <= MAX_REFERENCES
    ? references
    : [...references.slice(0, 1), ...references.slice(1 - MAX_REFERENCES)]

/** A member of a thread; those that follow it at greater depths are below it. */
export interface ThreadMember {
  /** undefined: a parent that is not among the messages, at depth 0 only. */
  readonly uid: Uid | undefined
  readonly depth: number
}

/** One thread after another, each from its first message (depth 0) on, parents before children. */
export type Threads = ReadonlyArray<ThreadMember>

export const byDate = (a: ThreadFacts, b: ThreadFacts): number => a.sentAt - b.sentAt || a.uid - b.uid

export function* orderedSubject(facts: ReadonlyArray<ThreadFacts>): Steps.Steps<Threads> {
  const bySubject = new Map<string, Array<Uid>>()
  // In the order of dates: so are then the threads by their first messages.
  const sorted = yield* Steps.sort(facts, byDate)
  for (const [at, { subject, uid }] of sorted.entries()) {
    const thread = bySubject.get(subject)
    if (thread === undefined) bySubject.set(subject, [uid])
    else thread.push(uid)
    if (at % Steps.STEP === 0) yield
  }
  const threads: Array<ThreadMember> = []
  for (const uids of bySubject.values()) {
    for (const [index, uid] of uids.entries()) {
      threads.push({ uid, depth: index === 0 ? 0 : 1 })
      if (threads.length % Steps.STEP === 0) yield
    }
  }
  return threads
}

/** `thread-list`s of RFC 5256 §5. `numberOf` says what stands for a uid: itself, or its message number. */
export function* encode(threads: Threads, numberOf: (uid: Uid) => number = (uid) => uid): Steps.Steps<string> {
  const children = new Uint32Array(threads.length)
  const parents: Array<number> = []
  for (const [at, { depth }] of threads.entries()) {
    const parent = parents[depth - 1]
    if (parent !== undefined) children[parent] = (children[parent] as number) + 1
    parents[depth] = at
    if (at % Steps.STEP === 0) yield
  }
  let out = ""
  /** At each depth: did its member open a parenthesis? */
  const opened: Array<boolean> = []
  for (const [at, { depth, uid }] of threads.entries()) {
    while (opened.length > depth) if (opened.pop() === true) out += ")"
    const parent = parents[depth - 1]
    const isOnly = parent !== undefined && children[parent] === 1
    // The first of several children is kept apart from its parent, where that has a number.
    const isFirst = parent === at - 1 && threads[parent]?.uid !== undefined
    out += isOnly ? " " : isFirst ? " (" : "("
    opened.push(!isOnly)
    parents[depth] = at
    if (uid !== undefined) out += numberOf(uid)
    if (at % Steps.STEP === 0) yield
  }
  while (opened.length > 0) if (opened.pop() === true) out += ")"
  return out
}
