import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Ref, Schema } from "effect"
import { drain, type SpooledMessage, withCrlf } from "../../../src/adapters/maildir/MaildirSpool.ts"

const MAX_SIZE = 1000

const makeSpool = Effect.fnUntraced(function*(files: Readonly<Record<string, string>>) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  for (const part of ["new", "cur", "tmp"]) yield* fs.makeDirectory(`${folder}/${part}`)
  for (const [name, text] of Object.entries(files)) yield* fs.writeFileString(`${folder}/${name}`, text)
  return folder
})

const run = Effect.fnUntraced(function*(folder: string, fails: (message: SpooledMessage) => boolean = () => false) {
  const fs = yield* FileSystem.FileSystem
  const seen = yield* Ref.make<ReadonlyArray<readonly [string | undefined, string]>>([])
  const result = yield* drain(folder, MAX_SIZE, (message) =>
    fails(message)
      ? Effect.fail({ message: "not now" })
      : Ref.update(seen, (all) => [...all, [message.to, Buffer.from(message.bytes).toString()] as const]))
  const left = [...yield* fs.readDirectory(`${folder}/new`), ...yield* fs.readDirectory(`${folder}/cur`)]
  return { ...result, seen: yield* Ref.get(seen), files: left.toSorted() }
})

layer(NodeServices.layer)("MaildirSpool", (it) => {
  it.effect("hands on what is there, with the ends of lines that mail has, and removes it", () =>
    Effect.gen(function*() {
      const folder = yield* makeSpool({
        "new/2": "Delivered-To: bob@leap.test\nDelivered-To: forged@leap.test\nSubject: b\n\nB\n",
        "new/1": "X-Original-To: <ann@leap.test>\r\nSubject: a\r\n\r\nA\r\n",
        "cur/3:2,S": "Subject: c\n\nC\n",
        "tmp/4": "half"
      })
      assert.deepStrictEqual(yield* run(folder), {
        taken: 3,
        left: 0,
        files: [],
        seen: [
          ["ann@leap.test", "X-Original-To: <ann@leap.test>\r\nSubject: a\r\n\r\nA\r\n"],
          ["bob@leap.test", "Delivered-To: bob@leap.test\r\nDelivered-To: forged@leap.test\r\nSubject: b\r\n\r\nB\r\n"],
          [undefined, "Subject: c\r\n\r\nC\r\n"]
        ]
      })
    }))

  it.effect("what cannot be taken now stays, and so does what is too large", () =>
    Effect.gen(function*() {
      const folder = yield* makeSpool({
        "new/1": "Delivered-To: full@leap.test\n\nA\n",
        "new/2": "Delivered-To: ann@leap.test\n\nB\n",
        "new/3": "x".repeat(MAX_SIZE + 1)
      })
      const { files, left, taken } = yield* run(folder, ({ to }) => to === "full@leap.test")
      assert.deepStrictEqual({ files, left, taken }, { files: ["1", "3"], left: 2, taken: 1 })
    }))

  it.effect("takes files alone: no link, and nothing else that may lie there", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const folder = yield* makeSpool({ "new/1": "Delivered-To: ann@leap.test\n\nA\n", "tmp/secret": "secret" })
      yield* fs.symlink(`${folder}/tmp/secret`, `${folder}/new/2`)
      yield* fs.makeDirectory(`${folder}/new/3`)
      const { files, left, taken } = yield* run(folder)
      assert.deepStrictEqual({ files, left, taken }, { files: ["2", "3"], left: 2, taken: 1 })
      assert.strictEqual(yield* fs.readFileString(`${folder}/tmp/secret`), "secret")
    }))

  it.effect("a folder that is no maildir is said", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(drain("/nowhere", MAX_SIZE, () => Effect.void))
      assert.include(error.message, "/nowhere is no maildir")
    }))

  it.prop("whatever bytes there are: no bare LF after it, and nothing else changed", {
    parts: Schema.Array(Schema.Literals(["a", "\r", "\n"]))
  }, ({ parts }) => {
    const text = parts.join("")
    const whole = Buffer.from(withCrlf(Buffer.from(text))).toString()
    return !/(?<!\r)\n/.test(whole) && whole.replaceAll("\r", "") === text.replaceAll("\r", "")
  })
})
