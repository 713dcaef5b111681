//! Folders of any name, listed in any way, and folders that fail: none of them costs the mail of another.

use super::imap::{ImapSettings, Tls};
use super::imap_peers::{Dovecot, asked, fetched, mail, pass, plain, sane, serve};

const DATE: &str = "\"02-Nov-2026 15:04:05 +0000\"";

fn bodies(tag: &str, command: &str) -> String {
    let bodies: String = asked(command).into_iter().map(|uid| fetched(uid, DATE)).collect();
    format!("{bodies}{tag} OK done\r\n")
}

#[test]
fn no_way_of_listing_folders_hides_the_inbox_or_a_wished_folder() {
    let inbox = "* LIST (\\HasNoChildren) \"/\" INBOX\r\n";
    let cases = [
        (format!("{inbox}* LIST () \"/\" \"Entw\u{fc}rfe 2\"\r\n"), &["INBOX", "Entw\u{fc}rfe 2"][..]),
        ("* LIST ()  \"/\"  INBOX\r\n* LIST () \"/\" \"A\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n".to_owned(), &["INBOX", "A"]),
        ("* LIST () \"/\" {5}\r\nINBOX\r\n* LIST () \"/\" {6}\r\nA \"b\" \r\n".to_owned(), &["INBOX", "A \"b\" "]),
        (format!("{inbox}* STATUS \"A\" (MESSAGES 1)\r\n"), &["INBOX"]),
        ("* LIST () \"/\" \"A\\\\B\"\r\n".to_owned(), &["INBOX", "A\\B"]),
        (String::new(), &["INBOX"]),
    ];
    for (list, names) in cases {
        let listing = list.clone();
        let (port, connections) = serve(move |tag, command| match command.split(' ').next() {
            Some("LIST") => format!("{listing}{tag} OK done\r\n"),
            _ => sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command)),
        });
        let (pass, records) = pass(&plain(port), &[]).unwrap();
        assert_eq!(pass.folders.iter().map(|folder| folder.folder.as_str()).collect::<Vec<_>>(), names, "{list}");
        assert_eq!(records.len(), names.len(), "{list}");
        assert_eq!(connections.load(std::sync::atomic::Ordering::SeqCst), 1, "{list}");
    }
    for refusal in ["NO not now", "BAD what"] {
        let (port, _) = serve(move |tag, command| match command.split(' ').next() {
            Some("LIST") => format!("{tag} {refusal}\r\n"),
            _ => sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command)),
        });
        let error = pass(&plain(port), &[]).unwrap_err();
        assert!(miette::Diagnostic::help(&error).unwrap().to_string().contains("folders = "), "{error}");
        let settings = ImapSettings { folders: Some(vec!["INBOX".to_owned(), "Junk".to_owned()]), ..plain(port) };
        let (pass, records) = pass(&settings, &[]).unwrap();
        assert_eq!((pass.folders.len(), records.len()), (2, 2), "{refusal}");
    }
}

#[test]
fn a_folder_whose_name_must_be_escaped_is_read() {
    let Some(server) = Dovecot::start() else { return };
    let (name, quoted) = ("Say \"yes\" \\ no", "\"Say \\\"yes\\\" \\\\ no\"");
    server.deliver("", "1793631841.a.host", &mail(1));
    server.say(&[&format!("CREATE {quoted}"), "SELECT INBOX", &format!("COPY 1 {quoted}"), "CREATE Entw&APw-rfe2"]);
    let (pass, records) = pass(&server.settings(Tls::Implicit), &[]).unwrap();
    let names: Vec<_> = pass.folders.iter().map(|folder| folder.folder.as_str()).collect();
    assert_eq!(names, ["INBOX", "Junk", "Entwürfe2", name]);
    assert!(pass.folders.iter().all(|folder| folder.problems.is_empty()), "{pass:?}");
    assert_eq!((records.len(), records[1].external_id.starts_with(name)), (2, true));
}
