//! `/procedures/{id}/copy`: the copy dialogue, and what came of it.

mod offered;

use super::Visitor;
use super::shared::{Context, field_notes, head};
use crate::app::App;
use crate::auth::Role;
use crate::copies::indicators;
use crate::copies::trial::{Trial, filled_from, kind, trial};
use crate::copies::typed::{shown, typed};
use crate::copies::window::{self, Asked, Last, Since, SinceWhat, WindowSpec};
use crate::copies::{Made, Order, make, short};
use crate::http::problem::{Problem, sentence};
use crate::routes::api::field_notes::holding;
use crate::routes::api::{Which, no_procedure};
use axum::extract::{Path, Query, RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use catalog::instance::{Declared, Hold, Kind, Parameter, Schema, Vocabulary};
use catalog::library::{Address, Reading};
use catalog::notebook::Metadata;
use offered::{groups, known, offered};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use web::pages::copy::{
    CopyResultView, CopyView, HoldChoice, MadeCopy, ParameterField, Refusal, RefusedTenant, Widget,
    WindowChoice, page, result_page,
};
use web::view::FieldError;

/// So many tenants are shown to choose from; the rest is found by name.
const SHOWN: usize = 200;

/// What the form holds.
#[derive(Debug, Clone, Default)]
struct Filled {
    tenants: Vec<String>,
    independent: bool,
    find: String,
    window: WindowChoice,
    last: String,
    from: String,
    to: String,
    zone: String,
    parameters: BTreeMap<String, String>,
    hold: HoldChoice,
    /// Whether the form was sent, or the page is only opened.
    sent: bool,
}

impl Filled {
    fn read(form: &[u8]) -> Self {
        let mut filled = Self { last: "7d".to_owned(), zone: "UTC".to_owned(), ..Self::default() };
        for (name, value) in url::form_urlencoded::parse(form) {
            let value = value.into_owned();
            match name.as_ref() {
                "tenant" => filled.tenants.push(value),
                "independent" => filled.independent = value == "yes",
                "find" => filled.find = value.trim().to_owned(),
                "window" => {
                    filled.sent = true;
                    filled.window = match value.as_str() {
                        "none" => WindowChoice::None,
                        "between" => WindowChoice::Between,
                        "hunted" => WindowChoice::Hunted,
                        _ => WindowChoice::Last,
                    };
                }
                "last" => filled.last = value.trim().to_owned(),
                "from" => filled.from = value,
                "to" => filled.to = value,
                "zone" => filled.zone = value,
                "hold" => {
                    filled.hold = match value.as_str() {
                        "writes" => HoldChoice::Writes,
                        "none" => HoldChoice::None,
                        _ => HoldChoice::Default,
                    };
                }
                other => {
                    if let Some(parameter) = other.strip_prefix("p.")
                        && filled.parameters.len() < 200
                    {
                        filled.parameters.insert(parameter.to_owned(), value);
                    }
                }
            }
        }
        filled
    }

    fn window(&self, app: &App) -> Result<Option<Asked>, FieldError> {
        let wrong = |field: &str, error: window::WindowError| FieldError {
            field: field.to_owned(),
            message: error.to_string(),
        };
        let (last, in_zone) = (self.last.clone(), Some(self.zone.clone()));
        let spec = match self.window {
            WindowChoice::None => return Ok(None),
            WindowChoice::Last => WindowSpec::Last(Last { last, zone: in_zone }),
            WindowChoice::Hunted => {
                WindowSpec::Since(Since { since: SinceWhat::LastHunted, last, zone: in_zone })
            }
            WindowChoice::Between => {
                let zone = window::zone(Some(&self.zone)).map_err(|error| wrong("zone", error))?;
                let from = window::local(&self.from, zone).map_err(|error| wrong("from", error))?;
                let to = window::local(&self.to, zone).map_err(|error| wrong("to", error))?;
                let window = window::ordered(from, to).map_err(|error| wrong("to", error))?;
                return Ok(Some(Asked::Same(window)));
            }
        };
        spec.resolve(app.clock.now()).map(Some).map_err(|error| wrong("last", error))
    }

    /// What was typed, as values. What was left empty keeps its default, where there is one.
    fn parameters(
        &self,
        parameters: &[Parameter],
        schema: &Schema,
        vocabulary: &Vocabulary,
    ) -> Result<Metadata, Vec<FieldError>> {
        let (mut values, mut errors) = (Metadata::new(), Vec::new());
        let mut wrong = |name: &str, message| {
            errors.push(FieldError { field: format!("p.{name}"), message });
        };
        for (name, text) in self.parameters.iter().filter(|(_, text)| !text.trim().is_empty()) {
            let value = match parameters.iter().find(|parameter| parameter.name == *name) {
                Some(parameter) => typed(parameter, schema.get(name), text, &self.zone),
                None => Err(format!("The procedure has no parameter {name}.")),
            };
            match value {
                Ok(value) => {
                    values.insert(name.clone(), value);
                }
                Err(message) => wrong(name, message),
            }
        }
        for Parameter { name, .. } in parameters.iter().filter(|parameter| needed(parameter, schema)) {
            let typed = self.parameters.get(name).is_some_and(|text| !text.trim().is_empty());
            if !typed && filled_from(name, vocabulary).is_none() {
                wrong(name, format!("{name} must be given: the notebook has no default for it."));
            }
        }
        if errors.is_empty() { Ok(values) } else { Err(errors) }
    }
}

/// The dialogue.
///
/// # Errors
/// 403 without the role, 404 when there is no such procedure.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let filled = Filled::read(raw.unwrap_or_default().as_bytes());
    dialogue(&app, &visitor, which.address(&id), which.commit()?, filled, Vec::new()).await
}

