/** What every Replication keeps to. `layer` gives the ports of one new account. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Layer, Stream } from "effect"
import { Replication } from "../../src/ports/Replication.ts"

const document = (id: string, parent: number, octet = 1) => ({ id, parent, sealed: new Uint8Array([octet]) })

export const replicationContract = <E>(name: string, makeLayer: () => Layer.Layer<Replication, E>) =>
  describe(`Replication: ${name}`, () => {
    it.live("gives each accepted document the next generation, and pulls it back", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        const outcomes = yield* replication.push("batch-1", [document("a", 0, 1), document("b", 0, 2)])
        assert.deepStrictEqual(outcomes, [
          { _tag: "Accepted", id: "a", generation: 1 },
          { _tag: "Accepted", id: "b", generation: 2 }
        ])
        const { documents, generation } = yield* replication.pull(0, 10)
        assert.strictEqual(generation, 2)
        assert.deepStrictEqual(documents, [
          { ...document("a", 0, 1), generation: 1 },
          { ...document("b", 0, 2), generation: 2 }
        ])
      }).pipe(Effect.provide(makeLayer())))

    it.live("answers the same batch the same", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        const first = yield* replication.push("batch-1", [document("a", 0)])
        assert.deepStrictEqual(yield* replication.push("batch-1", [document("a", 0)]), first)
        assert.strictEqual((yield* replication.pull(0, 10)).generation, 1)
      }).pipe(Effect.provide(makeLayer())))

    it.live("refuses a stale parent with the current one, and keeps tombstones", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        yield* replication.push("batch-1", [document("a", 0)])
        assert.deepStrictEqual(yield* replication.push("batch-2", [document("a", 0, 9)]), [
          { _tag: "Stale", id: "a", current: 1 }
        ])
        yield* replication.push("batch-3", [{ id: "a", parent: 1, sealed: undefined }])
        const { documents } = yield* replication.pull(1, 10)
        assert.deepStrictEqual(documents, [{ id: "a", parent: 1, generation: 2, sealed: undefined }])
      }).pipe(Effect.provide(makeLayer())))

    it.live("pulls the early ones alone, as often as they are early", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        const early = (id: string, parent: number) => ({ ...document(id, parent), isEarly: true })
        yield* replication.push("batch-1", [document("a", 0), early("b", 0), document("c", 0), early("d", 0)])
        const ids = ({ documents }: { readonly documents: ReadonlyArray<{ readonly id: string }> }) =>
          documents.map(({ id }) => id)
        const all = yield* replication.pullEarly(0, 10)
        assert.deepStrictEqual(all.generation, 4)
        assert.deepStrictEqual(all.documents, [
          { ...document("b", 0), generation: 2 },
          { ...document("d", 0), generation: 4 }
        ])
        assert.deepStrictEqual(ids(yield* replication.pullEarly(0, 1)), ["b"])
        assert.deepStrictEqual(ids(yield* replication.pullEarly(2, 1)), ["d"])
        yield* replication.push("batch-2", [document("b", 2), early("a", 1)])
        assert.deepStrictEqual(ids(yield* replication.pullEarly(0, 10)), ["d", "a"])
        assert.deepStrictEqual(ids(yield* replication.pull(0, 10)), ["c", "d", "b", "a"])
      }).pipe(Effect.provide(makeLayer())))

    it.live("pulls page by page without a gap, however large the documents", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        const large = Array.from({ length: 12 }, (_, index) => ({
          id: `large-${index}`,
          parent: 0,
          sealed: new Uint8Array(1024 * 1024).fill(index)
        }))
        yield* replication.push("batch-1", large)
        const seen: Array<string> = []
        for (let since = 0; since < 12;) {
          const { documents, generation } = yield* replication.pull(since, 10)
          for (const { id, sealed } of documents) seen.push(`${id} ${sealed?.[0]}`)
          since = documents.length < 10 ? generation : documents.at(-1)?.generation ?? generation
        }
        assert.deepStrictEqual(seen, large.map(({ id }, index) => `${id} ${index}`))
      }).pipe(Effect.provide(makeLayer())))

    it.live("keeps blobs, says which are missing, and does not know others", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        const blob = new Uint8Array(300_000).map((_, index) => index)
        assert.deepStrictEqual(yield* replication.putBlobs([{ id: "blob-1", sealed: blob }]), ["Kept"])
        assert.deepStrictEqual(yield* replication.getBlob("blob-1"), blob)
        assert.isUndefined(yield* replication.getBlob("blob-2"))
        assert.deepStrictEqual(yield* replication.missingBlobs(["blob-1", "blob-2"]), ["blob-2"])
        assert.deepStrictEqual(yield* replication.getBlobs(["blob-2", "blob-1", "blob-1"]), [undefined, blob, blob])
        assert.deepStrictEqual(yield* replication.getBlobs([]), [])
        // Of large ones as many as fit, and one at least.
        const large = new Uint8Array(3_000_000).fill(7)
        yield* replication.putBlobs([{ id: "blob-3", sealed: large }])
        assert.deepStrictEqual(yield* replication.getBlobs(["blob-3", "blob-1", "blob-3"]), [large, blob])
      }).pipe(Effect.provide(makeLayer())))

    it.live("keeps many blobs at once, small and large, and the same again", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        const small = Array.from({ length: 600 }, (_, index) => ({
          id: `small-${index}`,
          sealed: new Uint8Array(index % 7).fill(index)
        }))
        const large = { id: "large", sealed: new Uint8Array(5_000_000).map((_, index) => index) }
        const blobs = [...small.slice(0, 300), large, ...small.slice(300)]
        for (let turn = 0; turn < 2; turn++) {
          assert.deepStrictEqual(yield* replication.putBlobs(blobs), blobs.map(() => "Kept" as const))
        }
        assert.deepStrictEqual(yield* replication.missingBlobs(blobs.map(({ id }) => id)), [])
        assert.deepStrictEqual(yield* replication.getBlob("large"), large.sealed)
        assert.deepStrictEqual(
          yield* replication.getBlobs(small.map(({ id }) => id)),
          small.map(({ sealed }) => sealed)
        )
        assert.deepStrictEqual(yield* replication.putBlobs([]), [])
      }).pipe(Effect.provide(makeLayer())))

    it.live("feeds first what is, then what changes", () =>
      Effect.gen(function*() {
        const replication = yield* Replication
        yield* replication.push("batch-1", [document("a", 0)])
        const events = yield* replication.feed.pipe(
          Stream.tap((event) =>
            event._tag === "Generation" && event.generation === 1
              ? replication.push("batch-2", [document("b", 0)])
              : Effect.void
          ),
          Stream.takeUntil((event) => event._tag === "Generation" && event.generation === 2),
          Stream.runCollect
        )
        assert.deepStrictEqual(events, [
          { _tag: "Generation", generation: 1 },
          { _tag: "Generation", generation: 2 }
        ])
      }).pipe(Effect.provide(makeLayer())))
  })
