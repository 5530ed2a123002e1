//! Every bound in one place, each with its unit and its reason.
//!
//! A `usize` bound limits memory that is indexed, a `u64` bound counts octets on the wire.

/// The longest request target in bytes; RFC 9110 §4.1 recommends at least 8000.
pub const TARGET_BYTES_MAX: usize = 8 * 1024;

/// The most bytes of a request body that are read into memory unless an operation says otherwise.
pub const BODY_BYTES_MAX: u64 = 1024 * 1024;

/// The longest path in bytes that a problem repeats as its `instance` member, which lies inline in the
/// response: a longer one is left out, since a part of it would name another resource.
pub const PROBLEM_INSTANCE_BYTES_MAX: usize = 192;

/// The most bytes of a cookie's name and value together that browsers keep (RFC 6265bis §5.6).
pub const COOKIE_BYTES_MAX: usize = 4096;

/// The most bytes of a cookie's attribute that browsers read (RFC 6265bis §5.6).
pub const COOKIE_ATTRIBUTE_BYTES_MAX: usize = 1024;

/// How many alternatives that paths have at once the matcher of small tables may hold, in all its states
/// together: 2^10 templates that all overlap need 90,000. It bounds time and memory of building it.
pub const MATCH_ALTERNATIVES_MAX: usize = 1 << 18;

/// How many more there may be for each segment of the templates. Without overlap one each is enough.
pub const MATCH_ALTERNATIVES_PER_NODE_MAX: usize = 4;

/// The most partial-segment templates that one segment is tried on.
pub const MATCH_MIXTURES_MAX: usize = 128;

/// The most expressions of one path template; their places in a path are kept without a heap.
pub const PATH_EXPRESSIONS_MAX: usize = 64;

/// The longest request id in bytes that a request may bring: it is repeated in the response and in logs.
pub const REQUEST_ID_BYTES_MAX: usize = 128;

/// The longest origin in bytes, in a policy or a request: a host name has at most 253 (RFC 1035 §2.3.4).
pub const CORS_ORIGIN_BYTES_MAX: usize = 512;

/// The largest automaton in bytes that a pattern of a CORS policy may become: origins are short, and so are their patterns.
pub const CORS_PATTERN_BYTES_MAX: usize = 1 << 20;

/// The longest list in bytes of the fields that a preflight asks for which is repeated.
pub const CORS_REQUESTED_HEADERS_BYTES_MAX: usize = 4096;

/// How many causes of an error are logged: a chain of them could be endless.
pub const PROBLEM_CAUSES_MAX: usize = 8;

/// How many levels of a problem's extension member are written as XML; what lies deeper is left out.
pub const PROBLEM_XML_DEPTH_MAX: u8 = 16;

/// How many pairs of overlapping templates are named to the one who builds.
pub const OVERLAP_PAIRS_SHOWN_MAX: usize = 50;

/// The most pairs of forms of templates that are compared for overlap; real descriptions have a few forms for each number of
/// segments.
pub const OVERLAP_FORMS_COMPARED_MAX: usize = 10_000;

/// The most URLs that one server's variables may combine to; each is a base path to match.
pub const SERVER_URLS_MAX: usize = 256;

/// Content of more bytes is decoded and judged apart from its connection; so much takes a millisecond or two at the most. It is
/// given to [`BodySource::compute`](crate::BodySource::compute).
pub const APART_BYTES_MIN: usize = 64 * 1024;

/// The most errors that a report about one instance lists.
pub const SCHEMA_ERRORS_MAX: usize = 32;

/// The most errors that the log tells of one response's content.
pub const RESPONSE_ERRORS_MAX: usize = 8;

/// The deepest nesting of a response's JSON that is checked, as for requests: the validator's stack
/// grows with it.
pub const RESPONSE_NESTING_MAX: u32 = 64;

/// The most values of a response's JSON that are checked; they take 32 bytes each.
pub const RESPONSE_VALUES_MAX: u32 = 1 << 21;

/// The longest number of a response's JSON in bytes.
pub const RESPONSE_NUMBER_BYTES_MAX: u32 = 1100;

/// The most levels of a value that a mock makes; the validator takes as many.
pub const MOCK_LEVELS_MAX: u32 = 24;

/// The most levels of a value at which a mock gives what is not required, so that values stay readable.
pub const MOCK_OPTIONAL_LEVELS_MAX: u32 = 4;

