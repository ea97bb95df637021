/** What passes between two doors of the house, as somebody on the line sees it, and may cut it. */
import { Effect } from "effect"
import { connect, type Socket } from "node:net"
import type { Endpoint } from "../../src/apps/Settings.ts"
import { accept } from "../Loopback.ts"

/** Octets that still pass, and what is seen of them. */
interface Line {
  readonly pass: (chunk: Uint8Array) => number
}

const listen = (target: Endpoint, up: Line, down: Line) =>
  accept((client, sockets) => {
    const there = connect(target.port, target.host)
    const end = () => {
      for (const socket of [client, there]) {
        socket.destroy()
        sockets.delete(socket)
      }
    }
    const join = (from: Socket, to: Socket, line: Line): void => {
      sockets.add(from)
      from.on("error", end).on("close", end).on("end", () => to.end())
      from.on("data", (chunk: Uint8Array) => {
        const length = line.pass(chunk)
        if (length === chunk.length) to.write(chunk)
        else if (length === 0) end()
        else to.write(chunk.subarray(0, length), end)
      })
    }
    join(client, there, up)
    join(there, client, down)
  })

/** Listens on a port of its own and hands everything on, both ways. */
export const tap = Effect.fnUntraced(function*(target: Endpoint) {
  const heard: Array<Uint8Array> = []
  const line: Line = {
    pass: (chunk) => {
      heard.push(chunk)
      return chunk.length
    }
  }
  return { endpoint: yield* listen(target, line, line), heard: Effect.sync(() => Buffer.concat(heard)) }
})

export type Direction = "up" | "down"

/**
 * As `tap`, but the line breaks once: so many octets from now on, or at the call of a path, whose request passes (`after`)
 * or does not (`before`). What is connected later passes.
 */
export const cutter = Effect.fnUntraced(function*(target: Endpoint) {
  const left = { up: Infinity, down: Infinity }
  const passed = { up: 0, down: 0 }
  let cuts = 0
  let call: { readonly path: string; readonly when: "before" | "after" } | undefined
  const makeLine = (direction: Direction): Line => ({
    pass: (chunk) => {
      if (direction === "up" && call !== undefined && Buffer.from(chunk).includes(call.path)) {
        if (call.when === "before") left.up = 0
        else left.down = 0
        call = undefined
      }
      const length = Math.min(chunk.length, left[direction])
      if (length < chunk.length) cuts++
      left[direction] = length < chunk.length ? Infinity : left[direction] - length
      passed[direction] += length
      return length
    }
  })
  return {
    endpoint: yield* listen(target, makeLine("up"), makeLine("down")),
    cutAt: (direction: Direction, octets: number): void => {
      left[direction] = octets
    },
    cutCall: (path: string, when: "before" | "after"): void => {
      call = { path, when }
    },
    heal: (): void => {
      left.up = Infinity
      left.down = Infinity
      call = undefined
    },
    /** How often it broke so far. */
    cuts: (): number => cuts,
    /** So far, that way. */
    passed: (direction: Direction): number => passed[direction]
  }
})
