//! The conformance suite's program; see `conformance --help` and `docs/cases.md`.

fn main() -> std::process::ExitCode {
    conformance::cli::main()
}
