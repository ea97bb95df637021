/**
 * THREAD=REFERENCES (RFC 5256 §3), step by step: who answers whom by Message-IDs, then by subjects. Messages are numbered
 * in the order of their uids; dummies, which stand for messages that are not there, come after them.
 */
import * as Forest from "./Forest.ts"
import * as Steps from "./Steps.ts"
import { byDate, type ThreadFacts, type ThreadMember, type Threads } from "./Thread.ts"

const NONE = -1

/** Numbers for all Message-IDs. Of several messages with one id the first has it, the others have none. */
function* number(messages: ReadonlyArray<ThreadFacts>): Steps.Steps<{
  readonly references: ReadonlyArray<ReadonlyArray<number>>
  readonly size: number
}> {
  const numbers = new Map<string, number>()
  for (const [at, { messageId }] of messages.entries()) {
    if (messageId !== undefined && !numbers.has(messageId)) numbers.set(messageId, at)
    if (at % Steps.STEP === 0) yield
  }
  let size = messages.length
  const numberOf = (id: string): number => {
    const known = numbers.get(id)
    if (known !== undefined) return known
    numbers.set(id, size)
    return size++
  }
  const references: Array<ReadonlyArray<number>> = []
  let touched = 0
  for (const one of messages) {
    references.push(one.references.map(numberOf))
    touched += one.references.length + 1
    if (touched > Steps.STEP) {
      touched = 0
      yield
    }
  }
  return { references, size }
}

/** Step 1. Answers the parents of messages and dummies. */
function* link(messages: ReadonlyArray<ThreadFacts>): Steps.Steps<Int32Array> {
  const { references, size } = yield* number(messages)
  const parents = new Int32Array(size).fill(NONE)
  const childCounts = new Uint32Array(size)
  const forest = Forest.make(size)
  /** A root below which `parent` lies must not become its child. */
  const isLoop = (parent: number, child: number): boolean =>
    parent === child || (childCounts[child] !== 0 && forest.rootOf(parent) === child)
  const join = (parent: number, child: number): void => {
    if (isLoop(parent, child)) return
    forest.link(child, parent)
    parents[child] = parent
    childCounts[parent] = (childCounts[parent] as number) + 1
  }
  const part = (child: number): void => {
    const parent = parents[child] as number
    if (parent === NONE) return
    forest.cut(child)
    parents[child] = NONE
    childCounts[parent] = (childCounts[parent] as number) - 1
  }
  let touched = 0
  for (const [message, its] of references.entries()) {
    for (const [index, child] of its.entries()) {
      const parent = its[index - 1]
      if (parent !== undefined && parents[child] === NONE) join(parent, child)
    }
    part(message)
    const last = its.at(-1)
    if (last !== undefined) join(last, message)
    touched += its.length + 1
    if (touched > Steps.STEP / 4) {
      touched = 0
      yield
    }
  }
  return parents
}

/**
 * Steps 2 and 3: dummies go, and what they held comes up, though never more than one of them to the top: then one dummy
 * stays above them. Answers the parents of the messages, that dummy among them.
 */
function* prune(count: number, parents: Int32Array): Steps.Steps<Int32Array> {
  /** The nearest message above; where there is none, the topmost dummy; NONE for a message at the top. */
  const above = new Int32Array(parents.length)
  const isKnown = new Uint8Array(parents.length)
  const way: Array<number> = []
  for (let node = 0; node < parents.length; node++) {
    let at = node
    while (isKnown[at] === 0) {
      way.push(at)
      const parent = parents[at] as number
      if (parent === NONE || parent < count) {
        above[at] = parent === NONE && at >= count ? at : parent
        isKnown[at] = 1
      } else at = parent
    }
    const end = above[at] as number
    // What lies below a dummy lies below what the dummy does.
    for (const one of way) {
      if (isKnown[one] === 0) above[one] = end
      isKnown[one] = 1
    }
    way.length = 0
    if (node % Steps.STEP === 0) yield
  }
  const held = new Uint32Array(parents.length)
  for (let message = 0; message < count; message++) {
    const its = above[message] as number
    if (its >= count) held[its] = (held[its] as number) + 1
  }
  yield
  return above.subarray(0, count).map((its) => its >= count && held[its] === 1 ? NONE : its)
}

