//! `/procedures/{id}/copy[?repo=&at=]`: the copy dialogue, and what came of it.
//!
//! The form is sent as `application/x-www-form-urlencoded` by POST to the page's own address:
//!
//! | field | what |
//! |---|---|
//! | `tenant`, repeated | ids of the chosen tenants |
//! | `independent` | `yes`: a copy without a tenant |
//! | `window` | `none`, `last` or `between` |
//! | `last` | `7d`, for `last` |
//! | `from`, `to` | `2026-11-01T00:00` in `zone`, for `between` |
//! | `zone` | `UTC` or a zone that [`CopyView::zones`] names |
//! | `p.NAME`, one a parameter | what was typed; empty keeps the default |
//! | `hold` | `default`, `writes` or `none` |
//!
//! The button *Filter* sends the same form by GET, with `find`: the server shows the tenants that match `find` and those
//! that are chosen, and everything else as it was filled in. On a mistake the POST answers with the page again, `errors`
//! set and what was filled in kept.

use crate::Frame;
use crate::view::{Commit, FieldError, ProcedureHead};

/// Why something is refused, and what to do about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The refusal's code.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

/// Tenants of one customer to choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantGroup {
    /// The customer's name.
    pub customer: String,
    /// `sector=healthcare`, as read.
    pub labels: Vec<String>,
    /// Its tenants.
    pub tenants: Vec<TenantChoice>,
}

/// A tenant to choose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantChoice {
    /// Its id, which the form sends.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its key, as the service knows it.
    pub key: String,
    /// Its region.
    pub region: String,
    /// Its service.
    pub service: String,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Why it cannot be chosen.
    pub closed: Option<String>,
}

/// Which stretch of time is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WindowChoice {
    /// The notebook's own.
    None,
    /// The last so many days or hours.
    #[default]
    Last,
    /// From one moment to another.
    Between,
}

/// How a parameter is filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Widget {
    /// One line of text.
    #[default]
    Text,
    /// A number.
    Number,
    /// `True` or `False`.
    Switch,
    /// One of these.
    Choice(Vec<String>),
    /// Several lines.
    Lines,
    /// Filled from the tenant or the window; says from what ("the tenant's key").
    Filled(String),
}

/// A parameter to fill in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ParameterField {
    /// Its name, a Python identifier.
    pub name: String,
    /// Its type as far as it is known.
    pub kind: String,
    /// Its default, as Python writes it.
    pub default: String,
    /// What it is for.
    pub help: String,
    /// How it is filled in.
    pub widget: Widget,
    /// What was typed; empty keeps the default.
    pub value: String,
}

/// What becomes of cells that write to the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HoldChoice {
    /// Held when the copy is for more than one tenant.
    #[default]
    Default,
    /// Copied as raw cells.
    Writes,
    /// Left as they are.
    None,
}

/// The copy dialogue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyView {
    /// Of what.
    pub head: ProcedureHead,
    /// The revision that is copied.
    pub commit: Commit,
    /// Set when no copy can be made of this procedure at all: the form is left out.
    pub refused: Option<Refusal>,
    /// What to know before: broken newest revision, older revision, a window that no query follows, …
    pub warnings: Vec<String>,
    /// Whether the procedure knows no tenant parameter: its copies are tenant-independent.
    pub tenant_independent: bool,
    /// What the tenants were filtered by.
    pub find: String,
    /// How many tenants there are in all, shown or not.
    pub tenants_in_all: usize,
    /// The tenants to choose from.
    pub groups: Vec<TenantGroup>,
    /// Whether a copy without a tenant was chosen.
    pub independent: bool,
    /// Which window was chosen.
    pub window: WindowChoice,
    /// `7d`
    pub last: String,
    /// `2026-11-01T00:00`
    pub from: String,
    /// `2026-11-02T00:00`
    pub to: String,
    /// The zone chosen.
    pub zone: String,
    /// Zones to choose from, `UTC` first.
    pub zones: Vec<String>,
    /// The parameters, in the order of the notebook.
    pub parameters: Vec<ParameterField>,
    /// The hold chosen.
    pub hold: HoldChoice,
    /// Cells that write to the service, to be listed: their place (from 0) and what they do.
    pub writes: Vec<(usize, String)>,
    /// What is wrong with what was filled in.
    pub errors: Vec<FieldError>,
}

/// A copy that was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeCopy {
    /// The instance's id.
    pub id: String,
    /// The name of its file.
    pub file_name: String,
    /// The tenant's id; none for a tenant-independent copy.
    pub tenant: Option<String>,
    /// The tenant's name.
    pub tenant_name: String,
    /// The customer's name.
    pub customer: String,
    /// The tenant's region.
    pub region: String,
}

/// A tenant for which no copy was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusedTenant {
    /// The tenant's name; empty when it is about all.
    pub tenant: String,
    /// Why, and what to do.
    pub refusal: Refusal,
}

/// What came of it. *All as one zip* is a POST to `/instances.zip` with `instance`, repeated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyResultView {
    /// Of what.
    pub head: ProcedureHead,
    /// The revision that was copied.
    pub commit: Commit,
    /// The copies made.
    pub made: Vec<MadeCopy>,
    /// What to know about them.
    pub warnings: Vec<String>,
    /// Tenants for which none was made.
    pub refused: Vec<RefusedTenant>,
}

/// The dialogue.
pub fn page(frame: &Frame, view: CopyView) -> String {
    let title = view.head.title;
    frame.render(&title, ())
}

/// What came of it.
pub fn result_page(frame: &Frame, view: CopyResultView) -> String {
    let title = view.head.title;
    frame.render(&title, ())
}
