/** A message whose attachment travels by itself: another one for each name. */
export const withAttachment = (subject: string, name: string): string =>
  [
    `Subject: ${subject}`,
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "",
    `this is ${subject}`,
    "--b",
    "Content-Type: application/octet-stream",
    "",
    `${name} `.repeat(20_000 / name.length),
    "--b--",
    ""
  ].join("\r\n")
