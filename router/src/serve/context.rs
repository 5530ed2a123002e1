//! What a handler sees: the operation, the decoded and validated request, and who sent it.

use std::cell::Cell;
use std::time::Instant;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor, value::Error as Absence};

use crate::schema::instance::InstanceNode;
use crate::serve::clock::has_passed;
use crate::serve::content::{Content, ContentError, MediaType, Multipart, MultipartLimits, boundary_of};
use crate::serve::parameter::{ParameterLocation, ParameterValues};
use crate::serve::security::SecurityContext;
use crate::serve::{
    BodySource, Clock, Connection, Operation, Problem, ProblemError, ProblemKind, RequestHead,
};

/// The request as its operation declares it, ready to be used.
///
/// Values are read with [`path`](Self::path), [`query`](Self::query), [`header`](Self::header), [`cookie`](Self::cookie) and
/// [`body`](Self::body) into any type that implements [`Deserialize`]; `Option` stands for what may be absent. They were
/// validated before, so that an error here means that the description allows more than the handler's
/// type does; it is answered with 400 and names the place.
///
/// ```
/// use std::fmt;
///
/// use brrtrouter::{
///     Api, ApiKeys, Context, Description, Handlers, Principal, Problem, Response, SecurityProviders, StatusCode,
/// };
/// use serde::{Deserialize, Serialize};
///
/// const SHOP: &str = r##"
/// openapi: 3.1.2
/// info: { title: Shop, version: "1" }
/// paths:
///   /orders/{id}:
///     put:
///       operationId: putOrder
///       security: [{ key: [] }]
///       parameters:
///         - { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } }
///         - { name: tag, in: query, schema: { type: array, items: { type: string } } }
///         - { name: X-Trace, in: header, schema: { type: string } }
///         - { name: lang, in: cookie, schema: { enum: [de, en] } }
///       requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } }
///       responses:
///         "200": { description: As it is kept now, content: { application/json: {} } }
/// components:
///   securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
///   schemas:
///     Order: { type: object, required: [item], properties: { item: { type: string, minLength: 1 } } }
/// "##;
///
/// #[derive(Deserialize, Serialize)]
/// struct Order {
///     item: String,
/// }
///
/// /// An error of one's own becomes a problem where `?` is used.
/// struct SoldOut(String);
///
/// impl From<SoldOut> for Problem {
///     fn from(SoldOut(item): SoldOut) -> Self {
///         Problem::new(StatusCode::CONFLICT).with_detail(format!("no {item} is left"))
///     }
/// }
///
/// fn reserve(item: &str) -> Result<(), SoldOut> {
///     if item == "pen" { Ok(()) } else { Err(SoldOut(item.to_owned())) }
/// }
///
/// fn put_order(cx: &Context<'_>) -> Result<Response, Problem> {
///     let id: u64 = cx.path("id")?;
///     let tags: Option<Vec<&str>> = cx.query("tag")?;
///     let trace: Option<&str> = cx.header("X-Trace")?;
///     let lang: Option<&str> = cx.cookie("lang")?;
///     let order: Order = cx.body()?;
///     let who = cx.security().principal().map(Principal::name);
///     reserve(&order.item)?;
///     Ok(Response::json(&(id, tags, trace, lang, order, who)))
/// }
///
/// let description = Description::from_text("shop.yaml", SHOP)?;
/// let keys = ApiKeys::new().with_key("s3cret", Principal::new("ada"));
/// let api = Api::builder(&description)
///     .handlers(Handlers::new().on("putOrder", put_order))
///     .security(SecurityProviders::new().on("key", keys))
///     .build()?;
///
/// let put = |item| {
///     let request = api.test().put("/orders/7?tag=a&tag=b").field("X-Trace", "t1").field("Cookie", "lang=en");
///     request.field("X-Key", "s3cret").json(&Order { item: String::from(item) }).send()
/// };
/// assert_eq!(put("pen").text(), r#"[7,["a","b"],"t1","en",{"item":"pen"},"ada"]"#);
/// assert_eq!(put("ink").status(), 409);
/// assert_eq!(put("").status(), 400);
/// assert_eq!(api.test().put("/orders/7").send().status(), 401);
/// # Ok::<(), brrtrouter::Diagnostics>(())
/// ```
pub struct Context<'r> {
    pub(crate) operation: &'r Operation,
    pub(crate) head: &'r RequestHead<'r>,
    pub(crate) connection: &'r Connection,
    pub(crate) security: &'r SecurityContext,
    pub(crate) parameters: &'r ParameterValues,
    pub(crate) content: &'r Content,
    pub(crate) accepted: Option<&'r str>,
    pub(crate) request_id: Option<&'r str>,
    pub(crate) deadline: Option<Instant>,
    pub(crate) clock: &'r dyn Clock,
    pub(crate) stream: Cell<Option<&'r mut dyn BodySource>>,
    /// The bounds of parts that the handler pulls.
    pub(crate) multipart: MultipartLimits,
}

