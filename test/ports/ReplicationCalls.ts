import type { Effect } from "effect"
import type { Replication, ReplicationError, SignedOut } from "../../src/ports/Replication.ts"

type Refusal = ReplicationError | SignedOut

/** The same way to the provider, each call of which goes through `around`. */
export const through = (
  replication: Replication["Service"],
  around: <A>(call: Effect.Effect<A, Refusal>, name: keyof Replication["Service"]) => Effect.Effect<A, Refusal>
): Replication["Service"] => ({
  push: (batch, documents) => around(replication.push(batch, documents), "push"),
  pull: (since, limit) => around(replication.pull(since, limit), "pull"),
  pullEarly: (since, limit) => around(replication.pullEarly(since, limit), "pullEarly"),
  putBlobs: (blobs) => around(replication.putBlobs(blobs), "putBlobs"),
  getBlob: (id) => around(replication.getBlob(id), "getBlob"),
  getBlobs: (ids) => around(replication.getBlobs(ids), "getBlobs"),
  missingBlobs: (ids) => around(replication.missingBlobs(ids), "missingBlobs"),
  feed: replication.feed
})
