//! The command `brrtrouter` with TLS built in, for the tests beside it.

fn main() -> std::process::ExitCode {
    brrtrouter_cli::run()
}
