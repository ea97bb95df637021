/** MailTransport to one next hop, over SMTP or LMTP. */
import { Layer } from "effect"
import { MailTransport } from "../../ports/MailTransport.ts"
import { type NextHop, send } from "./Smtp.ts"

export const layer = (hop: NextHop): Layer.Layer<MailTransport> =>
  Layer.succeed(MailTransport, { send: (message) => send(hop, message) })
