/** Dovecot 2.3 as its manual shows it, on one loopback port. What is not said here is Dovecot's default. */

export interface DovecotSettings {
  readonly folder: string
  readonly port: number
  readonly format: "sdbox" | "mdbox" | "maildir"
  /** Of mail_crypt's keys; undefined: no encryption. */
  readonly curve: string | undefined
  /** Who mail belongs to. Started by root, Dovecot changes to its package's users; else it stays who it is. */
  readonly owner: { readonly user: string; readonly group: string; readonly isRoot: boolean }
}

const unprivileged = ({ group, user }: DovecotSettings["owner"]): string => `
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
service stats {
  chroot =
}`

/** Each user has a key, each mailbox another under it; the user's is encrypted with the password of the login. */
const encrypted = (curve: string): string => `
mail_plugins = mail_crypt
mail_attribute_dict = file:%h/attributes
plugin {
  mail_crypt_curve = ${curve}
  mail_crypt_save_version = 2
  mail_crypt_require_encrypted_user_key = yes
}`

/** `mail_max_userip_connections` is 10 by default, and 50 clients of one user come from one address. */
export const text = ({ curve, folder, format, owner, port }: DovecotSettings): string => `
protocols = imap
listen = 127.0.0.1
ssl = no
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = ${folder}/log
first_valid_uid = 1
mail_max_userip_connections = 200
mail_location = ${format}:~/mail
namespace inbox {
  inbox = yes
}
service imap-login {
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
passdb {
  driver = passwd-file
  args = ${folder}/users
  override_fields = userdb_mail_crypt_private_password=%w
}
userdb {
  driver = static
  args = uid=${owner.user} gid=${owner.group} home=${folder}/home
}
${owner.isRoot ? "" : unprivileged(owner)}
${curve === undefined ? "" : encrypted(curve)}
`