/// The most values inside one that a mock makes.
pub const MOCK_VALUES_MAX: u32 = 4096;

/// The most schemas that apply to one value of a mock, through references and `allOf`.
pub const MOCK_SCHEMAS_MAX: usize = 256;

/// The most items of an array, and further members of an object, that a mock makes.
pub const MOCK_ITEMS_MAX: usize = 64;

/// The most characters of a text that a mock makes.
pub const MOCK_TEXT_CHARS_MAX: usize = 4096;

/// The most levels of groups, repetitions and choices inside one another in a pattern that a mock makes a text for.
pub const MOCK_PATTERN_LEVELS_MAX: u32 = 64;

/// The most ways of making a value that are tried before a mock gives up: three for each of eight branches.
pub const MOCK_ATTEMPTS_MAX: usize = 24;

/// The most further values of each content that a mock has for those who ask for a dynamic one.
pub const MOCK_VARIANTS_MAX: u64 = 3;

/// The most preferences of one request that are looked at.
pub const PREFERENCES_MAX: usize = 32;

const _: () = assert!(MOCK_LEVELS_MAX < RESPONSE_NESTING_MAX, "what a mock makes is checked as a response");
const _: () = assert!(TARGET_BYTES_MAX >= 8000, "RFC 9110 §4.1 recommends at least 8000 bytes");
const _: () = assert!(MATCH_ALTERNATIVES_PER_NODE_MAX > 1, "templates without overlap must always build");
const _: () = assert!(RESPONSE_NESTING_MAX <= json::NESTING_MAX, "the validator's stack is the same");
const _: () = assert!(PROBLEM_INSTANCE_BYTES_MAX <= TARGET_BYTES_MAX, "a path is part of a target");
const _: () = assert!(TARGET_BYTES_MAX <= 65_535, "captures are (u16, u16) spans of the path");

/// Bounds of connections and of what they frame; `ServerOptions` takes the first ones as its defaults.
#[cfg(feature = "server")]
pub mod http {
    /// The most connections at once. Each holds a descriptor, two mappings of memory and, at rest, some 9 KiB.
    pub const CONNECTIONS_MAX: usize = 20_000;

    /// The longest header section in bytes, as most servers have it.
    pub const HEADER_BYTES_MAX: usize = 16 * 1024;

    /// The most field lines of a request; browsers send some 20.
    pub const FIELDS_MAX: usize = 100;

    /// How long the head of a request may take, in seconds.
    pub const HEAD_SECONDS_MAX: u64 = 10;

    /// How long a body may take before its rate counts, in seconds.
    pub const BODY_GRACE_SECONDS: u64 = 10;

    /// The slowest rate of a body in bytes a second: a modem's.
    pub const BODY_BYTES_PER_SECOND_MIN: u32 = 500;

    /// How long a connection may be idle, in seconds.
    pub const IDLE_SECONDS_MAX: u64 = 60;

    /// How long a peer may take to accept [`WRITE_STEP_BYTES`], in seconds.
    pub const WRITE_SECONDS_MAX: u64 = 30;

    /// How long requests may go on after the server was stopped, in seconds.
    pub const DRAIN_SECONDS_MAX: u64 = 30;

    /// How long what was cut off may take to notice, in milliseconds; a handler that does not end is then left alone.
    pub const CUT_OFF_MILLIS_MAX: u64 = 1_000;

    /// The longest method in bytes; the longest that is registered has 17.
    pub const METHOD_BYTES_MAX: usize = 32;

    /// The most empty lines before a request line, in bytes (RFC 9112 §2.2 asks to ignore at least one).
    pub const EMPTY_LINES_BYTES_MAX: usize = 8;

    /// The longest line that starts a chunk in bytes, its extensions included.
    pub const CHUNK_LINE_BYTES_MAX: usize = 256;

    /// The most bytes of chunk lines beyond a free part and a sixteenth of the data: what they may cost is in proportion.
    pub const CHUNK_OVERHEAD_BYTES_FREE: u64 = 16 * 1024;

    /// The longest trailer section in bytes; it is read and left out.
    pub const TRAILER_BYTES_MAX: usize = 4 * 1024;

    /// The most bytes of a body that are read for nothing so that its connection can be used again.
    pub const DRAIN_BYTES_MAX: u64 = 64 * 1024;

    /// The most bytes that are read for nothing after the last answer, so that the peer gets to read it (RFC 9112 §9.6).
    pub const LINGER_BYTES_MAX: u64 = 512 * 1024;

