import { it } from "@effect/vitest"
import { onEachStore, transcript } from "./Transcript.ts"

onEachStore("RFC 6154 SPECIAL-USE", (options) => {
  it.effect("§5.1, §5.2: a new account has the mailboxes that clients look for, and tells their uses", () =>
    transcript(
      String.raw`
      C: t1 LIST "" "%"
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * LIST (\HasNoChildren \Archive) "/" Archive
      S: * LIST (\HasNoChildren \Drafts) "/" Drafts
      S: * LIST (\HasNoChildren \Junk) "/" Junk
      S: * LIST (\HasNoChildren \Sent) "/" Sent
      S: * LIST (\HasNoChildren \Trash) "/" Trash
      S: t1 OK …
      C: t2 LIST (SPECIAL-USE) "" "*r*" RETURN (SPECIAL-USE SUBSCRIBED)
      S: * LIST (\HasNoChildren \Subscribed \Archive) "/" Archive
      S: * LIST (\HasNoChildren \Subscribed \Drafts) "/" Drafts
      S: * LIST (\HasNoChildren \Subscribed \Trash) "/" Trash
      S: t2 OK …
    `,
      options
    ))

  it.effect("§3, §5.4: CREATE gives a use, or no mailbox", () =>
    transcript(
      String.raw`
      C: t1 DELETE Sent
      S: t1 OK …
      C: t2 CREATE MySpecial (USE (\Drafts \Sent))
      S: t2 NO [USEATTR] A mailbox has one special use here
      C: t3 CREATE MyJunk (USE (\Junk))
      S: t3 NO [USEATTR] Another mailbox has this special use already
      C: t4 CREATE Everything (USE (\All))
      S: t4 NO [USEATTR] This server gives no mailbox that special use
      C: t5 CREATE Odd (USE (\Novel))
      S: t5 NO [USEATTR] …
      C: t6 CREATE "Sent mail" (USE (\sENT))
      S: t6 OK [MAILBOXID (…)] Created
      C: t7 CREATE Plain (USE ())
      S: t7 OK …
      C: t8 LIST (SPECIAL-USE) "" "*e*"
      S: * LIST (\HasNoChildren \Archive) "/" Archive
      S: * LIST (\HasNoChildren \Sent) "/" "Sent mail"
      S: t8 OK …
      C: t9 LIST "" (MySpecial MyJunk Everything Odd Plain)
      S: * LIST (\HasNoChildren) "/" Plain
      S: t9 OK …
      C: t10 CREATE x (USE (Sent))
      S: t10 BAD …
      C: t11 CREATE y (NOVEL (\Sent))
      S: t11 BAD …
    `,
      options
    ))

  it.effect("a use stays with its mailbox under another name", () =>
    transcript(
      String.raw`
      C: a RENAME Trash "Deleted Items"
      S: a OK …
      C: b LIST (SPECIAL-USE RECURSIVEMATCH) "" "D%" RETURN (CHILDREN)
      S: * LIST (\HasNoChildren \Trash) "/" "Deleted Items"
      S: * LIST (\HasNoChildren \Drafts) "/" Drafts
      S: b OK …
    `,
      options
    ))
})

onEachStore("RFC 8438 STATUS=SIZE, RFC 8474 MAILBOXID, RFC 7889 APPENDLIMIT in STATUS", (options) => {
  it.effect("sizes, what is deleted of them, ids and limits", () =>
    transcript(
      String.raw`
      C: a APPEND INBOX (\Deleted) {10+}
      C: a: bc
      C: 
      C: 
      S: a OK …
      C: b APPEND INBOX {6+}
      C: a: b
      C: 
      S: b OK …
      C: c STATUS INBOX (SIZE MESSAGES DELETED DELETED-STORAGE APPENDLIMIT)
      S: * STATUS INBOX (SIZE 16 MESSAGES 2 DELETED 1 DELETED-STORAGE 10 APPENDLIMIT 67108864)
      S: c OK …
      C: d CREATE foo
      S: d OK [MAILBOXID («id»)] Created
      C: e RENAME foo bar
      S: e OK …
      C: f STATUS bar (MAILBOXID HIGHESTMODSEQ)
      S: * STATUS bar (MAILBOXID («id») HIGHESTMODSEQ …)
      S: f OK …
      C: g DELETE bar
      S: g OK …
      C: h CREATE bar
      S: h OK [MAILBOXID («another»)] Created
      C: i STATUS bar (SIZE SIZE)
      S: * STATUS bar (SIZE 0)
      S: i OK …
    `,
      options
    ))
})
