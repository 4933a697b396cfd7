//! `/instances/{id}/verify`: whether a copy is still what was made.

use super::Visitor;
use crate::app::App;
use crate::copies::verify::{examined, label};
use crate::http::problem::{Problem, sentence};
use crate::routes::api::instances::load;
use axum::extract::{Path, State};
use axum::response::Response;
use catalog::instance::Outcome;
use web::pages::verify::{Verdict, VerifyRow, VerifyView, page};

/// What came of looking at a copy.
///
/// # Errors
/// 404 when there is none.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let instance = load(&app, &visitor.who, &id).await?;
    let examined = examined(&app, &visitor.who, &instance, None).await?;
    let view = VerifyView {
        id: instance.id,
        file_name: instance.file_name,
        holds: examined.holds(),
        differs: examined.differs(),
        rows: examined
            .findings
            .into_iter()
            .map(|finding| VerifyRow {
                what: label(finding.aspect).to_owned(),
                verdict: match finding.outcome {
                    Outcome::Holds => Verdict::Holds,
                    Outcome::Differs => Verdict::Differs,
                    Outcome::Unknown => Verdict::Unknown,
                },
                detail: format!("{}.", sentence(&finding.detail)),
            })
            .collect(),
    };
    visitor.render(&app, page, view).await
}
