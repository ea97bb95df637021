/** What the kernel knows of a process and all below it (Linux). */
import { Effect } from "effect"
import * as fs from "node:fs"
import { BenchError } from "../BenchError.ts"

const read = (file: string): string | undefined => {
  try {
    return fs.readFileSync(file, "latin1")
  } catch {
    // It ended meanwhile, or this is not Linux.
    return undefined
  }
}

export const processes = (pid: number): ReadonlyArray<number> => {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.split(" ").map(Number).filter((child) => child > 0) ?? []
  return [pid, ...children.flatMap(processes)]
}

const kilobytes = (text: string | undefined, name: string): number | undefined => {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text ?? "")?.[1]
  return found === undefined ? undefined : Number(found)
}

/**
 * Octets of memory. One process: what is resident (VmRSS). Several: their proportional shares (Pss), since they are
 * mostly the same pages.
 */
export const memory = (pid: number): Effect.Effect<number, BenchError> =>
  Effect.suspend(() => {
    const pids = processes(pid)
    const sizes = pids.length === 1
      ? [kilobytes(read(`/proc/${pid}/status`), "VmRSS")]
      : pids.map((one) => kilobytes(read(`/proc/${one}/smaps_rollup`), "Pss"))
    return sizes.some((size) => size !== undefined)
      ? Effect.succeed(sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0) * 1024)
      : new BenchError({ reason: "Memory is only known on Linux" })
  })

/** Octets that this process had at the most. maxRSS, too, has in it on Linux what the process that started it had. */
export const mostMemory = (): number =>
  (kilobytes(read("/proc/self/status"), "VmHWM") ?? process.resourceUsage().maxRSS) * 1024

/** Ticks (1/100 s) of processor time so far; 0 where it is not known. */
export const ticks = (pid: number): number =>
  processes(pid).reduce((sum, one) => {
    const fields = read(`/proc/${one}/stat`)?.split(") ")[1]?.split(" ")
    return sum + Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)
  }, 0)
