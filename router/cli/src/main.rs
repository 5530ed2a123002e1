//! The program `brrtrouter`: all of it is in the library beside it, so that the tests of TLS can run it with TLS built in.

fn main() -> std::process::ExitCode {
    brrtrouter_cli::run()
}
