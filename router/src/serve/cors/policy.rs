//! The policy as a program states it: plain values, checked when the `Api` is built.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The user's own rule about origins.
pub(crate) type OriginRule = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// Which origins may read an API's answers, and what their requests may carry.
///
/// It is given to [`ApiBuilder::cors`](crate::ApiBuilder::cors) and checked there: an origin with a path, a pattern that is none, or
/// credentials for any origin keep the `Api` from being built. Origins are the program's to configure and never the
/// description's, since they differ by environment. What an operation may say is `x-cors` (or `x-brrtrouter-cors`, which wins):
///
/// | `x-cors` | Meaning |
/// |---|---|
/// | `inherit`, or absent | the API's policy |
/// | `false` | no page of another origin: no CORS fields, and its preflight is refused |
/// | `{ credentials, maxAge, exposeHeaders, allowHeaders }` | the API's origins; each member that is there replaces the policy's |
///
/// A new policy lets no origin in, and allows no credentials and no fields but those that are always allowed.
///
/// ```
/// use std::time::Duration;
///
/// use brrtrouter::{Api, CorsPolicy, Description, Handlers, Response};
/// use http::Method;
///
/// let description = Description::from_text("pets.yaml", "
/// openapi: 3.1.2
/// info: { title: Pets, version: '1' }
/// paths:
///   /pets:
///     get: { responses: { '204': { description: none } } }
///     put: { x-cors: { maxAge: 5 }, responses: { '204': { description: done } } }
///     delete: { x-cors: false, responses: { '204': { description: gone } } }
/// ")?;
/// let policy = CorsPolicy::new()
///     .origin("https://shop.example")
///     .origin_pattern(r"https://pr-\d+\.shop\.example")
///     .credentials()
///     .allow_header("Content-Type")
///     .max_age(Duration::from_secs(600));
/// let nothing = |_: &brrtrouter::Context<'_>| Ok(Response::no_content());
/// let handlers = Handlers::new().on("get_pets", nothing).on("put_pets", nothing).on("delete_pets", nothing);
/// let api = Api::builder(&description).handlers(handlers).cors(policy).build()?;
///
/// let answer = api.test().get("/pets").field("Origin", "https://pr-7.shop.example").send();
/// assert_eq!(answer.field("Access-Control-Allow-Origin"), Some("https://pr-7.shop.example"));
/// assert_eq!(answer.field("Vary"), Some("Origin"));
///
/// let preflight = api.test().request(Method::OPTIONS, "/pets")
///     .field("Origin", "https://shop.example")
///     .field("Access-Control-Request-Method", "PUT")
///     .send();
/// assert_eq!(preflight.field("Access-Control-Allow-Methods"), Some("GET, HEAD, PUT"));
/// assert_eq!(preflight.field("Access-Control-Max-Age"), Some("5"));
///
/// let stranger = api.test().get("/pets").field("Origin", "https://else.example").send();
/// assert_eq!((stranger.status().as_u16(), stranger.field("Access-Control-Allow-Origin")), (204, None));
/// # Ok::<(), brrtrouter::Diagnostics>(())
/// ```
#[derive(Clone, Default)]
pub struct CorsPolicy {
    pub(crate) origins: Vec<String>,
    pub(crate) patterns: Vec<String>,
    pub(crate) rules: Vec<OriginRule>,
    pub(crate) any: bool,
    pub(crate) null: bool,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<Duration>,
    pub(crate) exposed: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) mirrored: bool,
}

impl CorsPolicy {
    /// A policy that lets no origin in.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets this origin in: scheme, host, and the port where it is not the scheme's own. Case of scheme and host does not
    /// count.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Lets these origins in, as a configuration lists them: `*` stands for [`any_origin`](Self::any_origin).
    #[must_use]
    pub fn origins<'o>(self, origins: impl IntoIterator<Item = &'o str>) -> Self {
        origins.into_iter().fold(self, |policy, origin| match origin {
            "*" => policy.any_origin(),
            origin => policy.origin(origin),
        })
    }

    /// Lets in every origin that this regular expression matches as a whole. Its syntax is that of the crate `regex`, over ASCII;
    /// matching takes time linear in the origin.
    #[must_use]
    pub fn origin_pattern(mut self, pattern: impl Into<String>) -> Self {
        self.patterns.push(pattern.into());
        self
    }

    /// Lets in every origin for which `rule` is true. It is asked after lists and patterns, with an origin that is well formed and in
    /// lower case; a panic in it lets nobody in.
    #[must_use]
    pub fn origin_if(mut self, rule: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.rules.push(Arc::new(rule));
        self
    }

    /// Lets every origin in but `null`, by `*`; credentials are then never allowed (Fetch §3.3.5).
    #[must_use]
    pub const fn any_origin(mut self) -> Self {
        self.any = true;
        self
    }

    /// Lets the origin `null` in: sandboxed frames, local files, redirections between origins. Anyone can send from there.
    #[must_use]
    pub const fn null_origin(mut self) -> Self {
        self.null = true;
        self
    }

    /// Lets requests carry cookies and other credentials of the user.
    #[must_use]
    pub const fn credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// How long a browser may keep the answer to a preflight, in whole seconds.
    #[must_use]
    pub const fn max_age(mut self, time: Duration) -> Self {
        self.max_age = Some(time);
        self
    }

    /// Lets pages read this field of a response.
    #[must_use]
    pub fn expose_header(mut self, name: impl Into<String>) -> Self {
        self.exposed.push(name.into());
        self
    }

    /// Lets requests carry this field.
    #[must_use]
    pub fn allow_header(mut self, name: impl Into<String>) -> Self {
        self.headers.push(name.into());
        self
    }

    /// Lets requests carry whatever fields their preflight asks for.
    #[must_use]
    pub const fn mirror_headers(mut self) -> Self {
        self.mirrored = true;
        self
    }
}

impl fmt::Debug for CorsPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CorsPolicy")
            .field("origins", &self.origins)
            .field("patterns", &self.patterns)
            .field("rules", &self.rules.len())
            .field("any", &self.any)
            .field("null", &self.null)
            .field("credentials", &self.credentials)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}
