/** What became of the selected mailbox, where its id names nothing any more. */
import { Effect } from "effect"
import type { MailStoreError } from "../../ports/MailStore.ts"
import type { ConnectionEnded } from "./Connection.ts"
import type { Selected, State, Store } from "./State.ts"

/**
 * Two devices may have made mailboxes of one name; they become one, under one of the ids. Where the client's uids are
 * still good, all goes on under the new id. Where its mailbox's messages went into another with other uids, an EXPUNGE of
 * each would have a client that syncs delete its copies of them: the session ends, and the next SELECT tells another
 * UIDVALIDITY (RFC 3501 §2.3.1.1). Answers whether the mailbox is there; one that was deleted is not.
 */
export const follow = (
  { dialogue }: State,
  store: Store,
  selected: Selected
): Effect.Effect<boolean, MailStoreError | ConnectionEnded> =>
  store.mailboxById(selected.mailbox).pipe(
    Effect.as(true),
    Effect.catchTag("MailboxNotFound", () =>
      Effect.flatMap(store.mailboxes, (mailboxes) => {
        const same = mailboxes.find(({ uidValidity }) => uidValidity === selected.uidValidity)
        if (same !== undefined) selected.mailbox = same.id
        return same === undefined && mailboxes.some(({ name }) => name === selected.name)
          ? dialogue.hangUp("The mailbox is another one of this name by now: log in and select it again")
          : Effect.succeed(same !== undefined)
      }))
  )
