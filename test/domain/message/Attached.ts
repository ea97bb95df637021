/** A message whose attachment travels by itself. */

/** Octets of the attachment. */
export const SIZE = 20_000

/** `word`, again and again, is what is attached. */
export const withAttachment = (subject: string, word: string): string =>
  [
    `Subject: ${subject}`,
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    `see the attachment of ${subject}`,
    "--b",
    "Content-Type: application/octet-stream; name=file",
    "",
    word.repeat(SIZE / word.length + 1).slice(0, SIZE),
    "--b--",
    ""
  ].join("\r\n")
