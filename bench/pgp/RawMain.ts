/**
 * The library alone on the same octets: no message is parsed, no store written. Arguments: incoming or
 * outgoing, the letters' folder, how many. Prints its figures as JSON.
 */
import * as fs from "node:fs"
import { performance } from "node:perf_hooks"
import * as openpgp from "openpgp"
import { ALICE, BOB, files, warming } from "./Letters.ts"

const [task = "", folder = "", count = "0"] = process.argv.slice(2)
const file = files(folder)

const certificate = (name: string) =>
  openpgp.readKey({ binaryKey: new Uint8Array(fs.readFileSync(file.certificate(name))) })
const secret = (name: string) =>
  openpgp.readPrivateKey({ binaryKey: new Uint8Array(fs.readFileSync(file.secret(name))) })

const alice = await certificate(ALICE)
const bob = await certificate(BOB)
const alicesKey = await secret(ALICE)
const bobsKey = await secret(BOB)

const open = async (item: Uint8Array, inner: string): Promise<void> => {
  await openpgp.decrypt({
    message: await openpgp.readMessage({ binaryMessage: item }),
    decryptionKeys: bobsKey,
    format: "binary"
  })
  const { signatures } = await openpgp.decrypt({
    message: await openpgp.readMessage({ armoredMessage: inner }),
    decryptionKeys: bobsKey,
    verificationKeys: alice,
    format: "binary"
  })
  for (const { verified } of signatures) await verified
}

const seal = async (clear: Uint8Array): Promise<void> => {
  await openpgp.encrypt({
    message: await openpgp.createMessage({ binary: clear }),
    encryptionKeys: [bob, alice],
    signingKeys: alicesKey,
    format: "armored"
  })
}

interface Letter {
  readonly clear: Uint8Array
  readonly inner: string
  readonly item: Uint8Array
}

const letters = Array.from({ length: Number(count) }, (_, index): Letter => ({
  clear: new Uint8Array(fs.readFileSync(file.clear(index))),
  inner: fs.readFileSync(file.inner(index), "latin1"),
  item: new Uint8Array(fs.readFileSync(file.item(index)))
}))

const run = ({ clear, inner, item }: Letter): Promise<void> => task === "incoming" ? open(item, inner) : seal(clear)

const started = performance.now()
for (const letter of letters.slice(0, warming(letters.length))) await run(letter)
const [start, before] = [performance.now(), process.cpuUsage()]
for (const letter of letters) await run(letter)
const { system, user } = process.cpuUsage(before)
const figures = {
  milliseconds: performance.now() - start,
  first: start - started,
  processor: (system + user) / 1000,
  count: letters.length
}
process.stdout.write(`${JSON.stringify(figures)}\n`)
