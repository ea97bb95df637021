/** Mail as nodemailer composes it, with a canary in every place that must stay private. */
import { Effect } from "effect"
import type { SendMailOptions } from "nodemailer"
import MailComposer from "nodemailer/lib/mail-composer/index.js"
import { makeCanary } from "./Canary.ts"

export interface Letter {
  readonly bytes: Uint8Array
  readonly subject: string
  /** What is written in it and nowhere else. */
  readonly canaries: ReadonlyArray<string>
}

export const compose = (mail: SendMailOptions) =>
  Effect.tryPromise(() => new MailComposer({ ...mail, newline: "windows" }).compile().build()).pipe(Effect.orDie)

/** Subject, text, HTML, and attachments in Base64 and in quoted-printable. */
export const write = Effect.fnUntraced(function*(from: string, to: string) {
  const [subject, text, html, attachment, note] = [makeCanary(), makeCanary(), makeCanary(), makeCanary(), makeCanary()]
  const bytes = yield* compose({
    from,
    to,
    subject,
    text: `${text}\n\nGrüße\n.\n..\n${text}`,
    html: `<p>${html} &amp; ${html}</p>`,
    attachments: [
      { filename: "attachment.bin", content: Buffer.from(`\0${attachment}\xff`.repeat(30), "latin1") },
      {
        filename: "note.txt",
        content: `Öffentlich ist ${note} nicht\n`.repeat(20),
        encoding: "utf8",
        contentTransferEncoding: "quoted-printable"
      }
    ]
  })
  const letter: Letter = { bytes, subject, canaries: [subject, text, html, attachment, note] }
  return letter
})
