//! The tests' Dovecot, and where its mail lies: a box of 10,000 is laid down as files, not delivered.

use std::path::{Path, PathBuf};

use crate::letters::{Asked, letter};
use crate::peers::{Dovecot, is_root, user_ids};

/// Where the mail lies.
fn maildir(dovecot: &Dovecot) -> PathBuf {
    dovecot.ca_file().with_file_name("mail/shopper/Maildir")
}

/// The port for IMAP without TLS.
pub(crate) fn imap_port(dovecot: &Dovecot) -> u16 {
    let config = std::fs::read_to_string(dovecot.ca_file().with_file_name("dovecot.conf")).unwrap();
    let port = config.split("inet_listener imap {").nth(1).and_then(|rest| rest.split("port = ").nth(1));
    port.and_then(|rest| rest.lines().next()).and_then(|port| port.trim().parse().ok()).expect("the configuration names the port")
}

/// Lays letters into a folder as if they had been delivered; gives their bytes.
pub(crate) fn fill(dovecot: &Dovecot, folder: &str, count: u64, asked: &[Asked]) -> u64 {
    let folder = if folder == "INBOX" { maildir(dovecot) } else { maildir(dovecot).join(format!(".{folder}")) };
    let home = maildir(dovecot).parent().expect("a Maildir lies in a home").to_owned();
    for path in [home, maildir(dovecot), folder.clone(), folder.join("cur"), folder.join("new"), folder.join("tmp")] {
        std::fs::create_dir_all(&path).unwrap();
        own(&path);
    }
    (0..count)
        .map(|number| {
            let text = letter(number, asked);
            let path = folder.join("cur").join(format!("{}:2,", name(number, &text)));
            std::fs::write(&path, &text).unwrap();
            own(&path);
            text.len() as u64
        })
        .sum()
}

/// Lets a letter come into INBOX now.
pub(crate) fn deliver(dovecot: &Dovecot, number: u64, text: &str) {
    let (tmp, new) = (maildir(dovecot).join("tmp").join(name(number, text)), maildir(dovecot).join("new").join(name(number, text)));
    std::fs::write(&tmp, text).unwrap();
    own(&tmp);
    std::fs::rename(tmp, new).unwrap();
}

/// A name as Dovecot gives it, with both sizes, so that it need not read the file to know them.
fn name(number: u64, text: &str) -> String {
    let lines = text.bytes().filter(|byte| *byte == b'\n').count();
    format!("{}.M{number}P1.bench,S={},W={}", 1_795_670_000 + number / 10, text.len(), text.len() + lines)
}

fn own(path: &Path) {
    if is_root() {
        let (user, group) = user_ids("nobody").expect("a machine with root has nobody");
        std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
    }
}