    /// How long the same may take, in milliseconds.
    pub const LINGER_MILLIS_MAX: u64 = 2_000;

    /// The size of a connection's input buffer in bytes when it is idle.
    pub const INPUT_BYTES_IDLE: usize = 1024;

    /// When a connection that waits for a request rests, in milliseconds: it gives back its buffers and its coroutine, which costs some 20
    /// microseconds, then and with the next request.
    pub const REST_MILLIS: u64 = 200;

    /// How many connections are sent to rest with one tick: a tenth of what a processor does in that time.
    pub const RESTS_PER_TICK_MAX: u32 = 256;

    /// How many busy connections are a crowd, in which none waits in a coroutine of its own: that saves up to a microsecond a request while few stacks lie in the
    /// caches, and costs four where a thousand do not, since a request touches 12 KiB of its stack. Both are equal at some 100 (docs/performance.md).
    pub const CROWD_MIN: usize = 128;

    /// How many parked connections the system tells of at once.
    pub const PARKING_WAKES_MAX: usize = 256;

    /// How many workers parked connections are served on at most.
    pub const WORKERS_SEEN_MAX: usize = 64;

    /// For how many ticks something is kept of a coroutine that has ended: a second, and longer where nothing runs.
    pub const ENDED_COROUTINE_TICKS: u64 = 20;

    /// How many connections a runner serves before others on its worker get their turn.
    pub const RUNNER_TURN_MAX: usize = 256;

    /// The largest input or output buffer in bytes that a connection keeps while it waits.
    pub const BUFFER_BYTES_KEPT_MAX: usize = 4 * 1024;

    /// The largest content in bytes that is copied behind its head, so that both leave in one write; and how much output of pipelined
    /// requests is gathered.
    pub const OUTPUT_BYTES_MAX: usize = 16 * 1024;

    /// How much is written before the write's time starts anew, in bytes.
    pub const WRITE_STEP_BYTES: usize = 64 * 1024;

    /// How much of a stream is read at once, in bytes; each read is one chunk.
    pub const STREAM_STEP_BYTES: usize = 4 * 1024;

    /// How many requests are served of a connection that never waits before others get their turn.
    pub const BURST_MAX: u32 = 32;

    /// The most octets of content in one record of TLS (RFC 8446 §5.1); so much is encrypted before it is sent.
    #[cfg(feature = "tls")]
    pub const TLS_RECORD_BYTES_MAX: usize = 16 * 1024;

    /// The most TLS sessions that are kept so that clients can resume them; each takes some 300 bytes, and a client has two.
    #[cfg(feature = "tls")]
    pub const TLS_SESSIONS_MAX: usize = 4096;

    /// How often the files of certificates are looked at, in milliseconds: a change counts after two looks, and clients that meet an old certificate for some
    /// seconds more have met it for months.
    #[cfg(feature = "tls")]
    pub const TLS_FILES_LOOK_MILLIS: u64 = 2000;

    /// How often the thread that does so looks for a signal, in milliseconds: whoever sent one may wait so long.
    #[cfg(feature = "tls")]
    pub const TLS_SIGNAL_LOOK_MILLIS: u64 = 200;

    /// How often deadlines are looked at, in milliseconds.
    pub const TICK_MILLIS: u64 = 50;

    /// How long a failed accept waits before the next, in milliseconds.
    pub const ACCEPT_BACK_OFF_MILLIS: u64 = 50;

    /// How many connections the system may hold until they are accepted.
    pub const BACKLOG_MAX: i32 = 4096;

    /// How many descriptors are kept for all that is no connection.
    pub const DESCRIPTORS_RESERVED: u64 = 64;

    /// How many mappings of memory are kept for all that is no connection.
    pub const MAPPINGS_RESERVED: u64 = 4096;

    /// The stack of a coroutine in bytes: what the deepest JSON and its report need twice over. Code that is not optimised needs more.
    pub const STACK_BYTES: usize = if cfg!(debug_assertions) { 1024 * 1024 } else { 256 * 1024 };

    /// The smallest stack in bytes that can be chosen: below, small requests overflow it.
    pub const STACK_BYTES_MIN: usize = 64 * 1024;

    /// The largest stack in bytes that can be chosen.
    pub const STACK_BYTES_MAX: usize = 64 * 1024 * 1024;

    /// When a request that found no room on the pool may come again, in seconds.
    pub const POOL_RETRY_SECONDS: u64 = 1;