/// Makes the copies, or says what is wrong with what was filled in.
///
/// # Errors
/// 403 without the role, 404 when there is no such procedure.
pub async fn make_copies(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(which): Query<Which>,
    RawForm(form): RawForm,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let filled = Filled::read(&form);
    let (address, at) = (which.address(&id), which.commit()?);
    let (_, tried) = read(&app, address.clone(), at.clone()).await?;
    let mut errors = Vec::new();
    let window = filled.window(&app).unwrap_or_else(|error| {
        errors.push(error);
        None
    });
    let vocabulary = &app.config.instances.vocabulary;
    let parameters =
        filled.parameters(&tried.parameters, &tried.schema, vocabulary).unwrap_or_else(|wrong| {
            errors.extend(wrong);
            Metadata::new()
        });
    let nobody = filled.tenants.is_empty();
    if nobody && !(tried.tenant_independent || filled.independent) {
        errors.push(FieldError {
            field: "tenant".to_owned(),
            message: "Choose at least one tenant.".to_owned(),
        });
    }
    if !errors.is_empty() {
        let again = dialogue(&app, &visitor, address, at, filled, errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response());
    }
    let order = Order {
        address: address.clone(),
        at: at.clone(),
        tenants: if filled.independent { Vec::new() } else { filled.tenants.clone() },
        window,
        parameters,
        hold: match filled.hold {
            HoldChoice::Default => None,
            HoldChoice::Writes => Some(Hold::Writes),
            HoldChoice::None => Some(Hold::None),
        },
        dry_run: false,
    };
    let made = make(&app, &visitor.who, order).await?;
    let status =
        if made.instances.is_empty() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CREATED };
    let context = Context::of(&app);
    let shown = visitor.render(&app, result_page, result(&context, made, address.repo.is_some())).await?;
    Ok((status, shown).into_response())
}

