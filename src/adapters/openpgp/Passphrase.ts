/** Data under a passphrase alone (RFC 9580 §5.3): what moves a key from one program to another. */
import * as openpgp from "openpgp"
import { readMessage } from "./Decrypt.ts"
import { messageOf } from "./Encrypt.ts"
import { dateOf } from "./Packets.ts"
import { policy } from "./Policy.ts"

export const encrypt = async (
  data: Uint8Array,
  { now, passphrase }: { readonly passphrase: string; readonly now: number }
): Promise<Uint8Array> =>
  openpgp.encrypt({
    message: await messageOf(data, now),
    passwords: passphrase,
    date: dateOf(now),
    format: "binary",
    config: policy
  })

export const decrypt = async (data: Uint8Array, passphrase: string): Promise<Uint8Array> => {
  const opened = await openpgp.decrypt({
    message: await readMessage(data),
    passwords: passphrase,
    format: "binary",
    config: policy
  })
  return opened.data
}