    /// In steps of how many milliseconds the wait for a result of the pool is bounded.
    pub const POOL_WAIT_STEP_MILLIS: u64 = 128;

    /// How many stacks are kept for the next connections, from the start on.
    pub const STACKS_KEPT_MAX: usize = 256;

    /// How much address space those may take in bytes: larger stacks are kept in smaller number, so that a process with a bound on its address
    /// space can start.
    pub const STACKS_KEPT_BYTES_MAX: usize = 64 * 1024 * 1024;

    const _: () = assert!(
        STACK_BYTES_MIN <= STACK_BYTES && STACK_BYTES <= STACK_BYTES_MAX,
        "the default can be chosen"
    );
    const _: () = assert!(STACK_BYTES_MAX <= STACKS_KEPT_BYTES_MAX, "one stack of any size can be kept");
    const _: () = assert!(INPUT_BYTES_IDLE <= BUFFER_BYTES_KEPT_MAX, "what is idle is kept");
    const _: () = assert!(OUTPUT_BYTES_MAX <= WRITE_STEP_BYTES, "what is gathered is written in one step");
    const _: () =
        assert!(CHUNK_LINE_BYTES_MAX <= INPUT_BYTES_IDLE, "a chunk's line fits the smallest buffer");
}

/// Bounds of the text of one description document; `description::text::TextLimits` takes them as its
/// defaults.
pub mod text {
    /// The longest description document in bytes. The largest public ones have some 40 MB; spans are `u32`.
    pub const DOCUMENT_BYTES_MAX: u32 = 64 * 1024 * 1024;

    /// The most arrays and objects inside one another. Real descriptions stay below 40, and later stages
    /// may recurse to this depth: at 128 levels they fit a 256 KiB stack.
    pub const DEPTH_MAX: u32 = 128;

    /// The most values in one document, those that aliases add included: a value takes 24 bytes, a member
    /// 20 more. GitHub's description has 72,000 in 3.7 MB.
    pub const NODES_MAX: u32 = 2_000_000;

    /// The most values that YAML aliases may add to one document: 250,000 take some 11 MiB.
    pub const ALIAS_NODES_MAX: u32 = 250_000;

    /// The most bytes of text that YAML aliases may stand for, since later stages write them out.
    pub const ALIAS_BYTES_MAX: u32 = 8 * 1024 * 1024;

    /// How many values aliases may add for each value written, once past [`ALIAS_NODES_FREE`].
    pub const ALIAS_RATIO_MAX: u32 = 16;

    /// How many values aliases may add before their ratio is looked at.
    pub const ALIAS_NODES_FREE: u32 = 10_000;

    /// The most findings listed for the text of one document: past some, a reader mends and runs again.
    pub const FINDINGS_MAX: u32 = 100;

    /// The most tokens, or words of quoted text, that the YAML scanner reads before it gives an event. It
    /// holds a whole flow collection as tokens of up to 300 bytes before it reports its start.
    pub const YAML_LOOKAHEAD_STEPS_MAX: u32 = 131_072;

    /// The most brackets inside one another that the YAML scanner follows: it counts them in a `u8`, and
    /// looks at all of them for each token.
    pub const YAML_BRACKETS_DEPTH_MAX: u32 = 255;

    /// The longest source line, in characters, that a diagnostic quotes.
    pub const SNIPPET_CHARS_MAX: usize = 120;

    /// The longest text, in characters, that a message quotes.
    pub const QUOTED_CHARS_MAX: usize = 60;

    /// Where the place stands in a snippet whose line was cut on the left, in characters before it.
    pub const SNIPPET_CHARS_BEFORE: usize = 60;

    const _: () = assert!(ALIAS_NODES_MAX <= NODES_MAX, "aliases add to the values");
    const _: () = assert!(ALIAS_NODES_FREE <= ALIAS_NODES_MAX, "a part of all");
    const _: () = assert!(DEPTH_MAX <= YAML_BRACKETS_DEPTH_MAX, "JSON and YAML have the same bound");
    const _: () = assert!(SNIPPET_CHARS_BEFORE + 2 < SNIPPET_CHARS_MAX, "the place is inside the snippet");
}

/// Bounds of what one description may consist of; `description::LoadLimits` takes the first ones as its
/// defaults.
pub mod load {
    /// The most documents. The largest public sets of files have some hundreds.
    pub const DOCUMENTS_MAX: usize = 2_000;

