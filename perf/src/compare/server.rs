//! The servers that are compared: their names, what each does of the work, and how one is started.

use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;
use serde::Serialize;

use super::place::Places;
use crate::fault::Fault;
use crate::transport::{Asked, ServerKind, Subject, free_port};

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Compared {
    /// Our own server.
    Ours,
    /// Our `Api` on `may_minihttp`.
    Mounted,
    /// `may_minihttp` with a constant answer.
    Bare,
    /// axum, on tokio.
    Axum,
    /// actix-web.
    ActixWeb,
    /// Go's net/http.
    Go,
    /// Express, on Node.js.
    Express,
    /// FastAPI, under uvicorn.
    Fastapi,
    /// nginx with a constant answer.
    Nginx,
}

/// Where a server is, once it is found to be installed.
#[derive(Debug)]
pub enum Program {
    /// A verb of this program.
    Own(ServerKind),
    /// A program with its arguments, that tells its address as its first line.
    Tells(PathBuf, Vec<PathBuf>),
    /// nginx with the text of its configuration.
    Nginx(String),
}

impl Compared {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "our server",
            Self::Mounted => "our Api on may_minihttp",
            Self::Bare => "bare may_minihttp",
            Self::Axum => "axum",
            Self::ActixWeb => "actix-web",
            Self::Go => "Go net/http",
            Self::Express => "Express",
            Self::Fastapi => "FastAPI",
            Self::Nginx => "nginx",
        }
    }

    /// Whether it does the whole work; others answer a constant.
    pub const fn does_the_work(self) -> bool {
        !matches!(self, Self::Bare | Self::Nginx)
    }

    /// Whether it is asked this.
    pub fn is_asked(self, asked: Asked) -> bool {
        self.does_the_work() || asked == Asked::Hello
    }

    /// Starts it where servers have their place.
    ///
    /// # Errors
    /// That it does not start.
    pub fn start(self, program: &Program, places: Places) -> Result<Subject, Fault> {
        let command = |program: &PathBuf, arguments: &[PathBuf]| {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        };
        places.as_server(|| match program {
            Program::Own(kind) => Subject::serve(*kind),
            Program::Tells(program, arguments) => Subject::start(self.name(), command(program, arguments)),
            Program::Nginx(configuration) => nginx(configuration),
        })
    }
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// nginx neither tells a port nor takes 0 for one.
fn nginx(configuration: &str) -> Result<Subject, Fault> {
    let address =
        free_port().map_err(|error| Fault::new(format!("nginx: there is no free port: {error}")))?;
    let folder = std::env::temp_dir().join(format!("perf-nginx-{}-{}", std::process::id(), address.port()));
    std::fs::create_dir_all(&folder).map_err(|error| Fault::at(&folder, &error))?;
    let file = folder.join("nginx.conf");
    let text = configuration
        .replace("PORT", &address.port().to_string())
        .replace("FOLDER", &folder.display().to_string());
    std::fs::write(&file, text).map_err(|error| Fault::at(&file, &error))?;
    let mut command = Command::new("nginx");
    command.arg("-e").arg(folder.join("error.log")).arg("-p").arg(&folder).arg("-c").arg(&file);
    let started = Subject::start_at("nginx", command, address);
    // It has read what it needs; the files that it holds stay for as long as it holds them.
    std::fs::remove_dir_all(&folder).unwrap_or_default();
    started
}
