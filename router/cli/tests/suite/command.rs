//! Runs the command in a folder of its own, and tells what it said.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub const SHOP: &str = "openapi: 3.1.2
info: { title: Shop, version: '1' }
paths:
  /open:
    get:
      operationId: look
      responses: { '200': { description: yes, content: { text/plain: { example: hello } } } }
  /keyed:
    get:
      operationId: enter
      security: [{ key: [] }]
      responses: { '204': { description: in } }
  /roled:
    get:
      operationId: rule
      security: [{ token: [admin] }]
      responses: { '204': { description: in } }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    token: { type: http, scheme: bearer }
";

/// What a run came to.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs `brrtrouter` among these files; `name` keeps the folders of tests apart.
pub fn run(name: &str, files: &[(&str, &str)], arguments: &[&str]) -> Run {
    let folder = folder(name, files);
    let mut command = Command::new(env!("CARGO_BIN_EXE_brrtrouter"));
    let output = command.args(arguments).current_dir(&folder).env_remove("BRRTR_LISTEN").output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    folder
}

/// A command that serves, until it is stopped or dropped.
pub struct Served {
    child: Child,
    pub folder: PathBuf,
    pub address: String,
    /// What it said before it listened.
    pub out: String,
}

/// Runs `brrtrouter serve` with these further arguments, on a free port.
pub fn serve(name: &str, files: &[(&str, &str)], arguments: &[&str]) -> Served {
    serve_as(name, files, &[&["--listen", "127.0.0.1:0"], arguments].concat())
}

/// Runs `brrtrouter serve` with these arguments, which say where to listen.
pub fn serve_as(name: &str, files: &[(&str, &str)], arguments: &[&str]) -> Served {
    let folder = folder(name, files);
    let child = Command::new(env!("CARGO_BIN_EXE_brrtrouter"))
        .arg("serve")
        .args(arguments)
        .current_dir(&folder)
        .stdout(Stdio::piped())
        .stderr(fs::File::create(folder.join("stderr")).unwrap())
        .spawn()
        .unwrap();
    let mut served = Served { child, folder, address: String::new(), out: String::new() };
    let mut reader = BufReader::new(served.child.stdout.take().unwrap());
    while served.address.is_empty() {
        let mut line = String::new();
        assert_ne!(reader.read_line(&mut line).unwrap(), 0, "it ended: {} {}", served.out, served.err());
        match line.trim().strip_prefix("listening on http://") {
            Some(address) => served.address = address.to_owned(),
            None => served.out += &line,
        }
    }
    // What it says later has a reader too, as long as it runs.
    served.child.stdout = Some(reader.into_inner());
    served
}

impl Served {
    /// Asks for a target with further field lines; gives status code and content.
    pub fn get(&self, target: &str, fields: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    /// What it said on standard error.
    pub fn err(&self) -> String {
        fs::read_to_string(self.folder.join("stderr")).unwrap()
    }

    /// Stops it by SIGTERM, and gives its exit code.
    pub fn stop(mut self) -> i32 {
        let id = i32::try_from(self.child.id()).unwrap();
        let id = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended.
        self.child.kill().and_then(|()| self.child.wait().map(drop)).unwrap_or_default();
    }
}
