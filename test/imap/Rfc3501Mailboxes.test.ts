import { it } from "@effect/vitest"
import { onEachStore, transcript } from "./Transcript.ts"

const STANDARD = String.raw`
      S: * LIST (\HasNoChildren \Archive) "/" Archive
      S: * LIST (\HasNoChildren \Drafts) "/" Drafts
      S: * LIST (\HasNoChildren \Junk) "/" Junk
      S: * LIST (\HasNoChildren \Sent) "/" Sent
      S: * LIST (\HasNoChildren \Trash) "/" Trash`

onEachStore("RFC 3501 §6.3.3 CREATE, §6.3.4 DELETE, §6.3.5 RENAME", (options) => {
  it.effect("CREATE (the RFC's example): a name that ends in the delimiter, and parents that come by themselves", () =>
    transcript(
      String.raw`
      C: A003 CREATE owatagusiam/
      S: A003 OK [MAILBOXID (…)] Created
      C: A004 CREATE owatagusiam/blurdybloop
      S: A004 OK [MAILBOXID (…)] Created
      C: A005 CREATE a/b/c
      S: A005 OK [MAILBOXID (…)] Created
      C: A006 LIST "" a*
      S: * LIST (\HasChildren) "/" a
      S: * LIST (\HasChildren) "/" a/b
      S: * LIST (\HasNoChildren) "/" a/b/c
      S: A006 OK …
      C: A007 LIST "" o*
      S: * LIST (\HasChildren) "/" owatagusiam
      S: * LIST (\HasNoChildren) "/" owatagusiam/blurdybloop
      S: A007 OK …
    `,
      options
    ))

  it.effect("CREATE refuses names that are taken or none", () =>
    transcript(
      `
      C: a CREATE INBOX
      S: a NO [ALREADYEXISTS] A mailbox of this name exists already
      C: b CREATE iNbOx/
      S: b NO [ALREADYEXISTS] A mailbox of this name exists already
      C: c CREATE Sent
      S: c NO [ALREADYEXISTS] A mailbox of this name exists already
      C: d CREATE ""
      S: d NO [CANNOT] A mailbox name has no empty part between slashes
      C: e CREATE a//b
      S: e NO [CANNOT] A mailbox name has no empty part between slashes
      C: f CREATE /a
      S: f NO [CANNOT] A mailbox name has no empty part between slashes
      C: g CREATE "a&AAc-b"
      S: g NO [CANNOT] A mailbox name has no control characters
      C: h CREATE ${"x".repeat(1001)}
      S: h NO [CANNOT] The mailbox name is too long
    `,
      options
    ))

  it.effect("DELETE (the RFC's example)", () =>
    transcript(
      String.raw`
      C: A681 CREATE blurdybloop
      S: A681 OK …
      C: A682 CREATE foo/bar
      S: A682 OK …
      C: A683 DELETE blurdybloop
      S: A683 OK Deleted
      C: A684 DELETE foo
      S: A684 NO [HASCHILDREN] The mailbox has others below it; delete those first
      C: A685 DELETE foo/bar
      S: A685 OK Deleted
      C: A686 DELETE foo
      S: A686 OK Deleted
      C: A687 DELETE INBOX
      S: A687 NO [CANNOT] INBOX cannot be deleted
      C: A688 DELETE foo
      S: A688 NO [NONEXISTENT] There is no mailbox foo
    `,
      options
    ))

  it.effect("a mailbox made again is another: its uids tell so", () =>
    transcript(
      `
      C: a CREATE x
      S: a OK …
      C: b APPEND x {4+}
      C: a: b
      S: b OK [APPENDUID «first» 1] Appended
      C: c DELETE x
      S: c OK …
      C: d CREATE x
      S: d OK …
      C: e STATUS x (MESSAGES UIDNEXT UIDVALIDITY)
      S: * STATUS x (MESSAGES 0 UIDNEXT 1 UIDVALIDITY «second»)
      S: e OK …
      C: f APPEND x {4+}
      C: a: b
      S: f OK [APPENDUID «second» 1] Appended
    `,
      options
    ))

  it.effect("RENAME (the RFC's example) takes what is below along", () =>
    transcript(
      String.raw`
      C: A682 CREATE foo/bar
      S: A682 OK …
      C: A683 APPEND foo/bar {4+}
      C: a: b
      S: A683 OK [APPENDUID «validity» 1] Appended
      C: A684 RENAME foo zowie/zap
      S: A684 OK Renamed
      C: A685 LIST "" "*a*"
      S: * LIST (\HasNoChildren \Drafts) "/" Drafts
      S: * LIST (\HasNoChildren \Trash) "/" Trash
      S: * LIST (\HasChildren) "/" zowie/zap
      S: * LIST (\HasNoChildren) "/" zowie/zap/bar
      S: A685 OK …
      C: A686 STATUS zowie/zap/bar (MESSAGES UIDVALIDITY)
      S: * STATUS zowie/zap/bar (MESSAGES 1 UIDVALIDITY «validity»)
      S: A686 OK …
      C: A687 RENAME foo x
      S: A687 NO [NONEXISTENT] There is no mailbox foo
      C: A688 RENAME zowie Sent
      S: A688 NO [ALREADYEXISTS] A mailbox of this name exists already
      C: A689 RENAME zowie zowie/zap/x
      S: A689 NO [CANNOT] A mailbox cannot be moved below itself
    `,
      options
    ))

  it.effect("RENAME of INBOX moves its messages and leaves it empty", () =>
    transcript(
      `
      C: a APPEND INBOX {4+}
      C: a: b
      S: * 1 EXISTS
      S: a OK [APPENDUID «inbox» 1] Appended
      C: b CREATE INBOX/below
      S: b OK …
      C: c RENAME INBOX old-mail
      S: * 1 EXPUNGE
      S: c OK Renamed
      C: d STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY)
      S: * STATUS INBOX (MESSAGES 0 UIDNEXT 2 UIDVALIDITY «inbox»)
      S: d OK …
      C: e STATUS old-mail (MESSAGES)
      S: * STATUS old-mail (MESSAGES 1)
      S: e OK …
      C: f STATUS INBOX/below (MESSAGES)
      S: * STATUS INBOX/below (MESSAGES 0)
      S: f OK …
    `,
      { ...options, begin: "selected" }
    ))
})