async fn read(app: &App, address: Address, at: Option<String>) -> Result<(Reading, Trial), Problem> {
    let vocabulary = app.config.instances.vocabulary.clone();
    let id = address.id.clone();
    app.read(move |library| {
        Ok(library.read(&address, at.as_deref())?.map(|reading| {
            let tried = trial(&reading, &vocabulary);
            (reading, tried)
        }))
    })
    .await?
    .ok_or_else(|| no_procedure(&id))
}

async fn dialogue(
    app: &App,
    visitor: &Visitor,
    address: Address,
    at: Option<String>,
    filled: Filled,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let named = address.repo.is_some();
    let (reading, tried) = read(app, address, at).await?;
    let scope = visitor.who.tenants();
    let tenants = offered(app, visitor, &filled).await?;
    let (in_all, zones_of_tenants) =
        (app.database.tenants(&scope).count().await?, app.database.tenants(&scope).zones().await?);
    let customers = app.database.customers(&scope).list().await?;
    let context = Context::of(app);
    let notes =
        field_notes(&context, holding(app, &visitor.who, Some(&reading.entry), None).await?, false, true);
    // What is wrong with the window is said beside it, once it is sent.
    let window = filled.window(app).ok().flatten();
    let said = known(app, visitor, &reading, &tenants, window).await?;
    let past = reading.past.then(|| reading.commit.clone());
    let view = CopyView {
        head: head(&reading.entry, &reading.procedure.title, &reading.others, named, past),
        commit: context.commit(&reading.entry.repo, &reading.commit),
        warnings: warnings(&reading),
        tenant_independent: tried.tenant_independent,
        tenants_in_all: usize::try_from(in_all).unwrap_or(usize::MAX),
        zones: zones(&zones_of_tenants, &filled.zone),
        groups: groups(&tenants, &customers, &filled, reading.procedure.service.as_deref(), &said),
        notes,
        find: filled.find,
        independent: filled.independent,
        window: filled.window,
        last: filled.last,
        from: filled.from,
        to: filled.to,
        zone: filled.zone,
        parameters: fields(&tried, &filled.parameters, &app.config.instances.vocabulary),
        refused: tried.refused.map(|refusal| Refusal {
            code: refusal.code,
            reason: format!("{}.", sentence(&refusal.reason)),
            remedy: refusal.remedy,
        }),
        hold: filled.hold,
        writes: tried.writes,
        errors,
    };
    visitor.render(app, page, view).await
}

fn warnings(reading: &Reading) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(broken) = &reading.broken {
        warnings.push(format!(
            "The newest revision cannot be used since {} by {}: {}. The last good one is copied.",
            short(&broken.since),
            broken.by,
            broken.reason.trim_end_matches('.')
        ));
    }
    if reading.past {
        warnings.push(format!("This is the revision at {}, not the newest one.", short(&reading.commit)));
    }
    warnings
}

/// UTC first, then the zones of the tenants, and the one that is chosen.
fn zones(of_tenants: &[String], chosen: &str) -> Vec<String> {
    let mut named: BTreeSet<&str> = of_tenants.iter().map(String::as_str).collect();
    if window::zone(Some(chosen)).is_ok() && !chosen.is_empty() {
        named.insert(chosen);
    }
    named.remove("UTC");
    std::iter::once("UTC").chain(named).map(str::to_owned).collect()
}

/// Whether a parameter must be filled in: nothing but the declaration says so, and its default is empty.
fn needed(parameter: &Parameter, schema: &Schema) -> bool {
    let empty = match &parameter.value {
        Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        Some(Value::Object(map)) => map.is_empty(),
        _ => false,
    };
    empty && schema.get(&parameter.name).is_some_and(|declared| declared.required)
}

