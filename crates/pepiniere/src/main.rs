//! See `pepiniere --help`, and docs/architecture.md.

use std::process::ExitCode;

use pepiniere::command_line;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::from(3);
        }
    };
    runtime.block_on(command_line::run())
}