    /// All documents together, in bytes.
    pub const TOTAL_BYTES_MAX: u64 = 256 * 1024 * 1024;

    /// The most documents between the entry document and any other.
    pub const DEPTH_MAX: usize = 100;

    /// The longest time in seconds that one retrieval may take.
    pub const RETRIEVAL_SECONDS_MAX: u64 = 10;

    /// The most Reference Objects that lead to one another before a value comes; real ones need two.
    pub const REFERENCE_CHAIN_MAX: usize = 16;

    /// The most findings listed about references: past some, a reader mends and runs again.
    pub const FINDINGS_MAX: usize = 500;

    /// For how many wrong references near names are looked for.
    pub const NEAR_NAMES_LOOKUPS_MAX: usize = 20;

    /// How many names are compared with a wrong one.
    pub const NEAR_NAMES_CANDIDATES_MAX: usize = 2_048;

    /// The longest name, in bytes, that near names are looked for.
    pub const NEAR_NAME_BYTES_MAX: usize = 96;

    /// How many characters of a reference or a URI a finding repeats.
    pub const TEXT_SHOWN_CHARS_MAX: usize = 160;

    /// How many references of a circle are shown.
    pub const CIRCLE_SHOWN_MAX: usize = 8;

    /// How many references one Path Item is followed through.
    pub const PATH_ITEM_REFERENCES_MAX: usize = 64;

    /// How many schemas are looked at to answer one question about a place.
    pub const RELATED_SCHEMAS_MAX: usize = 256;

    /// How many findings of one code are kept: a description that breaks one rule everywhere is told so often
    /// enough.
    pub const FINDINGS_PER_CODE_MAX: usize = 256;

    /// How many near names are offered.
    pub const NEAR_NAMES_SHOWN_MAX: usize = 3;

    const _: () = assert!(TOTAL_BYTES_MAX >= 64 * 1024 * 1024, "one document of the greatest length fits");
    const _: () = assert!(NEAR_NAMES_LOOKUPS_MAX <= FINDINGS_MAX, "a part of all");
    const _: () = assert!(FINDINGS_PER_CODE_MAX <= FINDINGS_MAX, "those of one code are a part of all");
}

/// Bounds of the JSON texts of requests; `schema::instance::JsonLimits` takes them as its defaults.
pub mod json {
    /// The longest text in bytes; a request's content has a lower bound of its own.
    pub const BYTES_MAX: u32 = 16 * 1024 * 1024;

    /// The longest text in bytes that is read whatever bound is chosen: strings with escapes are kept beside the text, and places in both
    /// together are counted in a u32.
    pub const TEXT_BYTES_MAX: u32 = u32::MAX >> 1;

    /// The most arrays and objects inside one another: what validators and reports recurse into fits the
    /// stack of a coroutine.
    pub const NESTING_MAX: u32 = 64;

    /// The most values, counting every member and item at every level: 32 bytes each, 8 MiB in all.
    pub const VALUES_MAX: u32 = 1 << 18;

    /// The longest text of one number in bytes; the longest exact binary number has some 1,080.
    pub const NUMBER_BYTES_MAX: u32 = 1100;

    const _: () =
        assert!(VALUES_MAX <= BYTES_MAX && NUMBER_BYTES_MAX <= BYTES_MAX, "both are parts of a text");
    const _: () = assert!(NESTING_MAX <= VALUES_MAX, "each level is a value");
    const _: () = assert!(BYTES_MAX <= TEXT_BYTES_MAX, "the default can be kept");
}

/// Bounds of the XML texts of requests, beside those of [`json`], which hold for XML as well: elements, attributes and runs of
/// character data are values, and elements inside one another are nesting.
pub mod xml {
    /// The most attributes of one element; each is compared with those before it.
    pub const ATTRIBUTES_MAX: usize = 256;

    /// The most namespace declarations in force at one place; a prefix is looked for among them one by one.
    pub const DECLARATIONS_MAX: usize = 64;

    /// The most namespaces of one text; real ones have fewer than ten.
    pub const NAMESPACES_MAX: usize = 64;

    /// The longest XML declaration in bytes: version, encoding and standalone need some 60.
    pub const DECLARATION_BYTES_MAX: usize = 256;

    /// How many values with schemas of their own the description of one XML text may have; what lies beyond is read as if
    /// nothing was said of it.
    pub const SCHEMAS_MAX: usize = 8192;

