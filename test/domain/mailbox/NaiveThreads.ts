/** THREAD=REFERENCES as the RFC tells it: objects, recursion, no thought of time. What the real one is held to. */
import type { ThreadFacts, ThreadMember, Threads } from "../../../src/domain/mailbox/Thread.ts"

interface Node {
  /** undefined: a dummy. */
  readonly message: ThreadFacts | undefined
  parent: Node | undefined
  children: Array<Node>
}

const make = (message?: ThreadFacts): Node => ({ message, parent: undefined, children: [] })

const isWithin = (node: Node | undefined, ancestor: Node): boolean =>
  node !== undefined && (node === ancestor || isWithin(node.parent, ancestor))

const detach = (node: Node): void => {
  if (node.parent !== undefined) node.parent.children = node.parent.children.filter((one) => one !== node)
  node.parent = undefined
}

const attach = (node: Node, parent: Node): void => {
  if (isWithin(parent, node)) return
  detach(node)
  node.parent = parent
  parent.children.push(node)
}

const link = (messages: ReadonlyArray<ThreadFacts>): ReadonlyArray<Node> => {
  const byId = new Map<string, Node>()
  const nodes = messages.map((message) => {
    const node = make(message)
    if (message.messageId !== undefined && !byId.has(message.messageId)) byId.set(message.messageId, node)
    return node
  })
  const all = new Set(nodes)
  for (const node of nodes) {
    const references = (node.message?.references ?? []).map((id) => {
      const known = byId.get(id) ?? make()
      byId.set(id, known)
      all.add(known)
      return known
    })
    for (const [index, child] of references.entries()) {
      const parent = references[index - 1]
      if (parent !== undefined && child.parent === undefined) attach(child, parent)
    }
    detach(node)
    const last = references.at(-1)
    if (last !== undefined) attach(node, last)
  }
  return [...all].filter(({ parent }) => parent === undefined)
}

const adopt = (children: ReadonlyArray<Node>, parent: Node): void => {
  parent.children = []
  for (const child of children) {
    child.parent = undefined
    attach(child, parent)
  }
}

/** Children first, so that a dummy is judged by what is left of it. */
const prune = (node: Node, isTop: boolean): ReadonlyArray<Node> => {
  adopt(node.children.flatMap((child) => prune(child, false)), node)
  if (node.message !== undefined) return [node]
  return isTop && node.children.length > 1 ? [node] : node.children
}

const byDate = (a: Node, b: Node): number => {
  const [x, y] = [a.message ?? a.children[0]?.message, b.message ?? b.children[0]?.message]
  return x === undefined || y === undefined ? 0 : x.sentAt - y.sentAt || x.uid - y.uid
}

const sort = (nodes: ReadonlyArray<Node>): Array<Node> => {
  for (const node of nodes) node.children = sort(node.children)
  return nodes.toSorted(byDate)
}

const isReply = (node: Node): boolean => node.message?.isReply === true
const subjectOf = (node: Node): string => (node.message ?? node.children[0]?.message)?.subject ?? ""

const gather = (heads: ReadonlyArray<Node>): ReadonlyArray<Node> => {
  const table = new Map<string, Node>()
  for (const node of heads) {
    const subject = subjectOf(node)
    if (subject === "") continue
    const known = table.get(subject)
    if (known === undefined) table.set(subject, node)
    else if (known.message !== undefined && (node.message === undefined || (isReply(known) && !isReply(node)))) {
      table.set(subject, node)
    }
  }
  const top = new Set(heads)
  // The subject of a dummy is that of its first child as it was.
  for (const [node, subject] of heads.map((node) => [node, subjectOf(node)] as const)) {
    const known = table.get(subject)
    if (subject === "" || known === undefined || known === node) continue
    top.delete(node)
    if (known.message === undefined && node.message === undefined) {
      for (const child of node.children) {
        child.parent = known
        known.children.push(child)
      }
    } else if (known.message === undefined || (isReply(node) && !isReply(known))) attach(node, known)
    else {
      const dummy = make()
      top.delete(known)
      top.add(dummy)
      attach(node, dummy)
      attach(known, dummy)
      table.set(subject, dummy)
    }
  }
  return [...top]
}

const flatten = (nodes: ReadonlyArray<Node>, depth = 0): Threads =>
  nodes.flatMap((node): ReadonlyArray<ThreadMember> => [
    { uid: node.message?.uid, depth },
    ...flatten(node.children, depth + 1)
  ])

export const naiveReferences = (facts: ReadonlyArray<ThreadFacts>): Threads => {
  const heads = link(facts.toSorted((a, b) => a.uid - b.uid)).flatMap((node) => prune(node, true))
  for (const head of heads) head.parent = undefined
  return flatten(sort(gather(sort(heads))))
}
