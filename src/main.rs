//! Parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    crickets::guard::tell_caught_panics();
    crickets::cli::main(std::env::args_os())
}