impl<'r> Context<'r> {
    /// The operation that runs.
    #[must_use]
    pub const fn operation(&self) -> &'r Operation {
        self.operation
    }

    /// The head as it came.
    #[must_use]
    pub const fn head(&self) -> &'r RequestHead<'r> {
        self.head
    }

    /// The connection that the request came over.
    #[must_use]
    pub const fn connection(&self) -> &'r Connection {
        self.connection
    }

    /// Which credentials let the request in, and whose they are.
    #[must_use]
    pub const fn security(&self) -> &'r SecurityContext {
        self.security
    }

    /// The parameters of one location that came with the request, by name, in the order declared.
    pub fn parameters(
        &self,
        location: ParameterLocation,
    ) -> impl Iterator<Item = (&'r str, InstanceNode<'r>)> {
        let (plans, values) = (self.operation.parameters.as_slice(), self.parameters);
        plans
            .iter()
            .enumerate()
            .filter(move |(_, plan)| plan.location() == location)
            .filter_map(move |(position, plan)| values.at(position).map(|node| (plan.name(), node)))
    }

    /// The decoded content.
    #[must_use]
    pub const fn content(&self) -> &'r Content {
        self.content
    }

    /// The declared media type of success that the request prefers (RFC 9110 §12.5.1); `None` where the
    /// request states no preference.
    #[must_use]
    pub const fn accepted(&self) -> Option<&'r str> {
        self.accepted
    }

    /// The id of the request, as the response will repeat it; `None` where no [`Service`](crate::Service) gives ids.
    #[must_use]
    pub const fn request_id(&self) -> Option<&'r str> {
        self.request_id
    }

    /// When the answer has to be there; `None` where requests may take any time.
    #[must_use]
    pub const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Whether nobody waits for the answer any more, so that a long computation should end: the deadline has passed, or the peer has closed its
    /// side of the connection. Cooperative; nothing stops a handler that does not ask, and a peer that only closed half still gets its answer.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        let departure = self.connection.departure.as_ref();
        has_passed(self.deadline, self.clock) || departure.is_some_and(|peer| peer.has_departed())
    }

    /// The octets of the content as they came, for signatures over them; empty where the content is a
    /// stream or there is none.
    #[must_use]
    pub fn raw(&self) -> &'r [u8] {
        self.content.raw().unwrap_or_default()
    }

    /// Takes the content that the operation reads as a stream; once, and only where the media type has no
    /// schema and is neither JSON, form nor text (BOD-008), or the handler was registered by
    /// [`Handlers::on_stream`](crate::Handlers::on_stream).
    #[must_use]
    pub fn take_stream(&self) -> Option<&'r mut dyn BodySource> {
        self.stream.take()
    }

    /// Takes such content to read it part by part, as it comes; `None` where there is none, or it was taken before.
    ///
    /// # Errors
    /// A 415 where the content is not multipart, a 400 where its boundary is missing or malformed.
    pub fn take_parts(&self) -> Result<Option<Multipart<'r>>, Problem> {
        let Some(stream) = self.take_stream() else { return Ok(None) };
        let stated = self.head.field("content-type").and_then(|line| line.text());
        let media_type = stated.and_then(|text| MediaType::parse_concrete(text).ok());
        let is_multipart = |kind: &MediaType<'_>| kind.type_name().eq_ignore_ascii_case("multipart");
        let media_type = media_type.filter(is_multipart).ok_or(ContentError::MediaTypeUndeclared)?;
        let boundary = boundary_of(&media_type)?;
        Ok(Some(Multipart::new(stream, &boundary, self.multipart)?))
    }

    /// Reads a path parameter.
    ///
    /// # Errors
    /// A 400 when the value does not fit the type, a 500 when the operation has no such parameter.
    pub fn path<T: Deserialize<'r>>(&self, name: &str) -> Result<T, Problem> {
        self.parameter(ParameterLocation::Path, name)
    }

    /// Reads a query parameter; `Option` for one that is not required.
    ///
    /// # Errors
    /// As for [`path`](Self::path).
    pub fn query<T: Deserialize<'r>>(&self, name: &str) -> Result<T, Problem> {
        self.parameter(ParameterLocation::Query, name)
    }

    /// Reads a header parameter, whose name compares without case.
    ///
    /// # Errors
    /// As for [`path`](Self::path).
    pub fn header<T: Deserialize<'r>>(&self, name: &str) -> Result<T, Problem> {
        self.parameter(ParameterLocation::Header, name)
    }

    /// Reads a cookie parameter.
    ///
    /// # Errors
    /// As for [`path`](Self::path).
    pub fn cookie<T: Deserialize<'r>>(&self, name: &str) -> Result<T, Problem> {
        self.parameter(ParameterLocation::Cookie, name)
    }

    fn parameter<T: Deserialize<'r>>(&self, location: ParameterLocation, name: &str) -> Result<T, Problem> {
        let Some(position) = self.operation.parameters.position(location, name) else {
            tracing::error!(
                operation = self.operation.name(),
                name,
                "the handler reads an undeclared parameter"
            );
            return Err(Problem::of(ProblemKind::Internal));
        };
        read(self.parameters.at(position)).map_err(|fault| {
            let error = ProblemError::parameter(location.name(), name, "type", fault);
            Problem::of(ProblemKind::InvalidParameters).with_error(error)
        })
    }

    /// Reads the decoded content.
    ///
    /// # Errors
    /// A 400 when the value does not fit the type.
    pub fn body<T: Deserialize<'r>>(&self) -> Result<T, Problem> {
        read(self.content.value()).map_err(|fault| {
            Problem::of(ProblemKind::ContentInvalid).with_error(ProblemError::content("", "type", fault))
        })
    }
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("operation", &self.operation.name()).finish_non_exhaustive()
    }
}

fn read<'i, T: Deserialize<'i>>(node: Option<InstanceNode<'i>>) -> Result<T, String> {
    match node {
        Some(node) => T::deserialize(node).map_err(|fault| fault.to_string()),
        None => T::deserialize(Absent).map_err(|fault| fault.to_string()),
    }
}

/// What is not there: `None` to an `Option`, an error to anything else.
struct Absent;

impl<'de> Deserializer<'de> for Absent {
    type Error = Absence;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Absence> {
        Err(Absence::custom("the value is absent"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Absence> {
        visitor.visit_none()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Absence> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier
    }
}

impl IntoDeserializer<'_, Absence> for Absent {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
