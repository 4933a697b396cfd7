//! `/new`: a procedure begun from a form, looked at, and taken along as a file, a patch or a branch.

mod filled;

use super::shared::Context;
use super::{Visitor, html, wants_fragment};
use crate::app::{App, STARTER};
use crate::auth::Role;
use crate::authoring::{
    Destination, Home, LARGEST, branch_of, default_ground, look_at, take_as_patch, take_to_branch,
};
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::source::disposition;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::{Form, Query};
use catalog::attack::TechniqueId;
use catalog::authoring::{Beginning, OUR_SECTIONS, Service};
use catalog::lint::Settings;
use filled::{Filled, as_id};
use std::sync::Arc;
use web::pages::new::{Looked, NewValues, NewView, OwnKeyField, Push, Pushed, looked_fragment, page};
use web::view::FieldError;

/// Longest address of a forge's page that browsers and forges take.
const MAX_ADDRESS: usize = 8_000;

/// The form, with what the address says filled in.
///
/// # Errors
/// When the page cannot be made.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let mut filled = Filled::of(pairs);
    filled.values.source.clear();
    let home = home(&app, &mut filled)?;
    let view = View { app: &app, visitor: &visitor, home: home.as_ref(), filled };
    visitor.render(&app, page, view.show(Vec::new(), None).await?).await
}

