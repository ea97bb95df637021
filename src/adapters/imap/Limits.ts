/** What one client may ask of this server at most, and for how long it may be silent. */
import { Duration } from "effect"
import type { Limits } from "./Framer.ts"

/** RFC 7889: what APPENDLIMIT tells. */
export const MAX_MESSAGE = 64 * 1024 * 1024

/** Before login: a name, a password, an ID. */
export const BEFORE_LOGIN: Limits = { maxLine: 8192, maxLiteral: 1024, maxAppend: 1024 }
/** mbsync sends uid sets of up to 64 KiB, with a command around them. */
export const AFTER_LOGIN: Limits = { maxLine: 131_072, maxLiteral: 65_536, maxAppend: MAX_MESSAGE }

/** Each costs little while it is idle (RFC 2177 invites them to stay). */
export const MAX_CLIENTS = 2000

/** A client that sends only what cannot be read is none. */
export const MAX_BAD_COMMANDS = 20

/** From the greeting to the login, all in all. */
export const LOGIN_PATIENCE = Duration.minutes(2)
/** RFC 3501 §5.4: at least 30 minutes. Clients in IDLE begin anew after 29 (RFC 2177). */
export const PATIENCE = Duration.minutes(31)
