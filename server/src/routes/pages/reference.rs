//! `/api`: the reference of the API, made from its own description.

use super::Visitor;
use crate::app::App;
use crate::http::problem::Problem;
use crate::routes::api;
use axum::extract::State;
use axum::response::Response;
use std::collections::BTreeMap;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use web::pages::reference::{Endpoint, EndpointGroup, ReferenceView, page};

/// The reference.
///
/// # Errors
/// When the pool is full.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.render(&app, page, view()).await
}

fn view() -> ReferenceView {
    let mut groups: BTreeMap<String, Vec<Endpoint>> = BTreeMap::new();
    for (path, item) in &api::description().paths.paths {
        for (method, operation) in operations(item) {
            let group = operation.tags.as_ref().and_then(|tags| tags.first()).cloned().unwrap_or_default();
            groups.entry(group).or_default().push(endpoint(method, path, operation));
        }
    }
    ReferenceView {
        groups: groups.into_iter().map(|(title, endpoints)| EndpointGroup { title, endpoints }).collect(),
    }
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [("GET", &item.get), ("POST", &item.post), ("PATCH", &item.patch)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

fn endpoint(method: &str, path: &str, operation: &Operation) -> Endpoint {
    let said = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(parameter) => (parameter.name.clone(), parameter.description.clone().unwrap_or_default()),
        RefOr::Ref(elsewhere) => (elsewhere.ref_location.clone(), String::new()),
    };
    Endpoint {
        method: method.to_owned(),
        path: path.to_owned(),
        summary: operation.summary.clone().or_else(|| operation.description.clone()).unwrap_or_default(),
        parameters: operation.parameters.iter().flatten().map(said).collect(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_endpoint_says_what_it_does() {
        for group in super::view().groups {
            assert!(!group.title.is_empty());
            for endpoint in group.endpoints {
                assert!(!endpoint.summary.is_empty(), "{} {}", endpoint.method, endpoint.path);
            }
        }
    }
}
