//! `crickets completions SHELL`.

use clap::Args;

use super::{Context, DONE, Ended};

/// Print the completion script of a shell
///
/// For bash: `crickets completions bash > ~/.local/share/bash-completion/completions/crickets`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    shell: clap_complete::Shell,
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every command")]
pub(super) fn run(command: &Completions, context: &Context) -> Ended {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut super::command(), "crickets", &mut script);
    context.out.write(&String::from_utf8_lossy(&script));
    Ok(DONE)
}
