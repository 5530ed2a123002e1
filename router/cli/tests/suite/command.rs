//! Runs the command in a folder of its own, and tells what it said.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

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
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        fs::write(folder.join(file), text).unwrap();
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_brrtrouter"));
    let output =
        command.args(arguments).current_dir(&folder).env_remove("BRRTROUTER_LISTEN").output().unwrap();
    Run {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}