/// Does with the form what its button says. With the header `X-Fragment: lint`, what was found in the text alone, for the island
/// of the form.
///
/// # Errors
/// When the form is far too large, or the page cannot be made.
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let mut filled = Filled::of(pairs);
    if filled.values.source.len() > LARGEST {
        return Err(Problem::invalid(format!("The text has more than {LARGEST} bytes.")));
    }
    let home = home(&app, &mut filled)?;
    let mut view = View { app: &app, visitor: &visitor, home: home.as_ref(), filled };
    let done = match view.filled.task.as_str() {
        "make" => view.make(),
        "download" => {
            view.settle();
            return view.download();
        }
        "patch" => match view.patch().await {
            Ok(patch) => return Ok(patch),
            Err(problem) => Err(vec![error_of(problem)?]),
        },
        "branch" => match view.push().await {
            Ok(pushed) => {
                let page = visitor.render(&app, page, view.show(Vec::new(), Some(pushed)).await?).await?;
                return Ok((StatusCode::CREATED, page).into_response());
            }
            Err(problem) => Err(vec![error_of(problem)?]),
        },
        _ => {
            view.settle();
            if wants_fragment(&headers, "lint") {
                let looked = view.looked().await?;
                return Ok(html(app.pool.run(move || looked_fragment(looked)).await?));
            }
            Ok(())
        }
    };
    match done {
        Ok(()) => visitor.render(&app, page, view.show(Vec::new(), None).await?).await,
        Err(errors) => {
            let page = visitor.render(&app, page, view.show(errors, None).await?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// What went wrong, above the form; what is not for a form is told as a page of its own.
fn error_of(problem: Problem) -> Result<FieldError, Problem> {
    if matches!(problem.status, 400 | 403 | 409 | 502) {
        let remedy = problem.remedy.unwrap_or_default();
        let message = format!("{} {remedy}", problem.detail).trim_end().to_owned();
        return Ok(FieldError { field: String::new(), message });
    }
    Err(problem)
}

/// The repository that is chosen, else the first one that has a commit; none where there is none.
fn home(app: &App, filled: &mut Filled) -> Result<Option<Home>, Problem> {
    let names = repositories(app);
    if filled.values.repo.is_empty() {
        filled.values.repo = names.first().cloned().unwrap_or_default();
    }
    if filled.values.repo.is_empty() {
        return Ok(None);
    }
    Home::named(app, &filled.values.repo).map(Some)
}

fn repositories(app: &App) -> Vec<String> {
    let states = app.library.repositories().into_iter();
    let ready = states.filter(|state| state.commit.is_some() && state.repository.name != STARTER);
    ready.map(|state| state.repository.name).collect()
}

/// What the page is made of.
struct View<'a> {
    app: &'a App,
    visitor: &'a Visitor,
    home: Option<&'a Home>,
    filled: Filled,
}

impl View<'_> {
    /// Makes the text of what the form says.
    fn make(&mut self) -> Result<(), Vec<FieldError>> {
        let form = self.filled.form(self.app.library.release());
        let at = self.filled.values.path.trim().to_owned();
        let begun = match self.home {
            Some(home) => {
                let at = if at.is_empty() { home.path_of("new.md") } else { at };
                home.begin(self.app, &form, &at)
            }
            None => default_ground(self.app, |ground| Beginning::of(&form, ground)),
        };
        let begun = begun.map_err(|wrong| -> Vec<FieldError> {
            let field = |name: String| if name == "techniques" { "technique".to_owned() } else { name };
            wrong
                .into_iter()
                .map(|one| FieldError { field: field(one.field), message: one.message })
                .collect()
        })?;
        self.filled.techniques = begun.techniques.iter().map(|id| id.as_str().to_owned()).collect();
        self.filled.values.source = begun.text();
        self.place(&begun.file_name());
        Ok(())
    }

    /// Gives a text that came from elsewhere its place.
    fn settle(&mut self) {
        let id = self.filled.values.id.trim();
        if !self.filled.values.source.is_empty() && !id.is_empty() {
            self.place(&format!("{id}.md"));
        }
    }

    /// Where a file of a name goes, unless somebody said so.
    fn place(&mut self, file_name: &str) {
        let values = &mut self.filled.values;
        if let Some(home) = self.home
            && values.path.trim().is_empty()
        {
            values.path = home.path_of(file_name);
        }
        if values.branch.trim().is_empty() {
            values.branch = branch_of(file_name);
        }
    }

    fn file_name(&self) -> String {
        let Filled { values, .. } = &self.filled;
        match (values.path.rsplit('/').next().unwrap_or_default().trim(), values.id.trim()) {
            ("", "") => "new-procedure.md".to_owned(),
            ("", id) => format!("{id}.md"),
            (name, _) => name.to_owned(),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "as the other ways")]
    fn download(&self) -> Result<Response, Problem> {
        Ok(attached(&self.file_name(), "text/markdown; charset=utf-8", self.filled.values.source.clone()))
    }

    fn destination(&self) -> Destination {
        let NewValues { path, branch, message, email, .. } = &self.filled.values;
        Destination {
            path: path.trim().to_owned(),
            branch: branch.trim().to_owned(),
            message: message.clone(),
            email: email.clone(),
        }
    }

    fn needed(&self) -> Result<&Home, Problem> {
        self.home.ok_or_else(|| Problem::conflict("There is no repository that it could go to."))
    }

    async fn patch(&self) -> Result<Response, Problem> {
        let (who, source) = (&self.visitor.who, &self.filled.values.source);
        let patch = take_as_patch(self.app, who, self.needed()?, source, &self.destination()).await?;
        let name = format!("{}.patch", self.file_name().trim_end_matches(".md"));
        Ok(attached(&name, "text/x-patch; charset=utf-8", patch))
    }

    async fn push(&self) -> Result<Pushed, Problem> {
        let (who, source) = (&self.visitor.who, &self.filled.values.source);
        let home = self.needed()?;
        let taken = take_to_branch(self.app, who, home, source, &self.destination()).await?;
        let forge = home.repository.forge.as_ref();
        Ok(Pushed {
            href: forge.and_then(|forge| forge.commit_url(&taken.commit)),
            branch: taken.branch,
            commit: taken.commit,
            repo: home.repository.name.clone(),
        })
    }

    fn settings(&self) -> Arc<Settings> {
        let path = self.filled.values.path.as_str();
        self.home.map(|home| home.settings(self.app, path)).unwrap_or_default()
    }

    async fn show(&self, errors: Vec<FieldError>, pushed: Option<Pushed>) -> Result<NewView, Problem> {
        let (app, values) = (self.app, self.filled.values.clone());
        let release = app.library.release();
        let settings = self.settings();
        let named = |id: &TechniqueId| (id.as_str().to_owned(), release.full_name(id));
        let techniques = query::said(&self.filled.techniques).into_iter().filter_map(|written| {
            let id = as_id(&written, release).parse::<TechniqueId>().ok()?;
            Some(named(&release.resolve(&id)?.id))
        });
        let mut chosen: Vec<(String, String)> = Vec::new();
        for one in techniques {
            if !chosen.contains(&one) {
                chosen.push(one);
            }
        }
        let in_use = release
            .techniques()
            .iter()
            .filter(|one| release.resolve(&one.id).is_some_and(|in_use| in_use.id == one.id));
        let sections = if settings.sections.is_empty() {
            OUR_SECTIONS.map(str::to_owned).to_vec()
        } else {
            settings.sections.clone()
        };
        Ok(NewView {
            repos: repositories(app).into_iter().map(|name| (name.clone(), name)).collect(),
            techniques: chosen,
            known: in_use.map(|one| named(&one.id)).collect(),
            release: release.title(),
            services: Service::ALL.map(|one| (one.word().to_owned(), one.label().to_owned())).to_vec(),
            sections,
            parameters: self.parameters(),
            keys: self.keys(&settings),
            errors,
            looked: self.looked().await?,
            push: self.may_push(),
            pushed,
            values,
        })
    }

    /// Names that copies fill in, by what they are, the first of each.
    fn parameters(&self) -> Vec<String> {
        let vocabulary = &self.app.config.instances.vocabulary;
        let lists =
            [&vocabulary.tenant, &vocabulary.region, &vocabulary.title, &vocabulary.from, &vocabulary.to];
        lists.into_iter().filter_map(|names| names.first().cloned()).collect()
    }

    fn keys(&self, settings: &Settings) -> Vec<OwnKeyField> {
        let own = settings.keys.iter();
        own.map(|(name, key)| OwnKeyField {
            name: name.clone(),
            help: key.help.clone().unwrap_or_default(),
            choices: key.choices.clone(),
            value: self.filled.keys.get(name).cloned().unwrap_or_default(),
            required: key.required,
        })
        .collect()
    }

    async fn looked(&self) -> Result<Option<Looked>, Problem> {
        let values = &self.filled.values;
        if values.source.is_empty() {
            return Ok(None);
        }
        let path = if values.path.trim().is_empty() { "new.md" } else { values.path.trim() };
        let found = match self.home {
            Some(home) => home.look_at(self.app, &values.source, path).await?,
            None => look_at(self.app, &values.source, path).await?,
        };
        // It has no line at a forge yet.
        let context = Context::of(self.app);
        let diagnostics = found.into_iter().map(|one| context.diagnostic("", "", path, one)).collect();
        Ok(Some(Looked { diagnostics, forge: self.forge() }))
    }

    /// The forge's page for a new file with this text, where an address holds it.
    fn forge(&self) -> Option<String> {
        let values = &self.filled.values;
        let repository = &self.home?.repository;
        let branch = repository.branch.as_deref().unwrap_or("main");
        let url = repository.forge.as_ref()?.new_url(branch, values.path.trim(), &values.source)?;
        (url.len() <= MAX_ADDRESS).then_some(url)
    }

    fn may_push(&self) -> Push {
        let Some(home) = self.home else { return Push::Nowhere };
        if self.visitor.who.require(Role::Hunter).is_err() {
            return Push::Not("Hunters and above take it to a branch from here.".to_owned());
        }
        if !home.repository.entrance.push {
            return Push::Not(format!(
                "Nothing is pushed to {} from here: its configuration does not say push = true.",
                home.repository.name
            ));
        }
        Push::Allowed
    }
}

fn attached(name: &str, kind: &'static str, text: String) -> Response {
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition("attachment", name)),
    ];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests;
