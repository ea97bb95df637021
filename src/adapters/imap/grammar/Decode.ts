/** Octets of one framed command to the command (RFC 3501 §9 `command`), or the tag and sentence of the BAD reply. */
import { Redacted, Result } from "effect"
import { fromLatin1 } from "../../../domain/message/Latin1.ts"
import { append, replace } from "./AppendCommand.ts"
import type { Command, TaggedCommand } from "./Command.ts"
import * as Lexer from "./Lexer.ts"
import { listCommand, statusItems } from "./List.ts"
import { mailbox, mailboxPattern } from "./MailboxName.ts"
import { copy, expunge, fetch, store, uidBatches } from "./MessageCommands.ts"
import { getMetadata, setMetadata } from "./MetadataCommand.ts"
import { notify } from "./NotifyCommand.ts"
import { search, sort, thread } from "./SearchCommand.ts"
import { select } from "./SelectCommand.ts"

export interface BadCommand {
  /** Undefined where not even a tag could be read: the reply is untagged. */
  readonly tag: string | undefined
  readonly sentence: string
  readonly at: number
  readonly isLimit?: true
}

type Rule = (lexer: Lexer.Lexer, uid: boolean) => Lexer.Parsed<Command>

const bare = (command: Command): Rule => () => Result.succeed(command)

/** ` SP rule`, then the command made of it. */
const one = <A>(rule: (lexer: Lexer.Lexer) => Lexer.Parsed<A>, make: (value: A, uid: boolean) => Command): Rule =>
(
  lexer,
  uid
) => {
  const gap = Lexer.space(lexer)
  return Result.isFailure(gap) ? Result.fail(gap.failure) : Result.map(rule(lexer), (value) => make(value, uid))
}

const utf8 = new TextDecoder()
/** User names and passwords are UTF-8 (RFC 9051 §6.2.3). */
const text = (octets: string): string => utf8.decode(fromLatin1(octets))

/** `login = "LOGIN" SP userid SP password` */
const login: Rule = (lexer) =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    const user = yield* Lexer.astring(lexer)
    yield* Lexer.space(lexer)
    const password = yield* Lexer.astring(lexer)
    return { _tag: "Login", user: text(user), password: Redacted.make(text(password)) }
  })

/** `authenticate = "AUTHENTICATE" SP auth-type [SP initial-resp]` (RFC 4959) */
const authenticate: Rule = (lexer) =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    const mechanism = (yield* Lexer.atom(lexer)).toUpperCase()
    if (Lexer.peek(lexer) !== " ") return { _tag: "Authenticate", mechanism, initial: undefined }
    yield* Lexer.space(lexer)
    // initial-resp = base64 / "="; all of its characters are those of an astring
    return { _tag: "Authenticate", mechanism, initial: Redacted.make(yield* Lexer.astring(lexer)) }
  })

/** `string SP nstring` */
const idField = (lexer: Lexer.Lexer): Lexer.Parsed<void> =>
  Result.gen(function*() {
    yield* Lexer.string(lexer)
    yield* Lexer.space(lexer)
    yield* Lexer.nstring(lexer)
  })

/** `id = "ID" SP ("(" *(string SP nstring) ")" / nil)` (RFC 2971); what the client calls itself is not kept. */
const id: Rule = (lexer) =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    if (!Lexer.take(lexer, "NIL")) yield* Lexer.list(lexer, idField, true)
    return { _tag: "Id" }
  })

/** `enable = "ENABLE" 1*(SP capability)` (RFC 5161) */
const enable: Rule = (lexer) =>
  Result.gen(function*() {
    const extensions: Array<string> = []
    do {
      yield* Lexer.space(lexer)
      extensions.push((yield* Lexer.atom(lexer)).toUpperCase())
    } while (Lexer.peek(lexer) === " ")
    return { _tag: "Enable", extensions }
  })

/** `lsub = "LSUB" SP mailbox SP list-mailbox` */
const lsub: Rule = (lexer) =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    const reference = yield* mailbox(lexer)
    yield* Lexer.space(lexer)
    return { _tag: "Lsub", reference, pattern: yield* mailboxPattern(lexer) }
  })

/** `use-attr`, as written: which of them there are is for the command to say */
const useAttribute = (lexer: Lexer.Lexer): Lexer.Parsed<string> =>
  Result.gen(function*() {
    yield* Lexer.expect(lexer, "\\")
    return `\\${yield* Lexer.atom(lexer)}`
  })