    const _: () = assert!(NAMESPACES_MAX >= DECLARATIONS_MAX, "each declaration may name another namespace");
}

/// Bounds of schemas: what is compiled, and what judging and reporting may cost.
pub mod schema {
    const _: () = assert!(REPORT_VISITS_MAX >= 8 * super::json::VALUES_MAX, "an error at the end is found");

    /// The most findings listed about schemas: past some, a reader mends and runs again.
    pub const FINDINGS_MAX: usize = 500;

    /// The most circles of schemas listed.
    pub const CIRCLES_MAX: usize = 64;

    /// How many places of one circle are listed.
    pub const CIRCLE_PLACES_MAX: usize = 16;

    /// The most schemas compiled together, counting one for each scope of dynamic references.
    pub const ENTRIES_MAX: usize = 400_000;

    /// The most schemas that judge one value inside each other, by `$ref`, `allOf` and the like: a quarter
    /// of a KiB of stack each.
    pub const SAME_VALUE_MAX: u32 = 128;

    /// The most judgements that one value can cause, counting a schema once for each way that leads to it: references
    /// that fork and join again would double them at each step.
    pub const JUDGEMENTS_MAX: u64 = 4096;

    /// The most schemas about one value, times levels of nesting, that a detailed report is made of: a quarter of a KiB of
    /// stack each.
    pub const REPORT_HOPS_MAX: u32 = 1024;

    /// The most meta-schemas that stand on one another.
    pub const META_SCHEMA_CHAIN_MAX: u8 = 8;

    /// How many steps one match may take back, for patterns that backtrack: a fraction of a millisecond.
    pub const BACKTRACK_STEPS_MAX: usize = 25_000;

    /// The largest automaton of one pattern in bytes.
    pub const AUTOMATON_BYTES_MAX: usize = 4 * 1024 * 1024;

    /// How often one report may look at a value: some eight times for each value of the largest instance.
    pub const REPORT_VISITS_MAX: u32 = 1 << 21;

    /// How many errors may be created for each one that is listed: unions create some for every branch.
    pub const REPORT_CREATED_PER_ERROR: usize = 16;

    /// How many unions with discriminators inside each other a report follows.
    pub const REPORT_UNIONS_MAX: u8 = 8;

    /// How many characters of a value or a name a message repeats.
    pub const TEXT_SHOWN_CHARS_MAX: usize = 64;

    /// How many names a message repeats.
    pub const NAMES_SHOWN_MAX: usize = 4;

    /// How many references that say nothing else are followed to the schema that is meant.
    pub const REFERENCE_STEPS_MAX: usize = 64;

    /// How many levels of members and items the shape of a parameter or form has; real ones have two.
    pub const SHAPE_LEVELS_MAX: u8 = 4;

    /// How many references and `allOf`s may lead from one schema to the next about the same value, where the shape of a
    /// parameter or form is looked for.
    pub const SHAPE_REFERENCES_MAX: u8 = 64;

    /// How many schemas the shape of a parameter or form looks at.
    pub const SHAPE_SCHEMAS_MAX: u32 = 1024;

    /// How many levels of members and items are looked into for `readOnly`, `writeOnly` and `default`.
    pub const ACCESS_LEVELS_MAX: u8 = 64;

    /// How many schemas are looked at for `readOnly`, `writeOnly` and `default` of one body.
    pub const ACCESS_SCHEMAS_MAX: u32 = 8192;
}

/// Bounds of request and response content.
pub mod content {
    /// The most parameters of one media type; the longest registered lists have fewer than ten.
    pub const MEDIA_TYPE_PARAMETERS_MAX: usize = 16;

    /// The most media ranges of `Accept` that are read; browsers send fewer than ten.
    pub const ACCEPT_RANGES_MAX: usize = 32;

    /// The longest boundary of multipart content, in bytes (RFC 2046 §5.1.1).
    pub const BOUNDARY_BYTES_MAX: usize = 70;

    /// The most spaces and tabs between a boundary and the end of its line.
    pub const BOUNDARY_PADDING_BYTES_MAX: usize = 64;

    /// The one buffer of a multipart reader, in bytes.
    pub const MULTIPART_BUFFER_BYTES: usize = 16 * 1024;

    /// The most bytes of one part's field lines.
    pub const PART_HEAD_BYTES_MAX: usize = 8 * 1024;

