import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Stream } from "effect"
import { UNPROTECTED, type Verdict } from "../../../src/domain/incoming/Verdict.ts"
import * as KeepContents from "../../../src/domain/mailbox/KeepContents.ts"
import { EmailId, type MailboxName } from "../../../src/domain/mailbox/Mailbox.ts"
import * as Placements from "../../../src/domain/mailbox/Placements.ts"
import type { Uid } from "../../../src/domain/mailbox/Uid.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import type { Protection } from "../../../src/ports/MailStore.ts"
import { alice, append, makeHome, show, showAll, texts, twoHomes } from "./ReplicaHomes.ts"

const only = (uid: Uid | undefined) => UidSet.fromUids(uid === undefined ? [] : [uid])

describe("two devices", () => {
  it.live("show the same mail, byte for byte", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const large = `Subject: large\r\n\r\n${"0123456789abcdef\n".repeat(20_000)}`
      yield* a.mail.create("Work/Plans")
      yield* a.mail.subscribe("Work", false)
      yield* append(a, "INBOX", "Subject: one\r\n\r\nbody\r\n", large, "no header, no end \u0000")
      yield* append(a, "Work/Plans", "Subject: two\r\n\r\n")
      const inbox = yield* a.mail.mailbox("INBOX")
      yield* a.mail.flag(inbox.id, UidSet.fromUids([1]), "add", ["\\Seen", "$Forwarded"])
      yield* a.sync
      yield* b.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.strictEqual((yield* show(b, "INBOX")).length, 3)
      const replies = yield* append(b, "INBOX", "Subject: from b\r\n\r\n")
      assert.deepStrictEqual(replies.uids, [4 as Uid])
      yield* b.sync
      yield* a.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
    }))

  it.live("show what one of them found out of a message that came in, and the message as it came", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const verdict: Verdict = {
        ...UNPROTECTED,
        encryption: { _tag: "PartlyDecrypted" },
        signature: { _tag: "Valid", fingerprint: "AB".repeat(20), level: 5 },
        differing: [{ name: "subject", outer: "a", inner: null }]
      }
      const inbox = yield* a.mail.mailbox("INBOX")
      const message = (text: string, protection?: Protection) => ({
        bytes: new TextEncoder().encode(`Subject: ${text}\r\n\r\n`),
        flags: [],
        internalDate: 0,
        ...protection === undefined ? {} : { protection }
      })
      yield* a.mail.append(inbox.id, [
        message("opened", { verdict, original: new Uint8Array(70_000).fill(7) }),
        message("read as it came", { verdict }),
        message("plain", { verdict: UNPROTECTED }),
        message("put here by a program")
      ])
      const verdicts = Effect.fnUntraced(function*({ mail }: typeof a, name: MailboxName = "INBOX") {
        const { id } = yield* mail.mailbox(name)
        const records = yield* Stream.runCollect(
          mail.fetch(id, UidSet.all, { verdict: true, original: true, envelope: true })
        )
        return records.map(({ envelope, original, verdict }) => [envelope, verdict, original?.length] as const)
          .toSorted(([one = ""], [other = ""]) => one < other ? -1 : 1)
      })
      yield* a.sync
      yield* b.sync
      assert.deepStrictEqual(yield* verdicts(b), yield* verdicts(a))
      const known = [[verdict, 70_000], [UNPROTECTED, undefined], [undefined, undefined], [verdict, undefined]]
      assert.deepStrictEqual<unknown>((yield* verdicts(b)).map(([, ...of]) => of), known)
      assert.deepStrictEqual(yield* b.replica.lackingOriginals(undefined, 10), [])
      // What is known of it stays with it, wherever it goes.
      yield* b.mail.move(inbox.id, UidSet.all, (yield* b.mail.mailbox("Archive")).id)
      yield* b.sync
      yield* a.sync
      const moved = yield* verdicts(a, "Archive")
      assert.deepStrictEqual<unknown>(moved.map(([, ...of]) => of), known)
    }))

  it.live("keep no message as it came where a mailbox keeps contents elsewhere, until it keeps them here", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const inbox = yield* a.mail.mailbox("INBOX")
      const protection = { verdict: UNPROTECTED, original: new Uint8Array(100) }
      const bytes = new TextEncoder().encode("Subject: opened\r\n\r\n")
      yield* a.mail.append(inbox.id, [{ bytes, flags: [], internalDate: 0, protection }])
      yield* a.sync
      const keep = (text: string) =>
        b.mail.setMetadata(inbox.id, [[KeepContents.ENTRY, new TextEncoder().encode(text)]])
      const known = Effect.map(
        Stream.runCollect(b.mail.fetch(inbox.id, UidSet.all, { verdict: true, original: true })),
        ([record]) => [record?.verdict, record?.original?.length]
      )
      yield* keep("on-demand")
      yield* b.sync
      assert.deepStrictEqual(yield* known, [undefined, undefined])
      assert.deepStrictEqual((yield* b.replica.lackingOriginals(undefined, 9)).map((one) => one.isWanted), [false])
      yield* keep("local")
      yield* b.sync
      assert.deepStrictEqual<unknown>(yield* known, [UNPROTECTED, 100])
    }))

  it.live("keep flags changed on both, and deletes", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const { uids } = yield* append(a, "INBOX", "1", "2", "3")
      yield* a.sync
      yield* b.sync
      const inbox = yield* a.mail.mailbox("INBOX")
      const inB = yield* b.mail.snapshot(inbox.id)
      yield* a.mail.flag(inbox.id, only(uids[0]), "add", ["\\Flagged"])
      yield* b.mail.flag(inbox.id, UidSet.fromUids(Placements.uids(inB.placements)), "add", ["\\Seen"])
      yield* a.mail.flag(inbox.id, only(uids[1]), "add", ["\\Deleted"])
      yield* a.mail.expunge(inbox.id)
      for (const home of [a, b, a, b]) yield* home.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.deepStrictEqual((yield* show(a, "INBOX")).map(({ flags, text }) => [text, flags]), [
        ["1", ["\\Flagged", "\\Seen"]],
        ["3", ["\\Seen"]]
      ])
    }))

  it.live("let a message go to another mailbox and come back, and lie in one twice", () =>
    Effect.gen(function*() {
      const { a, account, b } = yield* twoHomes
      const { uids } = yield* append(a, "INBOX", "moved", "copied")
      const inbox = yield* a.mail.mailbox("INBOX")
      const trash = yield* a.mail.mailbox("Trash")
      yield* a.sync
      yield* b.sync
      const { target } = yield* a.mail.move(inbox.id, only(uids[0]), trash.id)
      yield* a.mail.copy(inbox.id, only(uids[1]), inbox.id)
      yield* a.sync
      yield* b.sync
      assert.deepStrictEqual(yield* texts(b, "Trash"), ["moved"])
      assert.deepStrictEqual(yield* texts(b, "INBOX"), ["copied", "copied"])
      const fresh = yield* makeHome(account)
      yield* fresh.sync
      assert.deepStrictEqual(yield* showAll(fresh), yield* showAll(a))
      yield* a.mail.move(trash.id, only(target[0]), inbox.id)
      yield* a.sync
      yield* b.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.deepStrictEqual(yield* texts(b, "INBOX"), ["copied", "copied", "moved"])
    }))

  it.live("make one mailbox of two that were made under one name", () =>
    Effect.gen(function*() {
      const { a, account, b } = yield* twoHomes
      yield* a.mail.create("Work/Plans")
      yield* b.mail.create("Work/Plans")
      yield* append(a, "Work/Plans", "from a")
      yield* append(b, "Work/Plans", "from b")
      for (const home of [a, b, a, b, a]) yield* home.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.deepStrictEqual(yield* texts(a, "Work/Plans"), ["from a", "from b"])
      yield* append(a, "Work/Plans", "later")
      yield* a.mail.rename("Work", "Labour")
      for (const home of [a, b]) yield* home.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      const fresh = yield* makeHome(account)
      yield* fresh.sync
      assert.deepStrictEqual(yield* showAll(fresh), yield* showAll(a))
    }))

  it.live("show once what both took from the provider's queue", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const inbox = yield* a.mail.mailbox("INBOX")
      const archive = yield* a.mail.mailbox("Archive")
      const item = { bytes: Uint8Array.of(65), flags: [], internalDate: 5, emailId: EmailId.make("Ederived") }
      yield* a.mail.append(inbox.id, [item])
      yield* b.mail.append(inbox.id, [item])
      yield* a.mail.move(inbox.id, UidSet.all, archive.id)
      for (const home of [a, b, a, b]) yield* home.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.deepStrictEqual([yield* texts(b, "INBOX"), yield* texts(b, "Archive")], [[], ["A"]])
    }))

  it.live("let a name pass from one mailbox to another", () =>
    Effect.gen(function*() {
      const { a, account, b } = yield* twoHomes
      yield* append(a, "Archive", "old")
      yield* a.sync
      yield* b.sync
      yield* a.mail.rename("Archive", "Archive 2025")
      yield* a.mail.create("Archive")
      yield* append(a, "Archive", "new")
      yield* a.sync
      yield* a.mail.subscribe("Archive 2025", false)
      for (const home of [a, b]) yield* home.sync
      const fresh = yield* makeHome(account)
      yield* fresh.sync
      for (const home of [b, fresh]) {
        assert.deepStrictEqual(yield* showAll(home), yield* showAll(a))
        assert.deepStrictEqual(yield* texts(home, "Archive 2025"), ["old"])
      }
    }))

  it.live("keep what came into a mailbox while another device deleted it", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      yield* a.mail.create("Work")
      yield* append(a, "Work", "old")
      yield* a.sync
      yield* b.sync
      yield* a.mail.delete("Work")
      yield* append(b, "Work", "new")
      for (const home of [a, b, a, b]) yield* home.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.deepStrictEqual(yield* texts(a, "Work"), ["new"])
    }))

  it.live("keep a message that one copied while the other deleted it", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      yield* append(a, "INBOX", "wanted")
      yield* a.sync
      yield* b.sync
      const inbox = yield* a.mail.mailbox("INBOX")
      const archive = yield* a.mail.mailbox("Archive")
      yield* b.mail.copy(inbox.id, UidSet.all, archive.id)
      yield* a.mail.flag(inbox.id, UidSet.all, "add", ["\\Deleted"])
      yield* a.mail.expunge(inbox.id)
      for (const home of [a, b, a, b]) yield* home.sync
      assert.deepStrictEqual(yield* showAll(b), yield* showAll(a))
      assert.deepStrictEqual(yield* texts(a, "Archive"), ["wanted"])
    }))

  it.live("share keys and bindings", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const key = (value: number) => Redacted.make(Uint8Array.of(value))
      yield* a.keys.putOwn({ address: alice, certificate: Uint8Array.of(1), secretKeys: [key(2), key(1)] })
      yield* a.keys.bind({
        address: alice,
        certificate: Uint8Array.of(1, 2, 3),
        fingerprint: "0123456789ABCDEF",
        level: 7,
        source: "person",
        seenAt: 5
      })
      yield* a.sync
      yield* b.sync
      const own = yield* b.keys.own
      assert.deepStrictEqual(own?.secretKeys.map((one) => [...Redacted.value(one)]), [[2], [1]])
      assert.deepStrictEqual([...(yield* b.keys.binding(alice))?.certificate ?? []], [1, 2, 3])
      yield* b.keys.putOwn({ address: alice, certificate: Uint8Array.of(9), secretKeys: [key(3), key(2), key(1)] })
      yield* b.sync
      yield* a.sync
      const renewed = yield* a.keys.own
      assert.deepStrictEqual(renewed?.secretKeys.map((one) => [...Redacted.value(one)]), [[3], [2], [1]])
      assert.deepStrictEqual([...renewed?.certificate ?? []], [9])
    }))

  it.live("share certificates that wait for a decision, what was used, and revocations", () =>
    Effect.gen(function*() {
      const { a, b } = yield* twoHomes
      const old = "0123456789ABCDEF"
      const shown = { address: alice, certificate: Uint8Array.of(4), level: 1, source: "wkd", seenAt: 5 } as const
      const secret = Redacted.make(Uint8Array.of(1))
      yield* a.keys.putOwn({
        address: alice,
        certificate: Uint8Array.of(1),
        secretKeys: [secret],
        revocations: [Redacted.make(Uint8Array.of(7))]
      })
      yield* a.keys.bind({ ...shown, fingerprint: old })
      yield* a.keys.noteUse(alice, old, "encrypt")
      const candidate = { ...shown, fingerprint: "FEDCBA9876543210", reason: "bound", told: false } as const
      yield* a.keys.putCandidate({ ...candidate, state: "pending" })
      yield* a.keys.putWish(undefined, "require")
      yield* a.keys.putWish(alice, "never")
      yield* a.sync
      yield* b.sync
      assert.deepStrictEqual([yield* b.keys.wish(), yield* b.keys.wish(alice)], ["require", "never"])
      yield* b.keys.putWish(alice, undefined)
      assert.deepStrictEqual((yield* b.keys.own)?.revocations?.map((one) => [...Redacted.value(one)]), [[7]])
      assert.deepStrictEqual(yield* b.keys.use(alice, old), { encrypt: true, verify: false })
      const [there] = yield* b.keys.candidates(alice)
      assert.deepStrictEqual([there?.fingerprint, there?.told, there?.state], [candidate.fingerprint, false, "pending"])

      yield* b.keys.putCandidate({ ...candidate, told: true, state: "rejected" })
      yield* b.keys.noteUse(alice, old, "verify")
      for (const home of [b, a]) yield* home.sync
      assert.deepStrictEqual([yield* a.keys.wish(), yield* a.keys.wish(alice)], ["require", undefined])
      assert.deepStrictEqual(yield* a.keys.use(alice, old), { encrypt: true, verify: true })
      assert.deepStrictEqual((yield* a.keys.candidates(alice)).map(({ state, told }) => [state, told]), [
        ["rejected", true]
      ])
      yield* a.keys.dropCandidate(alice, candidate.fingerprint)
      for (const home of [a, b]) yield* home.sync
      assert.deepStrictEqual(yield* b.keys.candidates(), [])
    }))
})
