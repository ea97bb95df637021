/** How long the event loop of this process is held at most: what other connections wait for, whatever they want. */
import { Schema } from "effect"
import * as fs from "node:fs"
import { monitorEventLoopDelay } from "node:perf_hooks"

/** Milliseconds between looks: what is held is known up to these. */
const EVERY = 2

export const Held = Schema.Struct({
  /** Milliseconds that the loop's own thread worked without a turn. */
  worked: Schema.Finite,
  /** Milliseconds that passed without a turn: the machine's other work, and the disk, included. */
  passed: Schema.Finite
})
export type Held = typeof Held.Type

export const fileIn = (folder: string): string => `${folder}/held.json`

/** Each SIGUSR2 writes the longest since the last into `file`, and begins anew. The first begins. */
export const install = (file: string): void => {
  const delay = monitorEventLoopDelay({ resolution: EVERY })
  let worked = 0
  let before: number | undefined
  const look = () => {
    const { system, user } = process.threadCpuUsage()
    const now = (user + system) / 1000
    if (before !== undefined) worked = Math.max(worked, now - before)
    before = now
  }
  const write = (held: Held) => {
    fs.writeFileSync(`${file}.new`, JSON.stringify(held))
    fs.renameSync(`${file}.new`, file)
  }
  process.on("SIGUSR2", () => {
    if (before === undefined) {
      delay.enable()
      setInterval(look, EVERY).unref()
      write({ worked: 0, passed: 0 })
    } else write({ worked, passed: Math.max(0, delay.max / 1e6 - EVERY) })
    look()
    delay.reset()
    worked = 0
  })
}
