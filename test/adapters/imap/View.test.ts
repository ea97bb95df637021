import { assert, describe, it } from "@effect/vitest"
import { Arbitrary } from "effect"
import * as View from "../../../src/adapters/imap/View.ts"
import * as UidSet from "../../../src/domain/mailbox/UidSet.ts"
import { choices } from "./grammar/ArbitraryCommand.ts"

const uids = (...list: ReadonlyArray<number>) => Uint32Array.from(list)
const set = UidSet.fromUids

/** What a client makes of the news: its list of messages, by number. */
const follow = (client: Array<number | undefined>, news: View.News): void => {
  for (const number of news.expunged) {
    assert.isTrue(number >= 1 && number <= client.length)
    client.splice(number - 1, 1)
  }
  while (client.length < (news.exists ?? 0)) client.push(undefined)
}

describe("View", () => {
  it("counts each expunge after those before it", () => {
    const view = View.noteVanished(View.open(uids(3, 5, 7, 9)), UidSet.fromUids([5, 7]))
    const [news, after] = View.tell(view, true)
    assert.deepStrictEqual(news, { expunged: [2, 2], vanished: set([5, 7]), exists: undefined, changed: [] })
    assert.deepStrictEqual(after.uids, uids(3, 9))
  })

  it("keeps the numbers while no expunge may be told", () => {
    const view = View.noteChanged(View.noteVanished(View.open(uids(3, 5)), set([3])), set([8]))
    const [news, waiting] = View.tell(view, false)
    assert.deepStrictEqual(news, { expunged: [], vanished: [], exists: 3, changed: [] })
    assert.strictEqual(View.numberOf(waiting, 8), 3)
    const [later, after] = View.tell(waiting, true)
    assert.deepStrictEqual(later, { expunged: [1], vanished: set([3]), exists: undefined, changed: [] })
    assert.strictEqual(View.numberOf(after, 8), 2)
  })

  it("never tells of what came and went meanwhile", () => {
    const view = View.noteVanished(View.noteChanged(View.open(uids(1)), set([2])), set([2]))
    assert.isFalse(View.hasNews(view))
  })

  it("resolves message numbers, and refuses those past the end", () => {
    const view = View.open(uids(3, 4, 9))
    assert.deepStrictEqual(View.uidsOfNumbers(view, set([1, 2, 3])), set([3, 4, 9]))
    assert.isUndefined(View.uidsOfNumbers(view, set([4])))
    assert.isUndefined(View.uidsOfNumbers(View.open(uids()), [{ from: 0, to: 0 }]))
  })

  it.prop("the client ends with the mailbox's messages, in any story", {
    story: Arbitrary.map(
      choices,
      (from) =>
        from.list(
          40,
          () => ({ kind: from.of("add", "remove", "flag", "tell", "tellAll"), at: from.number(20) } as const)
        )
    )
  }, ({ story }) => {
    let mailbox = [1, 2, 3, 4, 5]
    let next = 6
    let view = View.open(uids(...mailbox))
    const client: Array<number | undefined> = [...view.uids]
    const tell = (mayExpunge: boolean) => {
      const [news, after] = View.tell(view, mayExpunge)
      view = after
      follow(client, news)
      for (const uid of UidSet.select(news.changed, view.uids)) client[(View.numberOf(view, uid) ?? 0) - 1] = uid
    }
    for (const { at, kind } of story) {
      const uid = mailbox[at % Math.max(mailbox.length, 1)]
      if (kind === "tell" || kind === "tellAll") tell(kind === "tellAll")
      else if (kind === "add") {
        mailbox.push(next)
        view = View.noteChanged(view, set([next++]))
      } else if (uid !== undefined && kind === "remove") {
        mailbox = mailbox.filter((one) => one !== uid)
        view = View.noteVanished(view, set([uid]))
      } else if (uid !== undefined) view = View.noteChanged(view, set([uid]))
    }
    tell(true)
    assert.deepStrictEqual(view.uids, uids(...mailbox))
    assert.strictEqual(client.length, mailbox.length)
    client.forEach((uid, index) => assert.isTrue(uid === undefined || uid === mailbox[index]))
  })
})