/** `create = "CREATE" SP mailbox [SP "(" "USE" SP "(" [use-attr *(SP use-attr)] ")" ")"]` (RFC 6154) */
const create: Rule = (lexer) =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    const name = yield* mailbox(lexer)
    let uses: ReadonlyArray<string> = []
    if (Lexer.take(lexer, " (")) {
      yield* Lexer.expect(lexer, "USE ")
      uses = yield* Lexer.list(lexer, useAttribute, true)
      yield* Lexer.expect(lexer, ")")
    }
    return { _tag: "Create", mailbox: name, uses }
  })

/** `status = "STATUS" SP mailbox SP "(" status-att *(SP status-att) ")"` */
const status: Rule = (lexer) =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    const name = yield* mailbox(lexer)
    yield* Lexer.space(lexer)
    return { _tag: "Status", mailbox: name, items: yield* statusItems(lexer) }
  })

const rename: Rule = (lexer) =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    const from = yield* mailbox(lexer)
    yield* Lexer.space(lexer)
    return { _tag: "Rename", from, to: yield* mailbox(lexer) }
  })

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["CAPABILITY", bare({ _tag: "Capability" })],
  ["NOOP", bare({ _tag: "Noop" })],
  ["LOGOUT", bare({ _tag: "Logout" })],
  ["ID", id],
  ["STARTTLS", bare({ _tag: "StartTls" })],
  ["ENABLE", enable],
  ["COMPRESS", one(Lexer.atom, (algorithm) => ({ _tag: "Compress", algorithm: algorithm.toUpperCase() }))],
  ["LOGIN", login],
  ["AUTHENTICATE", authenticate],
  ["NAMESPACE", bare({ _tag: "Namespace" })],
  ["LIST", listCommand],
  ["LSUB", lsub],
  ["SELECT", select(false)],
  ["EXAMINE", select(true)],
  ["STATUS", status],
  ["CREATE", create],
  ["DELETE", one(mailbox, (name) => ({ _tag: "Delete", mailbox: name }))],
  ["RENAME", rename],
  ["SUBSCRIBE", one(mailbox, (name) => ({ _tag: "Subscribe", mailbox: name, subscribed: true }))],
  ["UNSUBSCRIBE", one(mailbox, (name) => ({ _tag: "Subscribe", mailbox: name, subscribed: false }))],
  ["APPEND", append],
  ["REPLACE", replace],
  ["NOTIFY", notify],
  ["GETMETADATA", getMetadata],
  ["SETMETADATA", setMetadata],
  ["GETQUOTA", one(Lexer.astring, (root) => ({ _tag: "GetQuota", root }))],
  ["GETQUOTAROOT", one(mailbox, (name) => ({ _tag: "GetQuotaRoot", mailbox: name }))],
  ["IDLE", bare({ _tag: "Idle" })],
  ["CHECK", bare({ _tag: "Check" })],
  ["CLOSE", bare({ _tag: "Close" })],
  ["UNSELECT", bare({ _tag: "Unselect" })],
  ["EXPUNGE", expunge],
  ["UIDBATCHES", uidBatches],
  ["SEARCH", search],
  ["SORT", sort],
  ["THREAD", thread],
  ["FETCH", fetch],
  ["STORE", store],
  ["COPY", copy(false)],
  ["MOVE", copy(true)]
])
const WITH_UID: ReadonlySet<string> = new Set([
  "EXPUNGE",
  "SEARCH",
  "SORT",
  "THREAD",
  "FETCH",
  "STORE",
  "COPY",
  "MOVE",
  "REPLACE"
])

const command = (lexer: Lexer.Lexer): Lexer.Parsed<Command> =>
  Result.gen(function*() {
    yield* Lexer.space(lexer)
    const start = lexer.at
    let word = yield* Lexer.keyword(lexer)
    const uid = word === "UID"
    if (uid) {
      yield* Lexer.space(lexer)
      word = yield* Lexer.keyword(lexer)
    }
    const rule = uid && !WITH_UID.has(word) ? undefined : rules.get(word)
    if (rule === undefined) {
      return yield* Lexer.badAt(lexer, start, "there is no such command")
    }
    const value = yield* rule(lexer, uid)
    yield* Lexer.end(lexer)
    return value
  })

/** `command = tag SP (...) CRLF`, the CRLF taken off by the framer. */
export const decode = (bytes: Uint8Array, isUtf8 = false): Result.Result<TaggedCommand, BadCommand> => {
  const lexer = Lexer.make(bytes, isUtf8)
  const tag = Lexer.tag(lexer)
  if (Result.isFailure(tag)) return Result.fail({ tag: undefined, ...tag.failure })
  return Result.mapBoth(command(lexer), {
    onSuccess: (value): TaggedCommand => ({ tag: tag.success, command: value }),
    onFailure: (failure): BadCommand => ({ tag: tag.success, ...failure })
  })
}
