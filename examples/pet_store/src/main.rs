//! Serves the pet store: prints what there is and what to try, then waits for requests.

use std::path::PathBuf;
use std::process::ExitCode;

use brrtrouter::Api;
use clap::Parser;
use pet_store::{Config, demo};

/// A shop for pets, to be tried. Its data is in memory and limited; it ends with the program.
#[derive(Debug, Parser)]
#[command(name = "pet_store", version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, env = "PET_STORE_LISTEN", default_value = "127.0.0.1:8080")]
    listen: String,
    /// The credentials; those for demonstration, which are public, unless a file is given.
    #[arg(long, env = "PET_STORE_CONFIG")]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let config = match &arguments.config {
        Some(path) => Config::from_path(path),
        None => Config::demo(),
    };
    let config = match config {
        Ok(config) => config,
        Err(fault) => {
            eprintln!("pet_store: {fault}");
            return ExitCode::from(2);
        }
    };
    match pet_store::api(&config) {
        Ok(api) => {
            introduce(&api, &arguments);
            serve(api, &arguments.listen)
        }
        Err(diagnostics) => {
            eprint!("{diagnostics}");
            ExitCode::FAILURE
        }
    }
}

/// What there is, and what to try.
fn introduce(api: &Api, arguments: &Arguments) {
    println!("The pet store: http://{}/v1, {} operations\n", arguments.listen, api.operations().len());
    println!("{}", api.listing());
    if arguments.config.is_none() {
        println!(
            "Its credentials are for demonstration and public: examples/pet_store/config/demo.yaml. Try:\n"
        );
        for request in &demo::TRIES {
            println!("# {} ({})\n{}", request.shows, request.status, request.at(&arguments.listen));
        }
    }
}

/// Serves until the program is ended.
fn serve(api: Api, address: &str) -> ExitCode {
    drop(api);
    eprintln!(
        "\npet_store: nothing listens on {address}: the HTTP server is not yet available in this build"
    );
    ExitCode::from(2)
}
