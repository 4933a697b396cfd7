//! A new procedure: from a form to a notebook that lint has nothing to say against.
//!
//! What is generated makes "no answer" and "no rows" visibly different: every query has a control that counts what there was
//! to look at, names tenant, window and limit, and is followed by a cell that stops where the answer is missing, cut, or
//! another tenant's. Nothing of it writes to the service: what does is in raw cells.

mod checked;
mod front_matter;
mod own_keys;
mod queries;
mod sections;
mod service;
mod written;

pub(super) use checked::{as_title, id_of};
pub use sections::OUR_SECTIONS;
pub use service::Service;

use crate::attack::{Release, TechniqueId};
use crate::instance::Vocabulary;
use crate::lint::{Finding, Settings, lint};
use crate::notebook::{ipynb, myst};
use crate::procedure::understand;
use crate::repository::FieldMapping;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most techniques of a new procedure.
pub const MAX_TECHNIQUES: usize = 8;

/// What somebody says of a procedure that is to be written. Empty texts are what nobody said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Its title.
    pub title: String,
    /// Its id; made of the title where it is empty.
    pub id: String,
    /// What it hunts for, in a sentence.
    pub description: String,
    /// Ids of techniques, as people write them; revoked ones become what replaced them.
    pub techniques: Vec<String>,
    /// The telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Words that the team filters by; `draft` where there are none.
    pub tags: Vec<String>,
    /// Which service is asked: a word of [`Service`]; Taegis where it is empty.
    pub service: String,
    /// Whether Taegis' parameters have Taegis' own names (`TAEGIS_TENANT_ID`) rather than those of every service.
    pub own_names: bool,
    /// Values of further keys of `hunting`, such as those that a team asks for.
    pub keys: BTreeMap<String, String>,
}

/// What a new procedure has to fit.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// What the team asks of its procedures.
    pub settings: &'a Settings,
    /// The release of ATT&CK that they are held to.
    pub release: &'a Release,
    /// The names of parameters that copies fill in.
    pub vocabulary: &'a Vocabulary,
    /// The day.
    pub today: NaiveDate,
}

/// Why a form cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The field, as [`Form`] calls it.
    pub field: String,
    /// What is wrong with it and what to do.
    pub message: String,
}

/// A procedure that is begun.
#[derive(Debug, Clone, PartialEq)]
pub struct Beginning {
    /// Its title.
    pub title: String,
    /// Its id.
    pub id: String,
    /// What it hunts for.
    pub description: String,
    /// What it is mapped to, in use every one.
    pub techniques: Vec<TechniqueId>,
    /// The telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Words that the team filters by.
    pub tags: Vec<String>,
    /// Which service is asked.
    pub service: Service,
    /// The headings of its sections, in order.
    pub sections: Vec<String>,
    /// The kernel that it asks for.
    kernel: String,
    /// Further keys of `hunting`.
    keys: BTreeMap<String, Value>,
    names: queries::Names,
}

impl Beginning {
    /// Begins a procedure.
    ///
    /// # Errors
    /// Every field that cannot be used, with what to do.
    pub fn of(form: &Form, ground: &Ground<'_>) -> Result<Self, Vec<Wrong>> {
        checked::check(form, ground)
    }

    /// One of any title at all, with those techniques that are in use: what is offered where a search found nothing. What
    /// cannot be used of the title becomes a blank, and what is too long is cut.
    pub fn titled(title: &str, techniques: &[TechniqueId], ground: &Ground<'_>) -> Option<Self> {
        let known = techniques.iter().filter_map(|id| ground.release.resolve(id)).take(MAX_TECHNIQUES);
        let form = Form {
            title: checked::as_title(title),
            techniques: known.map(|technique| technique.id.as_str().to_owned()).collect(),
            ..Form::default()
        };
        checked::check(&form, ground).ok()
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.md", self.id)
    }

    /// Its text: a MyST notebook.
    pub fn text(&self) -> String {
        written::text(self)
    }
}

/// What lint finds in the bytes of a procedure, as a team has its rules. An ipynb file is told by its path.
pub fn looked_at(
    bytes: &[u8],
    path: &str,
    settings: &Settings,
    fields: &FieldMapping,
    release: &Release,
) -> Vec<Finding> {
    let is_ipynb =
        std::path::Path::new(path).extension().is_some_and(|end| end.eq_ignore_ascii_case("ipynb"));
    let notebook = if is_ipynb { ipynb::read(bytes) } else { myst::read(bytes) };
    let procedure = understand(&notebook, path, fields, release).into_procedure();
    lint(&notebook, &procedure, settings)
}

#[cfg(test)]
mod tests;
