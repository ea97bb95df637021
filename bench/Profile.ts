/** A processor profile of V8 (`node --cpu-prof`), summed up: where the time went. */
import { Schema } from "effect"

const Cpuprofile = Schema.fromJsonString(Schema.Struct({
  nodes: Schema.Array(Schema.Struct({
    id: Schema.Int,
    callFrame: Schema.Struct({ functionName: Schema.String, url: Schema.String, lineNumber: Schema.Int }),
    children: Schema.optional(Schema.Array(Schema.Int))
  })),
  samples: Schema.Array(Schema.Int),
  /** Microseconds before each sample. */
  timeDeltas: Schema.Array(Schema.Int)
}))

export const decode = Schema.decodeUnknownEffect(Cpuprofile)

const MOST = 25

const label = (
  { functionName, lineNumber, url }: { functionName: string; lineNumber: number; url: string }
): string => {
  const place = url.replace(/^.*\/(src|node_modules|bench)\//, "$1/").replace("node_modules/", "")
  return `${functionName === "" ? "(anonymous)" : functionName}${place === "" ? "" : ` ${place}:${lineNumber + 1}`}`
}

const add = (sums: Map<string, number>, key: string, value: number): void => {
  sums.set(key, (sums.get(key) ?? 0) + value)
}

const list = (title: string, sums: ReadonlyMap<string, number>, busy: number): ReadonlyArray<string> => [
  title,
  ...[...sums].toSorted(([, a], [, b]) => b - a).slice(0, MOST).map(([name, time]) =>
    `${(time / 1000).toFixed(0).padStart(8)} ms ${(100 * time / busy).toFixed(1).padStart(5)} %  ${name}`
  )
]

/** Two lists: time in the functions themselves, and in our functions with all they call. */
export const summary = ({ nodes, samples, timeDeltas }: typeof Cpuprofile.Type): string => {
  const spent = new Map<number, number>()
  samples.forEach((id, index) => spent.set(id, (spent.get(id) ?? 0) + (timeDeltas[index] ?? 0)))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const own = new Map<string, number>()
  const whole = new Map<string, number>()
  let busy = 0
  const walk = (id: number, above: ReadonlySet<string>): number => {
    const node = byId.get(id)
    if (node === undefined) return 0
    const name = label(node.callFrame)
    const isIdle = name === "(idle)"
    const self = isIdle ? 0 : spent.get(id) ?? 0
    busy += self
    if (!isIdle) add(own, name, self)
    const isOurs = node.callFrame.url.includes("/src/")
    const below = isOurs && !above.has(name) ? new Set(above).add(name) : above
    const total = self + (node.children ?? []).reduce((sum, child) => sum + walk(child, below), 0)
    if (isOurs && below !== above) add(whole, name, total)
    return total
  }
  const [root] = nodes
  if (root !== undefined) walk(root.id, new Set())
  return [
    `Busy ${(busy / 1000).toFixed(0)} ms`,
    ...list("In itself:", own, busy),
    ...list("With all it calls, ours:", whole, busy)
  ].join("\n")
}
