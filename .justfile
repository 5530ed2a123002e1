# The usual verbs; `just` lists them.
default:
    @just --list

# Build everything that the two commands of the README need.
build:
    cargo build

# The tests.
test:
    cargo test

# The main job: the corpus against the library, with its gap analysis.
conformance *ARGS:
    cargo run -p conformance -- specs-corpus/ {{ARGS}}

# The same cases in process and over sockets.
live *ARGS:
    cargo run -p conformance -- live specs-corpus/ {{ARGS}}

# Many, slow and hostile connections; `just endurance --long` for the long form.
endurance *ARGS:
    cargo test --release -p brrtrouter --test endurance -- {{ARGS}}

# Format and lint as CI does.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets -- -D warnings

# The fuzz targets, for seconds each; `just fuzz --seconds 600 matcher` for one of them.
fuzz *ARGS:
    cargo run -p fuzz-campaign -- {{ARGS}}

# The documentation of the library.
doc:
    cargo doc --no-deps -p brrtrouter --open

# Everything that CI runs.
ci:
    .ci/run
