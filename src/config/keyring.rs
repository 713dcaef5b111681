//! Passwords in the keyring of the user's session: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on
//! Windows. With the feature `keyring` only. An entry is found by the service `crickets` and its name.

use secrecy::SecretString;

/// The service that entries of ours are under.
pub(super) const SERVICE: &str = "crickets";

/// Reads an entry; the message when there is none. A keyring may ask its user to unlock it: that is waited for, but not for ever.
#[cfg(feature = "keyring")]
pub(super) fn get(name: &str) -> Result<SecretString, String> {
    use std::sync::mpsc;
    use std::time::Duration;

    /// How long a person may take to unlock it.
    const PATIENCE: Duration = Duration::from_mins(2);

    let (sender, receiver) = mpsc::channel();
    let entry = name.to_owned();
    // A thread of its own: the wait can be given up, and may begin in async code.
    std::thread::spawn(move || {
        let read = ::keyring::v1::Entry::new(SERVICE, &entry).and_then(|entry| entry.get_password()).map(SecretString::from);
        let _ = sender.send(read);
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(Ok(password)) => Ok(password),
        Ok(Err(::keyring::v1::Error::NoEntry)) => Err(format!(
            "holds no entry with the service `{SERVICE}` and the user name `{name}`; on Linux: `secret-tool store --label crickets service {SERVICE} username {name}`"
        )),
        Ok(Err(::keyring::v1::Error::Ambiguous(_))) => Err(format!("holds several entries `{name}` of the service `{SERVICE}`; leave one")),
        Ok(Err(::keyring::v1::Error::NoDefaultStore)) => Err("does not answer: is there a session with a keyring?".to_owned()),
        Ok(Err(error)) => Err(format!("does not give it: {error}")),
        Err(_) => Err("was not unlocked in time".to_owned()),
    }
}

/// Without the feature such a place is refused when the configuration is read; this is never asked.
#[cfg(not(feature = "keyring"))]
pub(super) fn get(_: &str) -> Result<SecretString, String> {
    Err("is not read by this build".to_owned())
}

/// What to do where a build reads no keyring.
pub(super) fn absent(name: &str) -> Option<String> {
    let why = "this build reads no keyring: build it with `--features keyring`, or write";
    (!cfg!(feature = "keyring")).then(|| format!("{why} `{{ command = \"secret-tool lookup service {SERVICE} username {name}\" }}`"))
}
