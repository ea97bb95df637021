/**
 * Hybrid logical clock (Kulkarni et al., 2014): stamps that follow the wall clock, never run backwards, and order the
 * changes of all devices in one way. A stamp is text that compares as text: `millis-counter-device`, fixed width.
 */
import { Schema } from "effect"

export const Hlc = Schema.String.check(Schema.isPattern(/^[0-9a-f]{12}-[0-9a-f]{4}-[0-9a-z]{1,32}$/)).pipe(
  Schema.brand("leap-mail/Hlc")
)
export type Hlc = typeof Hlc.Type

/** Lower-case letters and digits; random, made once for a replica. */
export const DeviceId = Schema.String.check(Schema.isPattern(/^[0-9a-z]{1,32}$/)).pipe(
  Schema.brand("leap-mail/DeviceId")
)
export type DeviceId = typeof DeviceId.Type

const MAX_COUNTER = 0xffff
const MAX_MILLIS = 2 ** 48 - 1

const make = (millis: number, counter: number, device: DeviceId): Hlc =>
  Hlc.make(`${millis.toString(16).padStart(12, "0")}-${counter.toString(16).padStart(4, "0")}-${device}`)

/** Milliseconds of the wall clock, or of the device that was ahead of it. */
export const millisOf = (stamp: Hlc): number => parseInt(stamp.slice(0, 12), 16)
const counterOf = (stamp: Hlc): number => parseInt(stamp.slice(13, 17), 16)

export const max = (a: Hlc, b: Hlc): Hlc => a < b ? b : a

/** Before every stamp of that device. */
export const initial = (device: DeviceId): Hlc => make(0, 0, device)

/** The stamp for a change made at `now`; `last` is the greatest stamp in what is changed. */
export const tick = (last: Hlc, now: number, device: DeviceId): Hlc => {
  const wall = Math.max(0, Math.min(Math.floor(now), MAX_MILLIS))
  const millis = millisOf(last)
  if (wall > millis) return make(wall, 0, device)
  const counter = counterOf(last)
  return counter < MAX_COUNTER ? make(millis, counter + 1, device) : make(Math.min(millis + 1, MAX_MILLIS), 0, device)
}
