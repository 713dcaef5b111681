//! A command as a whole process, with the system's own account of it, which GNU time asks for.

use std::process::{Command, Stdio};

/// What a process took.
pub(crate) struct Figures {
    /// Seconds that passed.
    pub(crate) wall: f64,
    /// Seconds of CPU in the program.
    pub(crate) user: f64,
    /// Seconds of CPU in the kernel on its behalf.
    pub(crate) system: f64,
    /// The most memory it held.
    pub(crate) peak_mb: f64,
}

/// Runs a command to its good end; gives its figures and what it printed.
pub(crate) fn timed(command: &Command) -> (Figures, String) {
    let account = tempfile::NamedTempFile::new().unwrap();
    let mut timed = Command::new("/usr/bin/time");
    timed.args(["-f", "%e %U %S %M", "-o"]).arg(account.path()).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        timed.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => timed.env(name, value),
            None => timed.env_remove(name),
        };
    }
    let output = timed.stdin(Stdio::null()).output().expect("GNU time is installed (apt-get install time)");
    let (out, err) = (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{command:?}: {}\n{out}\n{err}", output.status);
    let text = std::fs::read_to_string(account.path()).unwrap();
    let numbers: Vec<f64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    let [wall, user, system, kilobytes] = numbers.as_slice() else { panic!("GNU time said {text}") };
    (Figures { wall: *wall, user: *user, system: *system, peak_mb: kilobytes * 1024.0 / 1e6 }, out)
}