    /// The most field lines of one part; forms send two.
    pub const PART_FIELDS_MAX: usize = 16;

    /// The most parts of one multipart body.
    pub const PARTS_MAX: u32 = 1024;

    /// The most bytes of one part: no bound of its own, since the body as a whole has one.
    pub const PART_BYTES_MAX: u64 = u64::MAX;

    /// The most fields of one form body.
    pub const FORM_FIELDS_MAX: usize = 4096;

    /// How many schemas about one value the least `maxLength` is looked for in: as many as any description written by hand
    /// has.
    pub const LENGTH_SCHEMAS_MAX: usize = 64;

    /// The longest name in bytes that an answer repeats.
    pub const NAME_SHOWN_BYTES_MAX: usize = 128;

    /// The most bytes that are reserved because a `Content-Length` announces them.
    pub const RESERVE_BYTES_MAX: usize = 64 * 1024;

    /// The least and the most bytes that a body read into memory grows by.
    pub const READ_BYTES_MIN: usize = 512;
    /// See [`READ_BYTES_MIN`].
    pub const READ_BYTES_MAX: usize = 256 * 1024;

    const _: () = assert!(READ_BYTES_MIN <= READ_BYTES_MAX, "a range");
    const _: () =
        assert!(PART_HEAD_BYTES_MAX + 4 < MULTIPART_BUFFER_BYTES, "a head must fit into the buffer");
    const _: () = assert!(BOUNDARY_BYTES_MAX + BOUNDARY_PADDING_BYTES_MAX + 8 < MULTIPART_BUFFER_BYTES);
}

/// Bounds of credentials.
pub mod security {
    /// The longest credential in bytes that is looked at; large signed tokens have some 8 KiB.
    pub const CREDENTIAL_BYTES_MAX: usize = 16 * 1024;

    /// The longest credential in bytes after decoding (`Basic`, or a key in the query that is
    /// percent-encoded); it is decoded on the stack.
    pub const CREDENTIAL_DECODED_BYTES_MAX: usize = 1024;

    const _: () = assert!(CREDENTIAL_DECODED_BYTES_MAX <= CREDENTIAL_BYTES_MAX, "decoding never adds");
}

/// Bounds of metrics.
#[cfg(feature = "metrics")]
pub mod metrics {
    /// Upper bounds of the durations that are told apart, in seconds: close to each other round a millisecond, where most
    /// answers are and the slowest of a thousand is looked for.
    pub const DURATION_BUCKETS_SECONDS: [f64; 20] = [
        0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.000_75, 0.001, 0.001_5, 0.002, 0.003, 0.005, 0.01, 0.025,
        0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
    ];

    /// Upper bounds of the sizes that are told apart, in bytes: the powers of four from 64 bytes to 16 MiB.
    pub const SIZE_BUCKETS_BYTES: [f64; 10] =
        [64.0, 256.0, 1024.0, 4096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0];

    const _: () = assert!(
        DURATION_BUCKETS_SECONDS.len() + SIZE_BUCKETS_BYTES.len() <= 32,
        "every operation has a series for each of them, and every scrape reads them all"
    );
}

/// Bounds of request parameters.
pub mod parameter {
    /// The most parameters that one operation may have.
    pub const COUNT_MAX: usize = 1024;

    /// The most name-value pairs read from one query string or one Cookie header.
    pub const PAIRS_MAX: usize = 1024;

    /// The most items that a serialized array may have.
    pub const ITEMS_MAX: usize = 1024;

    /// The most members that a serialized object may have.
    pub const MEMBERS_MAX: usize = 256;

    /// The longest raw text of one parameter in bytes, all its field lines together; the whole query
    /// string or Cookie header may be one parameter.
    pub const BYTES_MAX: usize = 64 * 1024;

    /// The longest text of a number in bytes; no exact binary number is longer.
    pub const NUMBER_BYTES_MAX: usize = 1100;

    /// The longest name in bytes that an answer repeats, so that it does not grow with what a peer sends.
    pub const NAME_SHOWN_BYTES_MAX: usize = 128;

    /// The most errors that one answer tells.
    pub const ERRORS_MAX: usize = 32;

    const _: () = assert!(BYTES_MAX >= super::TARGET_BYTES_MAX, "the query string is part of the target");
    const _: () = assert!(COUNT_MAX <= 65_535, "parameters are counted in a u16");
    const _: () = assert!(PAIRS_MAX <= 65_535, "pairs are counted in a u16");
}
