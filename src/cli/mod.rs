//! The face on the audit: one file per command, whose doc comment is its help text. stdout is the result, stderr is progress
//! and sentences. Nothing past this room reads a raw flag.

mod appeal;
mod check;
mod completions;
mod demo;
mod import;
mod init;
mod inspect;
mod login;
mod man;
mod mapping;
mod output;
mod probe;
mod program;
mod purge_list;
mod record;
mod rederive;
mod report;
mod review;
mod rubric;
mod score;
mod serve;
mod shop;
mod status;
mod watch;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Datelike, Utc};
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, ColorChoice, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::audit::{AuditError, CONFIG_FILE, Workspace};
use crate::clock::Clock;
use output::Output;

/// Done.
const DONE: u8 = 0;
/// Something failed, or `check` found a fault.
const FAILED: u8 = 1;
/// Wrong usage or unreadable input.
const USAGE: u8 = 2;
/// Everything was refused on principle.
const REFUSED: u8 = 3;
/// Interrupted.
const INTERRUPTED: u8 = 130;

/// Mystery-shops home builders' websites, and scores how their online sales counselors answer.
///
/// crickets submits the inquiry on the builder's own form, watches mailbox and call logs for 30 days, and writes scored
/// reports with the evidence behind every point. Nothing is ever sent to a site without `shop --send`.
#[derive(Debug, Parser)]
#[command(name = "crickets", version, arg_required_else_help = true, max_term_width = 120)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The workspace; by default the nearest folder upward with a crickets.toml.
    #[arg(long, global = true, value_name = "DIR", env = "CRICKETS_WORKSPACE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    workspace: Option<PathBuf>,
    /// The store, in place of the one in crickets.toml.
    #[arg(long, global = true, value_name = "URL", env = "CRICKETS_STORE", hide = true, hide_env_values = true)]
    store: Option<String>,
    /// Machine output: one JSON document on stdout, nothing else.
    #[arg(long, global = true)]
    json: bool,
    /// Say more on stderr; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Say only what went wrong.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Colour in messages.
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
    /// Rehearsal clock: starts there and ticks; what is recorded under it is marked as a rehearsal.
    #[arg(long, global = true, value_name = "RFC3339", value_parser = instant)]
    now: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Demo(demo::Demo),
    Probe(probe::ProbeArgs),
    Check(check::Check),
    Login(login::Login),
    Shop(shop::ShopArgs),
    Record(record::Record),
    Watch(watch::Watch),
    Serve(serve::Serve),
    Import(import::Import),
    Status(status::Status),
    Review(review::Review),
    Report(report::ReportArgs),
    PurgeList(purge_list::PurgeListArgs),
    Rederive(rederive::Rederive),
    Score(score::ScoreArgs),
    #[command(subcommand)]
    Inspect(inspect::Inspect),
    Rubric(rubric::RubricArgs),
    Program(program::ProgramArgs),
    Completions(completions::Completions),
    Man(man::Man),
}

/// A command's end: its exit status, or what went wrong.
type Ended = Result<u8, AuditError>;

/// What a command has at hand.
struct Context {
    global: Global,
    clock: Clock,
    out: Output,
}

impl Context {
    /// Opens the workspace.
    async fn workspace(&self) -> Result<Workspace, AuditError> {
        Workspace::open(&self.root()?, self.global.store.clone(), self.clock.clone()).await
    }

    /// The folder of the workspace.
    fn root(&self) -> Result<PathBuf, AuditError> {
        Ok(match self.global.workspace.as_ref().filter(|root| !root.as_os_str().is_empty()) {
            Some(root) if !root.join(CONFIG_FILE).exists() => {
                let shown = root.display();
                return Err(AuditError::wrong(
                    format!("find a workspace in {shown}: it has no {CONFIG_FILE}"),
                    format!("make one with `crickets init {shown}`"),
                ));
            }
            Some(root) => root.clone(),
            None => Workspace::find(&std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")))?,
        })
    }
}

/// The whole command line program.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let parsed = command().color(color_of_help(&args)).try_get_matches_from(args).and_then(|found| Cli::from_arg_matches(&found));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results; a broken pipe is no failure.
            let failed = error.print().is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
            return ExitCode::from(match (error.use_stderr(), failed) {
                (true, _) => USAGE,
                (false, true) => FAILED,
                (false, false) => DONE,
            });
        }
    };
    messages(&cli.global);
    let clock = cli.global.now.map_or_else(Clock::system, Clock::rehearsal);
    let context = Context { out: Output::new(cli.global.json, cli.global.quiet), global: cli.global, clock };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            context.out.say(&format!("could not start: {error}."));
            return ExitCode::from(FAILED);
        }
    };
    let status = runtime.block_on(async {
        tokio::select! {
            ended = run(cli.command, &context) => match ended {
                Ok(status) => context.out.finish(status),
                Err(error) => {
                    let status = if error.is_usage() { USAGE } else { FAILED };
                    context.out.error(error);
                    context.out.finish(status)
                }
            },
            () = interrupted() => INTERRUPTED,
        }
    });
    // A thread that waits on a mail server must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_millis(500));
    ExitCode::from(status)
}