fn fields(tried: &Trial, filled: &BTreeMap<String, String>, vocabulary: &Vocabulary) -> Vec<ParameterField> {
    let field = |parameter: &Parameter| {
        let declared = tried.schema.get(&parameter.name);
        let value = filled.get(&parameter.name).cloned().unwrap_or_default();
        ParameterField {
            widget: match filled_from(&parameter.name, vocabulary) {
                Some(from) => Widget::Filled(from.to_owned()),
                None => widget(parameter, declared, &value),
            },
            name: parameter.name.clone(),
            kind: declared
                .and_then(|declared| declared.kind)
                .map_or_else(|| kind(parameter), |kind| kind.word().to_owned()),
            default: parameter.default.clone(),
            expression: parameter.is_expression(),
            required: needed(parameter, &tried.schema),
            help: help(parameter, declared),
            value,
        }
    };
    tried.parameters.iter().map(field).collect()
}

/// What a parameter is for, and what is declared of its values.
fn help(parameter: &Parameter, declared: Option<&Declared>) -> String {
    let said = declared.and_then(|declared| declared.help.clone()).or_else(|| parameter.help.clone());
    let mut help = said.unwrap_or_default();
    let bound = |bound: &Option<Value>| bound.as_ref().map(shown);
    let limits = declared.map(|declared| (bound(&declared.minimum), bound(&declared.maximum)));
    let limits = match limits {
        Some((Some(least), Some(most))) => format!("From {least} to {most}."),
        Some((Some(least), None)) => format!("At least {least}."),
        Some((None, Some(most))) => format!("At most {most}."),
        _ => return help,
    };
    if !help.is_empty() {
        help.push_str(if help.ends_with(['.', '!', '?']) { " " } else { ". " });
    }
    help + &limits
}

fn widget(parameter: &Parameter, declared: Option<&Declared>, value: &str) -> Widget {
    match parameter.kind(declared) {
        Some(Kind::Integer | Kind::Number) => Widget::Number,
        Some(Kind::Boolean) => Widget::Switch,
        Some(Kind::Date) => Widget::Date,
        Some(Kind::DateTime) => Widget::DateTime,
        Some(Kind::Choice) => Widget::Choice(parameter.choices(declared).iter().map(shown).collect()),
        Some(Kind::Indicators) => {
            let counted = (!value.trim().is_empty()).then(|| indicators::read(value).told());
            Widget::Indicators(counted.unwrap_or_default())
        }
        Some(Kind::List | Kind::Mapping) => Widget::Lines,
        Some(Kind::Text) | None => match &parameter.value {
            Some(Value::String(text)) if text.contains('\n') => Widget::Lines,
            _ => Widget::Text,
        },
    }
}

fn result(context: &Context, made: Made, named: bool) -> CopyResultView {
    let mut warnings: Vec<String> =
        made.warnings.iter().map(|warning| format!("{}.", sentence(&warning.message))).collect();
    // The same is often to be said of every tenant.
    let mut seen = BTreeSet::new();
    warnings.retain(|warning| seen.insert(warning.clone()));
    CopyResultView {
        head: head(&made.entry, &made.entry.procedure.title, &made.others, named, None),
        commit: context.commit(&made.entry.repo, &made.commit),
        made: made
            .instances
            .into_iter()
            .map(|instance| {
                let tenant = instance.tenant;
                MadeCopy {
                    id: instance.id,
                    file_name: instance.file_name,
                    tenant_name: tenant.as_ref().map(|tenant| tenant.name.clone()).unwrap_or_default(),
                    customer: tenant.as_ref().map(|tenant| tenant.customer.clone()).unwrap_or_default(),
                    region: tenant.as_ref().map(|tenant| tenant.region.clone()).unwrap_or_default(),
                    tenant: tenant.map(|tenant| tenant.id),
                }
            })
            .collect(),
        warnings,
        refused: made
            .refused
            .into_iter()
            .map(|refused| RefusedTenant {
                tenant: if refused.name.is_empty() {
                    refused.tenant.unwrap_or_default()
                } else {
                    refused.name
                },
                refusal: Refusal {
                    code: refused.refusal.code,
                    reason: format!("{}.", sentence(&refused.refusal.reason)),
                    remedy: refused.refusal.remedy,
                },
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
