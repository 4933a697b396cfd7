//! `/api`: the reference of the HTTP interface.

use crate::Frame;

/// Endpoints that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointGroup {
    /// What they are about.
    pub title: String,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// `GET`
    pub method: String,
    /// `/api/v1/procedures`
    pub path: String,
    /// What it does.
    pub summary: String,
    /// Its parameters: name and what it is.
    pub parameters: Vec<(String, String)>,
}

/// The reference page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceView {
    /// The endpoints.
    pub groups: Vec<EndpointGroup>,
}

/// The page.
pub fn page(frame: &Frame, view: ReferenceView) -> String {
    let _ = view;
    frame.render("API", ())
}
