//! A password from the keyring of a session of its own: a D-Bus, a GNOME keyring that is unlocked, an entry made by `secret-tool`.
//! Only where crickets is built with the feature `keyring`.

use crate::peers::{self, Dovecot, PASSWORD};
use crate::workspace::{PROGRAM, Workspace, command};

#[test]
fn a_password_is_read_from_the_keyring_of_the_session() {
    for (name, package) in
        [("dbus-run-session", "dbus-daemon"), ("gnome-keyring-daemon", "gnome-keyring"), ("secret-tool", "libsecret-tools")]
    {
        if peers::program(name, package).is_none() {
            return;
        }
    }
    let Some(dovecot) = Dovecot::start() else { return };
    let mut workspace = Workspace::new();
    std::fs::copy(dovecot.ca_file(), workspace.path().join("ca.pem")).unwrap();
    workspace.configure(&format!(
        "[mailbox.main]\nurl = \"imaps://shopper@localhost:{}\"\npassword = {{ keyring = \"shopper\" }}\naddress = \"shopper@crickets.test\"\n\
         ca_file = \"ca.pem\"\n",
        dovecot.imaps_port()
    ));
    // An empty keyring has no such entry; then there is one.
    let script = format!(
        "printf unlock | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n'{PROGRAM}' watch --once 2>&1\n\
         printf '{PASSWORD}' | secret-tool store --label crickets service crickets username shopper\n'{PROGRAM}' check 2>&1\n"
    );
    let runtime = workspace.path().join("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let base = command(&workspace.path(), &workspace.path().join("home"), &[]);
    let mut session = std::process::Command::new("timeout");
    session.args(["60", "dbus-run-session", "--", "sh", "-c", &script]).current_dir(workspace.path()).env_clear();
    session.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("XDG_RUNTIME_DIR", &runtime);
    let out = String::from_utf8(session.output().unwrap().stdout).unwrap();
    assert!(out.contains("holds no entry with the service `crickets` and the user name `shopper`"), "{out}");
    assert!(out.contains("logged in to localhost as shopper"), "{out}");
    assert!(!out.contains(PASSWORD), "{out}");
}
