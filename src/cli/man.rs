//! `crickets man`.

use clap::Args;
use clap_mangen::Man as Page;

use super::{Context, DONE, Ended};
use crate::audit::AuditError;

/// Print the manual page
///
/// All commands are in one page: `crickets man > ~/.local/share/man/man1/crickets.1`.
#[derive(Debug, Args)]
pub(super) struct Man {}

/// What no help text says.
const CLOSING: &str = r#".SH "EXIT STATUS"
.TP
0
Done. Blocked, rejected and unclear submissions are results, not failures.
.TP
1
Something failed, or \fBcheck\fR found a fault.
.TP
2
Wrong usage or unreadable input.
.TP
3
Everything was refused on principle: no basis, do\-not\-shop, frequency cap, jurisdiction.
.TP
130
Interrupted.
.SH FILES
.TP
crickets.toml
Makes a folder a workspace: personas, mailboxes, phones, what binds every wave.
.TP
shops/*.toml
One target each.
.TP
reports/
What \fBreport\fR writes, a folder a wave.
.TP
\&.crickets/
The store and the evidence.
"#;

pub(super) fn run(_: &Man, context: &Context) -> Ended {
    let page = page().map_err(|error| AuditError::wrong(format!("write the manual page: {error}"), "try again"))?;
    context.out.write(&page);
    Ok(DONE)
}

fn page() -> std::io::Result<String> {
    let mut whole = super::command();
    whole.build();
    let head = Page::new(whole.clone());
    let mut page = Vec::new();
    head.render_title(&mut page)?;
    head.render_name_section(&mut page)?;
    head.render_synopsis_section(&mut page)?;
    head.render_description_section(&mut page)?;
    head.render_options_section(&mut page)?;
    let mut page = text(&page);
    page.push_str(".SH COMMANDS\n");
    for command in whole.get_subcommands() {
        section(command, &mut page)?;
    }
    page.push_str(CLOSING);
    Ok(page)
}

/// A command under a heading of its own, and below it the commands within it.
fn section(command: &clap::Command, page: &mut String) -> std::io::Result<()> {
    if command.get_name() == "help" {
        return Ok(());
    }
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    // What every command understands is told once, at the head.
    let own = command.clone().mut_args(|arg| {
        let told = arg.is_global_set() || matches!(arg.get_id().as_str(), "help" | "version");
        arg.hide(told)
    });
    let man = Page::new(own.display_name(name.clone()));
    let mut part = Vec::new();
    man.render_synopsis_section(&mut part)?;
    man.render_description_section(&mut part)?;
    if command.get_arguments().any(|arg| !arg.is_global_set() && arg.get_id() != "help") {
        man.render_options_section(&mut part)?;
    }
    page.push_str(&format!(".SS \"{name}\"\n"));
    for line in text(&part).lines() {
        if line.starts_with(".ie ") || line.starts_with(".el ") {
            continue;
        }
        page.push_str(if line.starts_with(".SH ") { ".PP" } else { line });
        page.push('\n');
    }
    command.get_subcommands().try_for_each(|inner| section(inner, page))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_the_page_once() {
        fn leaves(command: &clap::Command, path: &str, found: &mut Vec<String>) {
            for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
                let path = format!("{path} {}", inner.get_name());
                leaves(inner, &path, found);
                found.push(path);
            }
        }
        let page = page().unwrap();
        let mut all = Vec::new();
        leaves(&crate::cli::command(), "crickets", &mut all);
        assert!(all.contains(&"crickets record touch".to_owned()));
        for name in all {
            assert_eq!(page.matches(&format!(".SS \"{name}\"\n")).count(), 1, "{name}");
        }
        assert_eq!(page.matches(".SH SYNOPSIS").count(), 1);
        assert_eq!(page.matches("crickets.toml\nMakes").count(), 1);
    }
}
