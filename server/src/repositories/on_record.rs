//! Repositories on record: what may be said of them, and how library and jobs follow.

use super::{App, Config, Known, Origin};
use crate::auth::{Principal, Role};
use crate::config::{RepositoryEntry, SecretsConfig};
use crate::db::repositories::RepositoryRow;
use crate::http::problem::Problem;
use catalog::repository::{self, Location, Repository};
use serde_json::json;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

/// Most repositories on record.
const MOST: usize = 200;
/// How long a request waits until library and jobs have followed. They go on without it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Checks what was said of a repository on the page, and reads it.
///
/// # Errors
/// A sentence that says what is wrong and what would be right.
pub fn check(entry: &RepositoryEntry, secrets: &SecretsConfig) -> Result<Repository, String> {
    let remote = match Location::parse(&entry.url).map_err(|error| error.to_string())? {
        Location::Remote(url) => url,
        Location::Path(_) => {
            return Err(
                "a folder of this machine is mirrored by configuration only; name a https:// or ssh:// URL"
                    .to_owned(),
            );
        }
    };
    if remote.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://")) {
        return Err(
            "http:// is for this very machine, and by configuration only; name a https:// or ssh:// URL"
                .to_owned(),
        );
    }
    if is_this_machine(&remote) {
        return Err("this very machine is mirrored from by configuration only; name another host".to_owned());
    }
    if has_password(&remote) {
        return Err("credentials stand in the URL; name where they stand instead".to_owned());
    }
    for name in variables(entry) {
        if !secrets.may_name(name) {
            return Err(format!(
                "the variable {name} is none that the configuration lets repositories name (secrets.variables)"
            ));
        }
    }
    for file in files(entry) {
        if secrets.folder.is_none() {
            return Err(
                "files are named below the folder secrets.folder, which the configuration does not set"
                    .to_owned(),
            );
        }
        if !is_below(file) {
            return Err(format!(
                "{} is no file below the folder secrets.folder: write its path from there",
                file.display()
            ));
        }
    }
    entry.read().map_err(|error| error.to_string())
}

/// Whether a URL names this very machine.
fn is_this_machine(remote: &str) -> bool {
    match url::Url::parse(remote) {
        Ok(url) if remote.contains("://") => match url.host() {
            Some(url::Host::Domain(name)) => is_local_name(name),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        },
        // `user@host:path`; an address with colons stands in brackets.
        _ => {
            let host = remote.rsplit_once('@').map_or(remote, |(_, host)| host);
            let host =
                host.split_once(if host.starts_with('[') { ']' } else { ':' }).map_or(host, |(host, _)| host);
            is_local_name(host)
        }
    }
}