async fn run(command: Command, context: &Context) -> Ended {
    match command {
        Command::Init(command) => init::run(&command, context),
        Command::Demo(command) => demo::run(&command, context).await,
        Command::Probe(command) => probe::run(command, context).await,
        Command::Check(command) => check::run(&command, context).await,
        Command::Login(command) => login::run(&command, context).await,
        Command::Shop(command) => shop::run(command, context).await,
        Command::Record(command) => record::run(command, context).await,
        Command::Watch(command) => watch::run(&command, context).await,
        Command::Serve(command) => serve::run(&command, context).await,
        Command::Import(command) => import::run(command, context).await,
        Command::Status(command) => status::run(&command, context).await,
        Command::Review(command) => review::run(command, context).await,
        Command::Report(command) => report::run(command, context).await,
        Command::PurgeList(command) => purge_list::run(&command, context).await,
        Command::Rederive(command) => rederive::run(&command, context).await,
        Command::Score(command) => score::run(&command, context),
        Command::Inspect(command) => inspect::run(command, context).await,
        Command::Rubric(command) => rubric::run(&command, context),
        Command::Program(command) => program::run(&command, context),
        Command::Completions(command) => completions::run(&command, context),
        Command::Man(command) => man::run(&command, context),
    }
}

/// Resolves on Ctrl-C or a polite kill.
async fn interrupted() {
    let ctrl_c = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = ctrl_c => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = ctrl_c.await;
}

/// Sets up how messages look and which log lines are shown.
fn messages(global: &Global) {
    let color = match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    };
    let terminal = std::io::stderr().is_terminal();
    // Messages name their cause themselves; lines are only broken for eyes, so that a path in a log stays whole.
    let _ = miette::set_hook(Box::new(move |_| {
        let look = miette::MietteHandlerOpts::new().color(color).unicode(terminal).wrap_lines(terminal);
        Box::new(look.break_words(false).without_cause_chain().build())
    }));
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "crickets=info,warn",
        // Ours only: what other crates trace may hold a password.
        (false, _) => "crickets=trace,warn",
    };
    let _ = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(color)
        .with_env_filter(tracing_subscriber::EnvFilter::new(level))
        .without_time()
        .try_init();
}

/// An instant on the command line.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let years = 1970..=9000;
    let parsed = text.parse::<DateTime<Utc>>().ok().filter(|instant| years.contains(&instant.year()));
    parsed.ok_or_else(|| "write it as 2026-11-02T16:00:00Z or 2026-11-02T10:00:00-06:00".to_owned())
}

/// How help and wrong usage are coloured, which is known before the command line is understood.
fn color_of_help(args: &[OsString]) -> ColorChoice {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).take_while(|arg| arg != "--").collect();
    let spaced = args.iter().zip(args.iter().skip(1)).filter(|(name, _)| *name == "--color").map(|(_, value)| value.as_ref());
    let joined = args.iter().filter_map(|arg| arg.strip_prefix("--color="));
    match spaced.chain(joined).last() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// The command line as clap sees it, for completions, the man page and the README's help block.
fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn an_instant_has_a_date_a_time_and_a_zone() {
        for good in ["2026-11-02T16:00:00Z", "2026-11-02T10:00:00-06:00", "2026-11-02T16:00:00.000Z"] {
            assert_eq!(instant(good).unwrap().to_rfc3339(), "2026-11-02T16:00:00+00:00");
        }
        for bad in ["2026-11-02", "tomorrow", "2026-11-02T16:00:00", "+262142-01-01T00:00:00Z", "2026-02-30T00:00:00Z", ""] {
            assert!(instant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn help_is_coloured_as_asked() {
        for (line, want) in [
            ("crickets shop --help", ColorChoice::Auto),
            ("crickets --color never", ColorChoice::Never),
            ("crickets shop --color=always", ColorChoice::Always),
            ("crickets shop -- --color=always", ColorChoice::Auto),
        ] {
            assert_eq!(color_of_help(&line.split(' ').map(OsString::from).collect::<Vec<_>>()), want, "{line}");
        }
    }
}
