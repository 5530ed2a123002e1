//! The operations on actix-web: a middleware for the key, the framework's extractors, and what they gave validated by the handlers.

use std::io;
use std::net::TcpListener;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::{Next, from_fn};
use actix_web::{App, Error, HttpResponse, HttpServer, error, web};
use garde::Validate;

use crate::order::{Item, ItemPath, KEY, KEY_FIELD, Order};

/// Serves for good.
pub fn serve(listener: TcpListener) -> io::Result<()> {
    let app = || {
        let keyed = web::scope("/orders")
            .wrap(from_fn(require_key))
            .route("/{id}/items/{item}", web::get().to(item))
            .route("", web::post().to(order));
        // Where a parameter is wrong the framework says 404, as if there were no such path.
        let wrong = web::PathConfig::default().error_handler(|error, _| error::ErrorBadRequest(error));
        App::new().app_data(wrong).route("/hello", web::get().to(hello)).service(keyed)
    };
    let server = HttpServer::new(app).disable_signals().listen(listener)?.run();
    actix_web::rt::System::new().block_on(server)
}

async fn require_key(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match request.headers().get(KEY_FIELD) {
        Some(key) if key == KEY => next.call(request).await,
        _ => Err(error::ErrorUnauthorized("no key, or a wrong one")),
    }
}

async fn hello() -> &'static str {
    "Hello, World!"
}

async fn item(path: web::Path<ItemPath>) -> Result<web::Json<Item>, Error> {
    let path = path.into_inner();
    path.validate().map_err(error::ErrorUnprocessableEntity)?;
    Ok(web::Json(Item { id: path.id, item: path.item }))
}

async fn order(order: web::Json<Order>) -> Result<HttpResponse, Error> {
    order.validate().map_err(error::ErrorUnprocessableEntity)?;
    Ok(HttpResponse::Created().json(order.into_inner().place()))
}
