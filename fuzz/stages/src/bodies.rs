//! Request bodies as a description declares them, compiled and read without the rest of the journey.

use brrtrouter::BytesBody;
use brrtrouter::content::{
    Content, ContentError, ContentLimits, ContentPlan, MediaType, read, select_media_type,
};
use brrtrouter::description::{Description, Diagnostics, OpenApi};
use brrtrouter::schema::{SchemaCompiler, SchemaOptions, Schemas};

/// The request bodies of a description's operations, in its order.
pub(crate) struct Bodies {
    plans: Vec<ContentPlan>,
    pub(crate) schemas: Schemas,
}

impl Bodies {
    /// Compiles the bodies of a description that is known to be valid.
    pub(crate) fn of(description: &str) -> Self {
        let description =
            Description::from_text("bodies.yaml", description).unwrap_or_else(|found| panic!("{found}"));
        let mut schemas = SchemaCompiler::new(&description, &SchemaOptions::default());
        let mut found = Diagnostics::new();
        let operations =
            OpenApi::new(&description).paths().into_iter().flat_map(|(_, item)| item.operations());
        let bodies = operations.filter_map(|(_, operation)| operation.request_body());
        let plans =
            bodies.map(|body| ContentPlan::compile(&description, body, &mut schemas, &mut found)).collect();
        Self { plans, schemas: schemas.compile().unwrap_or_else(|found| panic!("{found}")) }
    }

    /// Reads a body of the operation at this place.
    pub(crate) fn read(
        &self,
        operation: usize,
        media_type: &str,
        body: &[u8],
    ) -> Result<Content, ContentError> {
        let media_type = MediaType::parse(media_type).unwrap_or_else(|error| panic!("{error}"));
        let selected = select_media_type(&self.plans[operation], media_type)?;
        read(&selected, &mut BytesBody::new(body), &ContentLimits::default())
    }
}
