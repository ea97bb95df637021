/** A QR code for a terminal, two modules a character. */
import { renderUnicodeCompact } from "uqr"

export const qr = (text: string): string => renderUnicodeCompact(text, { border: 2, ecc: "M" })
