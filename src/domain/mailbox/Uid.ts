/** Message numbers of a mailbox (RFC 9051 §2.3.1). Plain numbers, branded: hot loops touch millions of them. */
import { Schema } from "effect"

export const Uid = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 0xffff_ffff })).pipe(
  Schema.brand("leap-mail/Uid")
)
export type Uid = typeof Uid.Type

/** 63-bit in RFC 7162; ours stay below 2^53. */
export type ModSeq = number
export type UidValidity = number
