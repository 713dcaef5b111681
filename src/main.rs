//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    crickets::cli::main(std::env::args_os())
}
