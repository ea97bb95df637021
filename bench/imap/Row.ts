/** One thing that is measured, and the lines of the table that come of it. */
import { Clock, Effect, type Scope } from "effect"
import type { BenchError } from "../BenchError.ts"
import * as Statistics from "../Statistics.ts"
import type { Unit } from "../Unit.ts"
import type * as Server from "./Server.ts"

export interface Sizes {
  /** Of the mailbox `Main`, which most rows are about. */
  readonly messages: number
  /** Of the mailbox `Big`. */
  readonly big: number
}

/** Mailboxes that are filled once. */
export type Mailbox = "Main" | "Big"

export interface Subject {
  readonly kind: Server.Kind
  readonly server: Server.Server
  readonly sizes: Sizes
  /** From 0. The same on every server: so are the messages and needles made from it. */
  readonly round: number
}

export interface Sample {
  readonly costs: ReadonlyArray<number>
  /** What all servers should have answered alike. */
  readonly answer?: string
}

/** Peer's cost / our cost to be reached, issue "mailbox engine". */
export interface Target {
  readonly mail_crypt: number
  readonly plain: number
}

export interface Line {
  readonly name: string
  readonly unit: Unit
  readonly target?: Target
  /** From the samples of all rounds; the median unless said. */
  readonly value?: (samples: ReadonlyArray<number>) => number
}

type Step<A> = (subject: Subject) => Effect.Effect<A, BenchError, Scope.Scope>

export interface Row {
  /** What `--row` finds. */
  readonly key: string
  readonly lines: ReadonlyArray<Line>
  readonly needs: Mailbox | undefined
  /** Without it in CAPABILITY, the row is "not yet". */
  readonly capability?: string
  /** Fewer than asked for, where more teach nothing. */
  readonly maxRounds?: number
  /** Once a server, before its first sample; not measured. */
  readonly prepare?: Step<unknown>
  readonly sample: Step<Sample>
}

export const valueOf = ({ value = Statistics.median }: Line, samples: ReadonlyArray<number>): number => value(samples)

/** Milliseconds, and what was answered. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<readonly [number, A], E, R> =>
  Effect.gen(function*() {
    const began = yield* Clock.currentTimeNanos
    const value = yield* effect
    return [Number((yield* Clock.currentTimeNanos) - began) / 1e6, value] as const
  })

/** Where only the time matters. */
export const cost = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<Sample, E, R> =>
  Effect.map(timed(effect), ([milliseconds]) => ({ costs: [milliseconds] }))

/** 10000 as 10,000. */
export const count = (value: number): string => value.toLocaleString("en")
