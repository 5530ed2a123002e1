//! OAuth Flows Object: its grammar.

use super::grammar::{Edition, Field, Grammar, ObjectType, Shape};

pub(super) const GRAMMAR: Grammar = Grammar::new(
    "OAuth Flows Object",
    "SEC-015",
    &[
        Field::new("implicit", Shape::Object(ObjectType::ImplicitFlow)),
        Field::new("password", Shape::Object(ObjectType::PasswordFlow)),
        Field::new("clientCredentials", Shape::Object(ObjectType::ClientCredentialsFlow)),
        Field::new("authorizationCode", Shape::Object(ObjectType::AuthorizationCodeFlow)),
        Field::new("deviceAuthorization", Shape::Object(ObjectType::DeviceAuthorizationFlow))
            .since(Edition::V3_2),
    ],
);
