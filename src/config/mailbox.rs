//! A mailbox of ours: where it is read, and how alias addresses are made of its address.

use std::path::PathBuf;

use super::{Oauth, Secret};

/// Where a mailbox is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailboxUrl {
    /// IMAP over TLS from the first byte (`imaps`), or `imap`: STARTTLS, plain only on loopback.
    Imap {
        /// TLS from the first byte.
        tls: bool,
        /// Login name.
        user: String,
        /// Server.
        host: String,
        /// Port.
        port: u16,
    },
    /// A Maildir.
    Maildir(PathBuf),
    /// An mbox file.
    Mbox(PathBuf),
}

/// How an inquiry's own address is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasKind {
    /// `shopper+TOKEN@example.org`.
    Plus,
    /// `TOKEN@example.org`.
    CatchAll,
    /// The next unused address of a list.
    List,
}

/// A mailbox of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Its name, e.g. `main`; the source is `mailbox.main`.
    pub name: String,
    /// Where it is read.
    pub url: MailboxUrl,
    /// Where its password comes from.
    pub password: Option<Secret>,
    /// How it logs in by OAuth, in place of a password.
    pub oauth: Option<Oauth>,
    /// Its address.
    pub address: String,
    /// How aliases are made.
    pub alias: AliasKind,
    /// For [`AliasKind::List`]: the addresses.
    pub aliases: Vec<String>,
    /// Folders to read; `None`: all but Sent, Drafts and Trash.
    pub folders: Option<Vec<String>>,
    /// Megabytes over which a message is fetched in its beginning only.
    pub max_message_mb: u16,
    /// A private CA, PEM.
    pub ca_file: Option<PathBuf>,
    /// Hosts whose `Received` lines we believe; empty: those of the domain of [`home`](Self::home).
    pub trusted: Vec<String>,
}

impl Mailbox {
    /// The source name, `mailbox.<name>`.
    #[must_use]
    pub fn source(&self) -> String {
        format!("mailbox.{}", self.name)
    }

    /// The host that tells the provider: the IMAP server's, or for files the domain of the address.
    #[must_use]
    pub fn home(&self) -> &str {
        match &self.url {
            MailboxUrl::Imap { host, .. } => host,
            MailboxUrl::Maildir(_) | MailboxUrl::Mbox(_) => self.address.split_once('@').map_or("", |(_, domain)| domain),
        }
    }

    /// The addresses from which we write, as [`ImapSettings::own`](crate::collect::mail::imap::ImapSettings::own) takes them.
    #[must_use]
    pub fn own_addresses(&self) -> Vec<String> {
        let domain = self.address.rsplit_once('@').filter(|_| self.alias == AliasKind::CatchAll).map(|(_, domain)| format!("@{domain}"));
        let user = match &self.url {
            MailboxUrl::Imap { user, .. } if user.contains('@') => Some(user.clone()),
            _ => None,
        };
        [self.address.clone()].into_iter().chain(self.aliases.iter().cloned()).chain(user).chain(domain).collect()
    }

    /// The alias address for a token; `used` are the list addresses already taken. `None` when a list is used up.
    #[must_use]
    pub fn alias_address(&self, token: &str, used: &[String]) -> Option<String> {
        let (local, domain) = self.address.split_once('@')?;
        match self.alias {
            AliasKind::Plus => Some(format!("{local}+{token}@{domain}")),
            AliasKind::CatchAll => Some(format!("{token}@{domain}")),
            AliasKind::List => self.aliases.iter().find(|alias| !used.contains(alias)).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_made_of_the_address() {
        let mut mailbox = Mailbox {
            name: "main".into(),
            url: MailboxUrl::Maildir("mail".into()),
            password: None,
            oauth: None,
            address: "shopper@example.org".into(),
            alias: AliasKind::Plus,
            aliases: vec!["a@example.org".into(), "b@example.org".into()],
            folders: None,
            max_message_mb: 25,
            ca_file: None,
            trusted: vec![],
        };
        assert_eq!(mailbox.alias_address("k7f3", &[]).as_deref(), Some("shopper+k7f3@example.org"));
        mailbox.alias = AliasKind::CatchAll;
        assert_eq!(mailbox.alias_address("k7f3", &[]).as_deref(), Some("k7f3@example.org"));
        mailbox.alias = AliasKind::List;
        assert_eq!(mailbox.alias_address("k7f3", &["a@example.org".into()]).as_deref(), Some("b@example.org"));
        assert_eq!(mailbox.alias_address("k7f3", &["a@example.org".into(), "b@example.org".into()]), None);
    }
}
