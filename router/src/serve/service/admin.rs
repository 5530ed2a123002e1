//! A service without an API: for an address of its own, that only those who operate the program reach.

use super::{Service, ServiceBuilder};
use crate::serve::Api;
use crate::{Description, Diagnostics};

/// It declares nothing, so that own paths are all there is.
const NOTHING: &str = "openapi: 3.1.2\ninfo: { title: Administration, version: '1' }\npaths: {}\n";

impl Service {
    /// Starts a service that answers own paths alone: `/health`, `/ready`, and what else it is given. Bound to another address than the
    /// API, it tells of the program without telling the public.
    ///
    /// # Errors
    /// None that is known of: the description that it compiles is always the same.
    ///
    /// ```
    /// # #[cfg(feature = "metrics")] {
    /// use brrtrouter::{Api, Description, Handlers, Metrics, Response, Service};
    ///
    /// # let description = Description::from_text("up.yaml", "
    /// # openapi: 3.1.2
    /// # info: { title: Up, version: '1' }
    /// # paths: { /up: { get: { operationId: up, responses: { '204': { description: up } } } } }
    /// # ")?;
    /// # let api = Api::builder(&description).handlers(Handlers::new().on("up", |_| Ok(Response::no_content()))).build()?;
    /// let metrics = Metrics::new()?;
    /// let service = Service::builder(api).metrics(&metrics).without_status().build()?;
    /// let admin = Service::admin()?.readiness(service.readiness().clone()).metrics_page(&metrics).build()?;
    /// assert_eq!(service.test().get("/metrics").send().status(), 404);
    /// assert_eq!(admin.test().get("/metrics").send().status(), 200);
    /// assert_eq!(admin.test().get("/ready").send().status(), 200);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn admin() -> Result<ServiceBuilder, Diagnostics> {
        let description = Description::from_text("administration.yaml", NOTHING)?;
        Ok(Self::builder(Api::builder(&description).build()?))
    }
}
