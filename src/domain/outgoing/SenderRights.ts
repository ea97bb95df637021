/** In whose name an account may write: its own address, an alias in its certificate, a subaddress of either. */
import { Option } from "effect"
import { type Address, isSame, parse } from "../account/Address.ts"
import type { EnvelopeAddress } from "../message/MessageStructure.ts"

export const isOwn = (own: ReadonlyArray<Address>, written: string): boolean =>
  Option.exists(parse(written), (address) => own.some((one) => isSame(one, address)))

const text = ({ host, mailbox }: EnvelopeAddress): string => `${mailbox ?? ""}@${host ?? ""}`

/** The sentence for a person, or undefined where all is well. `from` is the envelope's, `authors` the From field's. */
export const refusal = (
  own: ReadonlyArray<Address>,
  from: string,
  authors: ReadonlyArray<EnvelopeAddress>
): string | undefined => {
  const [first] = own
  const foreign = isOwn(own, from) ? authors.map(text).find((author) => !isOwn(own, author)) : from
  return foreign === undefined
    ? undefined
    : `${foreign.replaceAll(/[^ -~]/g, "?").slice(0, 100)} is not an address of this account: write as ${first ?? "it"}`
}