/** What stands at the top, by date: a message, or a dummy, which has the date of its first child. */
interface Head {
  readonly node: number
  /** The message by which it is placed and named: itself or its first child. */
  readonly first: number
}

/** Step 4. `order`: all messages by date. */
function* headsOf(order: ReadonlyArray<number>, parents: Int32Array): Steps.Steps<ReadonlyArray<Head>> {
  const heads: Array<Head> = []
  const seen = new Set<number>()
  for (const [at, message] of order.entries()) {
    const parent = parents[message] as number
    if (at % Steps.STEP === 0) yield
    if (parent === NONE) heads.push({ node: message, first: message })
    else if (parent >= parents.length && !seen.has(parent)) {
      seen.add(parent)
      heads.push({ node: parent, first: message })
    }
  }
  return heads
}

/** Step 5: heads of one subject become one thread. `parents` is changed; dummies may be made from `size` on. */
function* gather(
  messages: ReadonlyArray<ThreadFacts>,
  heads: ReadonlyArray<Head>,
  parents: Int32Array,
  size: number
): Steps.Steps<ReadonlyMap<number, number>> {
  const count = messages.length
  const isDummy = (node: number): boolean => node >= count
  const isReply = (node: number): boolean => messages[node]?.isReply === true
  const subjectOf = ({ first }: Head): string => messages[first]?.subject ?? ""
  const table = new Map<string, number>()
  for (const [at, head] of heads.entries()) {
    const subject = subjectOf(head)
    const known = table.get(subject)
    const isBetter = known === undefined ||
      (!isDummy(known) && (isDummy(head.node) || (isReply(known) && !isReply(head.node))))
    if (subject !== "" && isBetter) table.set(subject, head.node)
    if (at % Steps.STEP === 0) yield
  }
  /** Dummies that were given up, and the one that has their children. */
  const merged = new Map<number, number>()
  let next = size
  for (const [at, head] of heads.entries()) {
    const { node } = head
    const subject = subjectOf(head)
    const known = table.get(subject)
    if (at % Steps.STEP === 0) yield
    if (known === undefined || known === node) continue
    if (isDummy(node)) merged.set(node, known)
    else if (isDummy(known) || (isReply(node) && !isReply(known))) parents[node] = known
    else {
      parents[node] = next
      parents[known] = next
      table.set(subject, next++)
    }
  }
  return merged
}

/** Step 6, and the threads written down. `order`: all messages by date, so that all children come by date. */
function* flatten(
  messages: ReadonlyArray<ThreadFacts>,
  order: ReadonlyArray<number>,
  parentOf: (message: number) => number
): Steps.Steps<Threads> {
  const count = messages.length
  const children = new Map<number, Array<number>>()
  const heads: Array<number> = []
  for (const [at, message] of order.entries()) {
    const parent = parentOf(message)
    const brothers = children.get(parent)
    if (parent === NONE) heads.push(message)
    else if (brothers !== undefined) brothers.push(message)
    else {
      children.set(parent, [message])
      if (parent >= count) heads.push(parent)
    }
    if (at % Steps.STEP === 0) yield
  }
  const threads: Array<ThreadMember> = []
  const waiting: Array<{ readonly node: number; readonly depth: number }> = []
  for (const head of heads) {
    waiting.push({ node: head, depth: 0 })
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      const { depth, node } = one
      threads.push({ uid: messages[node]?.uid, depth })
      for (const child of (children.get(node) ?? []).toReversed()) waiting.push({ node: child, depth: depth + 1 })
      if (threads.length % Steps.STEP === 0) yield
    }
  }
  return threads
}

export function* references(facts: ReadonlyArray<ThreadFacts>): Steps.Steps<Threads> {
  const messages = yield* Steps.sort(facts, (a, b) => a.uid - b.uid)
  const order = yield* Steps.sort(
    messages.map((_, index) => index),
    (a, b) => byDate(messages[a] as ThreadFacts, messages[b] as ThreadFacts)
  )
  const linked = yield* link(messages)
  const parents = yield* prune(messages.length, linked)
  const heads = yield* headsOf(order, parents)
  const merged = yield* gather(messages, heads, parents, linked.length)
  return yield* flatten(messages, order, (message) => {
    const parent = parents[message] as number
    return merged.get(parent) ?? parent
  })
}