onEachStore("RFC 3501 §6.3.6 SUBSCRIBE, §6.3.7 UNSUBSCRIBE, §6.3.9 LSUB", (options) => {
  it.effect("LSUB names what is subscribed, and by % what only lies above it", () =>
    transcript(
      String.raw`
      C: a CREATE news/comp/mail
      S: a OK …
      C: b UNSUBSCRIBE news
      S: b OK Unsubscribed
      C: c UNSUBSCRIBE news/comp
      S: c OK Unsubscribed
      C: d LSUB "" *ews*
      S: * LSUB () "/" news/comp/mail
      S: d OK …
      C: e LSUB "news/" %
      S: * LSUB (\Noselect) "/" news/comp
      S: e OK …
      C: f SUBSCRIBE news/comp
      S: f OK Subscribed
      C: g LSUB "news/" %
      S: * LSUB () "/" news/comp
      S: g OK …
      C: h SUBSCRIBE nowhere
      S: h NO [NONEXISTENT] There is no mailbox nowhere
      C: i UNSUBSCRIBE nowhere
      S: i NO [NONEXISTENT] There is no mailbox nowhere
    `,
      options
    ))

  it.effect("a name stays subscribed when its mailbox is deleted (RFC 9051 §6.3.7)", () =>
    transcript(
      String.raw`
      C: a CREATE news/comp
      S: a OK …
      C: b DELETE news/comp
      S: b OK …
      C: c LSUB "" "news*"
      S: * LSUB () "/" news
      S: * LSUB (\Noselect) "/" news/comp
      S: c OK …
      C: d LIST (SUBSCRIBED) "" "news*" RETURN (STATUS (MESSAGES))
      S: * LIST (\HasNoChildren \Subscribed) "/" news
      S: * STATUS news (MESSAGES 0)
      S: * LIST (\NonExistent \Subscribed) "/" news/comp
      S: d OK …
      C: e LIST (SUBSCRIBED RECURSIVEMATCH) "" %
      S: (until) * LIST (\HasNoChildren \Subscribed) "/" news ("CHILDINFO" ("SUBSCRIBED"))
      S: e OK …
      C: f LIST "" "news*"
      S: * LIST (\HasNoChildren) "/" news
      S: f OK …
      C: g UNSUBSCRIBE news/comp
      S: g OK …
      C: h LSUB "" "news*"
      S: * LSUB () "/" news
      S: h OK …
    `,
      options
    ))
})

onEachStore("RFC 3501 §6.3.8 LIST, §6.3.10 STATUS", (options) => {
  it.effect("LIST (the RFC's first example) asks for the delimiter", () =>
    transcript(
      String.raw`
      C: A101 LIST "" ""
      S: * LIST (\Noselect) "/" ""
      S: A101 OK …
      C: A102 LIST "Archive/2026" ""
      S: * LIST (\Noselect) "/" ""
      S: A102 OK …
      C: A103 LSUB "" ""
      S: * LSUB (\Noselect) "/" ""
      S: A103 OK …
    `,
      options
    ))

  it.effect("LIST * names all, % one level, the reference stands before the pattern", () =>
    transcript(
      String.raw`
      C: a CREATE Archive/2026/May
      S: a OK …
      C: b LIST "" %
      S: * LIST (\HasNoChildren) "/" INBOX${STANDARD.replace("HasNoChildren \\Archive", "HasChildren \\Archive")}
      S: b OK …
      C: c LIST Archive/ *
      S: * LIST (\HasChildren) "/" Archive/2026
      S: * LIST (\HasNoChildren) "/" Archive/2026/May
      S: c OK …
      C: d LIST Archive/ %
      S: * LIST (\HasChildren) "/" Archive/2026
      S: d OK …
      C: e LIST "" %/%/M%
      S: * LIST (\HasNoChildren) "/" Archive/2026/May
      S: e OK …
      C: f LIST "" inbox
      S: * LIST (\HasNoChildren) "/" INBOX
      S: f OK …
      C: g LIST "" nothing*
      S: g OK …
      C: h LIST "" "*"
      S: * LIST (\HasNoChildren) "/" INBOX
      S: * LIST (\HasChildren \Archive) "/" Archive
      S: * LIST (\HasChildren) "/" Archive/2026
      S: * LIST (\HasNoChildren) "/" Archive/2026/May${STANDARD.slice(STANDARD.indexOf("\n", 1))}
      S: h OK …
    `,
      options
    ))

  it.effect("STATUS tells of any mailbox what is asked", () =>
    transcript(
      String.raw`
      C: a APPEND Sent (\Seen) {4+}
      C: a: b
      S: a OK …
      C: b APPEND Sent {4+}
      C: a: b
      S: b OK …
      C: A042 STATUS Sent (UIDNEXT MESSAGES UNSEEN RECENT UIDVALIDITY)
      S: * STATUS Sent (UIDNEXT 3 MESSAGES 2 UNSEEN 1 RECENT 0 UIDVALIDITY …)
      S: A042 OK …
      C: A043 STATUS Nowhere (MESSAGES)
      S: A043 NO [NONEXISTENT] There is no mailbox Nowhere
    `,
      options
    ))
})
