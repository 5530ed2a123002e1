//! Serves the pet store: prints what there is and what to try, then waits for requests.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use brrtrouter::{Api, DescriptionTexts, Metrics, RequestIds, Server, Service};
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
        Ok(api) => serve(api, &arguments).unwrap_or_else(|fault| {
            eprintln!("pet_store: {fault}");
            ExitCode::from(2)
        }),
        Err(diagnostics) => {
            eprint!("{diagnostics}");
            ExitCode::FAILURE
        }
    }
}

/// What there is, and what to try.
fn introduce(api: &Api, address: &str, arguments: &Arguments) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "The pet store: http://{address}/v1, {} operations\n", api.operations().len())?;
    writeln!(out, "{}", api.listing())?;
    if arguments.config.is_none() {
        writeln!(
            out,
            "Its credentials are for demonstration and public: examples/pet_store/config/demo.yaml. Try:\n"
        )?;
        for request in &demo::TRIES {
            writeln!(out, "# {} ({})\n{}", request.shows, request.status, request.at(address))?;
        }
    }
    writeln!(out, "\nAlso http://{address}/health, /ready, /metrics and /openapi.yaml. Stop it with Ctrl-C.")
}

/// Serves until the program is ended.
fn serve(api: Api, arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let server = Server::bind(arguments.listen.as_str())?;
    // Port 0 is known once it is bound.
    let address = server.addresses().next().map(ToString::to_string).unwrap_or_default();
    // Where nobody reads it any more, as behind `head`, it is served all the same.
    introduce(&api, &address, arguments).unwrap_or_default();
    let texts = DescriptionTexts::from(&pet_store::description()?);
    let metrics = Metrics::new()?;
    let service = Service::builder(api)
        .request_ids(RequestIds::new())
        .description(texts)
        .metrics(&metrics)
        .metrics_page(&metrics)
        .build()?;
    let running = server.serve(service)?.stop_on_signals()?;
    running.report_to(&metrics);
    running.wait();
    Ok(ExitCode::SUCCESS)
}