fn is_local_name(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches('.').to_ascii_lowercase();
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Whether a URL holds a password, or a user over https: a token.
fn has_password(remote: &str) -> bool {
    match url::Url::parse(remote) {
        Ok(url) if remote.contains("://") => {
            url.password().is_some()
                || (url.scheme() != "ssh" && !url.username().is_empty())
                || url.query().is_some()
                || url.fragment().is_some()
        }
        _ => remote.split_once('@').is_some_and(|(user, _)| user.contains(':')),
    }
}

/// The variables of the environment that an entry names.
fn variables(entry: &RepositoryEntry) -> impl Iterator<Item = &str> {
    [&entry.token_env, &entry.webhook_secret_env].into_iter().flatten().map(String::as_str)
}

/// The files that it names.
fn files(entry: &RepositoryEntry) -> impl Iterator<Item = &Path> {
    let RepositoryEntry { token_file, ssh_key_file, known_hosts_file, webhook_secret_file, .. } = entry;
    let files = [token_file, ssh_key_file, known_hosts_file, webhook_secret_file];
    files.into_iter().flatten().map(PathBuf::as_path)
}

/// Whether a path stays below the folder that it is read from.
fn is_below(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// The same entry with its files below the folder of secrets.
fn placed(entry: &RepositoryEntry, secrets: &SecretsConfig) -> RepositoryEntry {
    let mut placed = entry.clone();
    if let Some(folder) = &secrets.folder {
        let RepositoryEntry { token_file, ssh_key_file, known_hosts_file, webhook_secret_file, .. } =
            &mut placed;
        for file in [token_file, ssh_key_file, known_hosts_file, webhook_secret_file].into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }
    placed
}

/// A repository on record, read.
pub(super) fn known(entry: RepositoryEntry, config: &Config) -> Result<Known, String> {
    check(&entry, &config.secrets)?;
    let placed = placed(&entry, &config.secrets);
    let repository = placed.read().map_err(|error| error.to_string())?;
    Ok(Known { origin: Origin::OnRecord, repository, webhook: placed.webhook_secret(), entry })
}

impl App {
    /// Puts a repository on record. Its first sync begins at once.
    ///
    /// # Errors
    /// When it cannot be as asked, or its name is taken.
    pub async fn add_repository(
        &self,
        who: &Principal,
        mut entry: RepositoryEntry,
    ) -> Result<String, Problem> {
        who.require(Role::Admin)?;
        let name = self.understand(&entry)?.name;
        let all = self.repositories.all();
        if all.iter().filter(|known| known.origin == Origin::OnRecord).count() >= MOST {
            return Err(Problem::conflict(format!("There are {MOST} repositories on record already.")));
        }
        // What is synced goes by a name, configured or not.
        if self.library.repositories().iter().any(|state| state.repository.name == name) {
            return Err(
                Problem::conflict(format!("The name {name} is taken.")).remedy("Give it another name.")
            );
        }
        entry.name = Some(name.clone());
        let now = self.clock.now();
        let row = RepositoryRow { name: name.clone(), entry, created_at: now, updated_at: now };
        self.database.create_repository(&row).await?;
        self.note(who, "repository.add", &name, &json!(row.entry)).await?;
        self.follow_soon().await;
        Ok(name)
    }

    /// Changes what is said of one. Its documents follow with its next sync, which begins at once.
    ///
    /// # Errors
    /// When there is none, it is not on record, or cannot be as asked.
    pub async fn change_repository(
        &self,
        who: &Principal,
        name: &str,
        mut entry: RepositoryEntry,
    ) -> Result<(), Problem> {
        who.require(Role::Admin)?;
        self.on_record(name)?;
        if entry.name.as_deref().is_some_and(|asked| asked != name) {
            return Err(Problem::invalid("A repository keeps its name: copies and links name it.")
                .remedy("Add another one, and remove this."));
        }
        entry.name = Some(name.to_owned());
        self.understand(&entry)?;
        if !self.database.update_repository(name, &entry, self.clock.now()).await? {
            return Err(missing(name));
        }
        self.note(who, "repository.change", name, &json!(entry)).await?;
        self.follow_soon().await;
        Ok(())
    }

    /// Takes one off the record: its documents leave the index, its mirror goes. Copies made from it stay on record.
    ///
    /// # Errors
    /// When there is none, or it is not on record.
    pub async fn remove_repository(&self, who: &Principal, name: &str) -> Result<(), Problem> {
        who.require(Role::Admin)?;
        let known = self.on_record(name)?;
        if !self.database.delete_repository(name).await? {
            return Err(missing(name));
        }
        self.note(who, "repository.remove", name, &json!(known.entry)).await?;
        self.follow_soon().await;
        Ok(())
    }

    /// One that is on record.
    ///
    /// # Errors
    /// When there is none of that name, or it stands in the configuration.
    pub fn on_record(&self, name: &str) -> Result<Known, Problem> {
        match self.repositories.named(name) {
            Some(known) if known.origin == Origin::OnRecord => Ok(known),
            None if !self.library.repositories().iter().any(|state| state.repository.name == name) => {
                Err(missing(name))
            }
            _ => Err(Problem::conflict(format!("The repository {name} stands in the configuration."))
                .remedy("Change it there, and start the server anew.")),
        }
    }

    /// What must be known of a repository as it is now.
    pub fn notes_of(&self, name: &str) -> Vec<String> {
        let Some(known) = self.repositories.named(name) else { return Vec::new() };
        let facets = &known.repository.fields.facets;
        let missing: Vec<&str> = facets
            .iter()
            .filter(|facet| !self.library.facets().contains(facet))
            .map(String::as_str)
            .collect();
        if missing.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "Results are counted and filtered by {} from the next start of the server.",
            missing.join(", ")
        )]
    }

    /// What an entry means, together with all others.
    fn understand(&self, entry: &RepositoryEntry) -> Result<Repository, Problem> {
        let refuse = |error: String| {
            let sentence = crate::http::problem::sentence(&error).trim_end_matches('.').to_owned();
            Problem::invalid(format!("{sentence}."))
        };
        let repository = check(entry, &self.config.secrets).map_err(refuse)?;
        let others = self.repositories.all().into_iter().map(|known| known.repository);
        let mut all: Vec<Repository> = others.filter(|other| other.name != repository.name).collect();
        all.push(repository.clone());
        repository::check_facets(&repository::facets(&all)).map_err(|error| refuse(error.to_string()))?;
        Ok(repository)
    }

    /// Has library and jobs follow the record, and waits a while for that.
    async fn follow_soon(&self) {
        let app = self.clone();
        // Whoever asked may go: what was begun is ended.
        let following = tokio::spawn(async move { app.follow_record().await });
        // What takes longer goes on; how it stands is shown in the list of repositories.
        let _ = tokio::time::timeout(PATIENCE, following).await;
    }

    /// Makes library and jobs follow what is on record.
    pub async fn follow_record(&self) {
        let _one_at_a_time = self.repositories.following.lock().await;
        let rows = match self.database.repositories().await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!(%error, "the repositories on record cannot be read");
                return;
            }
        };
        let before = self.repositories.all();
        let is_on_record = |known: &&Known| known.origin == Origin::OnRecord;
        for known in before.iter().filter(is_on_record) {
            let name = &known.repository.name;
            if !rows.iter().any(|row| row.name == *name) {
                self.let_go(name).await;
                self.repositories.take(name);
            }
        }
        for row in rows {
            let known_before = before.iter().find(|known| known.repository.name == row.name);
            if known_before
                .is_some_and(|known| known.origin == Origin::Configured || known.entry == row.entry)
            {
                continue;
            }
            match known(row.entry, &self.config) {
                Ok(one) => self.take_up(one).await,
                Err(error) => {
                    tracing::warn!(
                        name = row.name,
                        error,
                        "a repository on record cannot be used, and is left out"
                    );
                }
            }
        }
    }

    async fn take_up(&self, known: Known) {
        let (repository, interval) = (known.repository.clone(), known.repository.interval);
        let name = repository.name.clone();
        self.repositories.put(known);
        // The starter catalog is served while there is nothing else.
        if self.repositories.named(crate::app::STARTER).is_none() {
            self.let_go(crate::app::STARTER).await;
        }
        let library = self.library.clone();
        // It looks for what is remembered on disk.
        if tokio::task::spawn_blocking(move || library.add(repository)).await.is_ok() {
            self.jobs.add(&name, interval);
        }
    }

    async fn let_go(&self, name: &str) {
        self.jobs.remove(name);
        let (library, repo) = (self.library.clone(), name.to_owned());
        match tokio::task::spawn_blocking(move || library.remove(&repo)).await {
            Ok(Ok(()) | Err(catalog::library::LibraryError::NoRepository(_))) => {}
            Ok(Err(error)) => {
                tracing::warn!(name, %error, "a repository was taken out and has left something");
            }
            Err(_) => tracing::error!(name, "taking a repository out panicked"),
        }
    }
}

fn missing(name: &str) -> Problem {
    Problem::not_found(format!("repository {}", name.chars().take(64).collect::<String>()))
}
