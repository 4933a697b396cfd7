//! What the form of a new procedure holds, as it was sent.

use catalog::attack::{Release, TechniqueId};
use catalog::authoring::Form as Begun;
use std::collections::BTreeMap;
use web::pages::new::NewValues;

/// What the form holds: pairs, of which some repeat.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) values: NewValues,
    pub(super) techniques: Vec<String>,
    pub(super) keys: BTreeMap<String, String>,
    /// What is to be done with it.
    pub(super) task: String,
}

impl Filled {
    pub(super) fn of(pairs: Vec<(String, String)>) -> Self {
        let mut filled = Self::default();
        for (name, value) in pairs {
            let values = &mut filled.values;
            let place = match name.as_str() {
                "technique" => {
                    filled.techniques.push(value);
                    continue;
                }
                "own_names" => {
                    values.own_names = !value.is_empty();
                    continue;
                }
                "do" => &mut filled.task,
                "repo" => &mut values.repo,
                "title" => &mut values.title,
                "id" => &mut values.id,
                "description" => &mut values.description,
                "data_sources" => &mut values.data_sources,
                "tags" => &mut values.tags,
                "service" => &mut values.service,
                "path" => &mut values.path,
                "branch" => &mut values.branch,
                "message" => &mut values.message,
                "email" => &mut values.email,
                "source" => &mut values.source,
                other => {
                    if let Some(key) = other.strip_prefix("keys.") {
                        filled.keys.insert(key.to_owned(), value);
                    }
                    continue;
                }
            };
            *place = value;
        }
        // A browser sends lines as the web has them; git has them otherwise.
        filled.values.source = filled.values.source.replace("\r\n", "\n");
        filled
    }

    /// As the catalog has it.
    pub(super) fn form(&self, release: &Release) -> Begun {
        let parted = |text: &str| text.split([',', '\n']).map(str::trim).map(str::to_owned).collect();
        let values = &self.values;
        Begun {
            title: values.title.clone(),
            id: values.id.clone(),
            description: values.description.clone(),
            techniques: self.techniques.iter().map(|written| as_id(written, release)).collect(),
            data_sources: parted(&values.data_sources),
            tags: parted(&values.tags),
            service: values.service.clone(),
            own_names: values.own_names,
            keys: self.keys.clone(),
        }
    }
}

/// What was typed as an id, where it is a technique's name.
pub(super) fn as_id(written: &str, release: &Release) -> String {
    let written = written.trim();
    let named = |name: &str| name.eq_ignore_ascii_case(written);
    let by_name = || {
        let known = release.techniques().iter();
        known
            .filter(|one| release.resolve(&one.id).is_some_and(|in_use| in_use.id == one.id))
            .find(|one| named(&one.name) || named(&release.full_name(&one.id)))
    };
    match written.parse::<TechniqueId>() {
        Ok(_) => written.to_owned(),
        Err(_) => by_name().map_or_else(|| written.to_owned(), |one| one.id.as_str().to_owned()),
    }
}
