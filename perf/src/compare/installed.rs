//! Which servers can be measured here. Takes a name; gives the program and its version, or why it is left out and the one command that mends it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::{Compared, Program};
use crate::machine::Source;
use crate::transport::ServerKind;

/// A server that is there.
#[derive(Debug)]
pub struct Installed {
    pub program: Program,
    pub version: String,
}

/// Why a server is not measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub why: String,
    pub mend: &'static str,
}

const BUILD_PEERS: &str = "cargo build --release -p perf-peers";
const GET_GO: &str = "apt-get install golang-go";
const GET_NODE: &str = "apt-get install nodejs npm";
const GET_EXPRESS: &str = "npm install --prefix perf/peers/express";
const GET_FASTAPI: &str = "python3 -m venv perf/peers/fastapi/.venv && perf/peers/fastapi/.venv/bin/pip install -r perf/peers/fastapi/requirements.txt";
const GET_NGINX: &str = "apt-get install nginx-light";

/// Looks for one.
pub fn find(server: Compared, workspace: &Path) -> Result<Installed, Missing> {
    match server {
        Compared::Ours => Ok(ours(workspace)),
        Compared::Mounted => Ok(own(workspace, ServerKind::Mounted)),
        Compared::Bare => Ok(own(workspace, ServerKind::Bare)),
        Compared::Axum => rust(workspace, "axum"),
        Compared::ActixWeb => rust(workspace, "actix-web"),
        Compared::Go => go(workspace),
        Compared::Express => express(workspace),
        Compared::Fastapi => fastapi(workspace),
        Compared::Nginx => nginx(workspace),
    }
}

fn ours(workspace: &Path) -> Installed {
    let commit = crate::report::commit(&Source::here(), workspace);
    let version = format!("{}, commit {commit}", locked(workspace, "brrtrouter"));
    Installed { program: Program::Own(ServerKind::Ours), version }
}

fn own(workspace: &Path, kind: ServerKind) -> Installed {
    Installed { program: Program::Own(kind), version: locked(workspace, "may_minihttp") }
}

/// `perf-peers` is built beside this program.
fn rust(workspace: &Path, name: &str) -> Result<Installed, Missing> {
    let program = beside("perf-peers").filter(|program| program.is_file());
    let program =
        program.ok_or_else(|| missing("perf-peers is not built beside this program", BUILD_PEERS))?;
    Ok(Installed { program: Program::Tells(program, vec![name.into()]), version: locked(workspace, name) })
}

fn go(workspace: &Path) -> Result<Installed, Missing> {
    let version = ask("go", &["version"]).ok_or_else(|| missing("`go` is not in PATH", GET_GO))?;
    let program =
        beside("perf-peer-go").ok_or_else(|| missing("where this program is, is not told", BUILD_PEERS))?;
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(workspace.join("perf/peers/go"))
        .output();
    match built {
        Ok(output) if output.status.success() => {
            let version = version.trim_start_matches("go version ").to_owned();
            Ok(Installed { program: Program::Tells(program, Vec::new()), version })
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(missing(format!("perf/peers/go does not build: {}", said.trim()), GET_GO))
        }
        Err(error) => Err(missing(format!("`go build` does not run: {error}"), GET_GO)),
    }
}

fn express(workspace: &Path) -> Result<Installed, Missing> {
    let folder = workspace.join("perf/peers/express");
    let node = ask("node", &["--version"]).ok_or_else(|| missing("`node` is not in PATH", GET_NODE))?;
    let package = std::fs::read_to_string(folder.join("node_modules/express/package.json")).ok();
    let package: Option<serde_json::Value> = package.and_then(|text| serde_json::from_str(&text).ok());
    let version = package.as_ref().and_then(|package| package.get("version")?.as_str());
    let version = version
        .ok_or_else(|| missing("perf/peers/express/node_modules is not there or not whole", GET_EXPRESS))?;
    Ok(Installed {
        program: Program::Tells("node".into(), vec![folder.join("server.js")]),
        version: format!("{version}, Node.js {node}"),
    })
}

fn fastapi(workspace: &Path) -> Result<Installed, Missing> {
    const VERSIONS: &str = "import fastapi, platform, uvicorn; print(f'{fastapi.__version__}, uvicorn {uvicorn.__version__}, Python {platform.python_version()}')";
    let folder = workspace.join("perf/peers/fastapi");
    let own = folder.join(".venv/bin/python");
    let python = if own.is_file() { own } else { PathBuf::from("python3") };
    let version = ask(&python.to_string_lossy(), &["-c", VERSIONS])
        .ok_or_else(|| missing("Python does not import fastapi and uvicorn", GET_FASTAPI))?;
    Ok(Installed { program: Program::Tells(python, vec![folder.join("server.py")]), version })
}

fn nginx(workspace: &Path) -> Result<Installed, Missing> {
    let output = Command::new("nginx").arg("-v").output();
    let output = output.map_err(|_| missing("`nginx` is not in PATH", GET_NGINX))?;
    // It tells its version where others tell their errors.
    let version = String::from_utf8_lossy(&output.stderr).trim().replace("nginx version: nginx/", "");
    let file = workspace.join("perf/peers/nginx/nginx.conf");
    let configuration = std::fs::read_to_string(&file)
        .map_err(|error| missing(format!("{}: {error}", file.display()), GET_NGINX))?;
    Ok(Installed { program: Program::Nginx(configuration), version })
}

fn missing(why: impl Into<String>, mend: &'static str) -> Missing {
    Missing { why: why.into(), mend }
}

fn ask(command: &str, arguments: &[&str]) -> Option<String> {
    Source::here().ask(command, arguments)
}

fn beside(name: &str) -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.with_file_name(name))
}

/// The version of a crate in `Cargo.lock`.
fn locked(workspace: &Path, name: &str) -> String {
    let lock = std::fs::read_to_string(workspace.join("Cargo.lock")).unwrap_or_default();
    version_in(&lock, name).unwrap_or_else(|| "of unknown version".to_owned())
}

fn version_in(lock: &str, name: &str) -> Option<String> {
    let lock: toml::Table = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let named = |package: &&toml::Value| package.get("name").and_then(toml::Value::as_str) == Some(name);
    Some(packages.iter().find(named)?.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_that_are_locked() {
        let lock = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";
        assert_eq!(version_in(lock, "b").as_deref(), Some("2.0.0"));
        assert_eq!(version_in(lock, "c"), None);
        assert_eq!(version_in("no lock", "a"), None);
    }

    #[test]
    fn what_is_left_out_is_told_with_its_mend() {
        // Here nothing is installed: not even the sources are there.
        let nowhere = Path::new("/nonexistent");
        let left_out = find(Compared::Express, nowhere).expect_err("it is not there");
        assert!(left_out.mend == GET_NODE || left_out.mend == GET_EXPRESS, "{left_out:?}");
        assert!(find(Compared::Ours, nowhere).is_ok());
    }
}
