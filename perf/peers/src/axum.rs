//! The operations on axum: a middleware for the key, the framework's extractors, and one extractor round them that validates.

use std::io;
use std::net::TcpListener;

use axum::extract::{FromRequest, FromRequestParts, Json, Path, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{RequestExt as _, RequestPartsExt as _, Router};
use garde::Validate;
use serde::de::DeserializeOwned;

use crate::order::{Item, ItemPath, KEY, KEY_FIELD, Order, Ordered};

/// Serves for good.
pub fn serve(listener: TcpListener) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, router()).await
    })
}

fn router() -> Router {
    Router::new()
        .route("/orders/{id}/items/{item}", get(item))
        .route("/orders", post(order))
        .route_layer(middleware::from_fn(require_key))
        .route("/hello", get(async || "Hello, World!"))
}

async fn require_key(request: Request, next: Next) -> Response {
    match request.headers().get(KEY_FIELD) {
        Some(key) if key == KEY => next.run(request).await,
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn item(Valid(path): Valid<ItemPath>) -> Json<Item> {
    Json(Item { id: path.id, item: path.item })
}

async fn order(ValidJson(order): ValidJson<Order>) -> (StatusCode, Json<Ordered>) {
    (StatusCode::CREATED, Json(order.place()))
}

/// Why a request is refused.
type Refused = (StatusCode, String);

/// Parameters of the path that hold what their type says.
struct Valid<T>(T);

impl<T, S> FromRequestParts<S> for Valid<T>
where
    T: DeserializeOwned + Validate<Context = ()> + Send + 'static,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refused> {
        let Path(value) =
            parts.extract::<Path<T>>().await.map_err(|error| (error.status(), error.body_text()))?;
        checked(value).map(Self)
    }
}

/// JSON content that holds what its type says.
struct ValidJson<T>(T);

impl<T, S> FromRequest<S> for ValidJson<T>
where
    T: DeserializeOwned + Validate<Context = ()> + 'static,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refused> {
        let Json(value) =
            request.extract::<Json<T>, _>().await.map_err(|error| (error.status(), error.body_text()))?;
        checked(value).map(Self)
    }
}

fn checked<T: Validate<Context = ()>>(value: T) -> Result<T, Refused> {
    match value.validate() {
        Ok(()) => Ok(value),
        Err(report) => Err((StatusCode::UNPROCESSABLE_ENTITY, report.to_string())),
    }
}
