//! Recall: the copies that were made of a defective revision, and the same copies of the revision that mended it.

use super::life::{InstancePatch, change};
use super::{MOST, Made, Piece, keep, prepare_each, short};
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::defects::Defect;
use crate::db::instances::{Instance, InstanceFilter};
use crate::db::lives::{Disposition, Life, State};
use crate::http::problem::Problem;
use crate::routes::api::defects::{Marked, marked};
use crate::routes::api::missing;
use axum::http::StatusCode;
use catalog::index::Entry;
use catalog::library::{Address, Library};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// So many copies of one defect are listed.
const LISTED: u32 = 10_000;

/// A defect, and the copies that have it.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// The defect.
    pub defect: Defect,
    /// The procedure at the tip, or as it was when it was deleted; none where the repository is gone.
    pub entry: Option<Entry>,
    /// The copies of revisions in its range, newest first.
    pub copies: Vec<Instance>,
    /// The copies that were made in the place of others, by those others' ids.
    pub remade: HashMap<String, String>,
}

/// The copies that a defect concerns.
///
/// # Errors
/// 404 when there is no such defect; when database or index fail.
pub async fn recalled(app: &App, who: &Principal, id: &str) -> Result<Recalled, Problem> {
    let defect = app.database.defect(id).await?;
    let defect = defect.ok_or_else(|| Problem::not_found(format!("defect {id}")))?;
    let entry = entry(app, &defect.repo, &defect.procedure).await?;
    let names = entry.as_ref().map_or_else(|| vec![defect.procedure.clone()], Entry::names);
    let (scope, repo) = (who.tenants(), defect.repo.clone());
    let commits = app.database.copied_commits(&scope, &repo, &names).await?;
    let held = match &entry {
        Some(entry) => {
            let marked = marked(app, entry).await?.into_iter().find(|one| one.defect.id == defect.id);
            let orders = orders(app, entry, commits.clone()).await?;
            commits
                .into_iter()
                .filter(|commit| marked.as_ref().is_none_or(|one| has(one, orders.get(commit))))
                .collect()
        }
        None => commits,
    };
    // One that was taken back concerns nothing.
    if held.is_empty() || defect.withdrawn_at.is_some() {
        return Ok(Recalled { defect, entry, copies: Vec::new(), remade: HashMap::new() });
    }
    let all = InstanceFilter {
        repo: Some(repo.clone()),
        procedures: names.clone(),
        commits: held,
        limit: LISTED,
        ..InstanceFilter::default()
    };
    let copies = app.database.instances(&scope).list(&all).await?;
    let remade = app.database.instances(&scope).replacing(&repo, &names).await?.into_iter().collect();
    Ok(Recalled { defect, entry, copies, remade })
}

/// The procedure at the tip, or as it was when it was deleted.
///
/// # Errors
/// When the index fails.
pub async fn entry(app: &App, repo: &str, procedure: &str) -> Result<Option<Entry>, Problem> {
    let address = Address { id: procedure.to_owned(), repo: Some(repo.to_owned()) };
    app.read(move |library| {
        Ok(match library.locate(&address)? {
            Some(located) => Some(located.entry),
            None => library.gone(&address)?.map(|gone| gone.located.entry),
        })
    })
    .await
}

/// The places in the history of the revisions that commits left a procedure at; those that it does not reach are left out.
pub(super) async fn orders(
    app: &App,
    entry: &Entry,
    commits: Vec<String>,
) -> Result<HashMap<String, u64>, Problem> {
    let address = Address { id: entry.id.clone(), repo: Some(entry.repo.clone()) };
    let place = move |library: &Library, commit: &String| {
        // A commit that the history does not reach any more has no place in it; everything else is said when the
        // procedure is read.
        library.revision_at(&address, commit).ok().flatten().map(|revision| revision.order)
    };
    app.read(move |library| {
        Ok(commits
            .into_iter()
            .filter_map(|commit| Some((commit.clone(), place(library, &commit)?)))
            .collect())
    })
    .await
}

/// Whether a revision has a defect. One that has no place any more (history was rewritten) may have it: better one warning
/// too many.
fn has(marked: &Marked, order: Option<&u64>) -> bool {
    marked.defect.withdrawn_at.is_none() && order.is_none_or(|order| marked.holds(*order))
}

/// The defects that the revision has that a copy was made of.
///
/// # Errors
/// When database or index fail.
pub async fn defects_of(app: &App, copy: &Instance) -> Result<Vec<Defect>, Problem> {
    let Some(entry) = entry(app, &copy.repo, &copy.procedure).await? else { return Ok(Vec::new()) };
    let marked = marked(app, &entry).await?;
    if marked.is_empty() {
        return Ok(Vec::new());
    }
    let orders = orders(app, &entry, vec![copy.commit.clone()]).await?;
    let order = orders.get(&copy.commit);
    Ok(marked.into_iter().filter(|one| has(one, order)).map(|one| one.defect).collect())
}

/// Refuses to close a copy of a defective revision as if it had been looked for.
///
/// # Errors
/// 409, with what is wrong and what to do.
pub async fn may_close(app: &App, copy: &Instance, disposition: Option<Disposition>) -> Result<(), Problem> {
    if disposition != Some(Disposition::NullFindings) {
        return Ok(());
    }
    let defects = defects_of(app, copy).await?;
    let Some(worst) = defects.into_iter().max_by_key(|defect| defect.severity) else { return Ok(()) };
    let remedy = match &worst.mended {
        Some(mended) => format!(
            "It is mended in {}: make the copy anew at that revision (/defects/{}), and close this one as an error or withdraw it.",
            short(mended),
            worst.id
        ),
        None => "It is not mended yet: close the copy as an error, or leave it open until it is.".to_owned(),
    };
    Err(Problem::new(
        StatusCode::CONFLICT,
        "defective-revision",
        "Finding nothing with it means nothing",
        format!(
            "The revision {} that this copy was made of is defective ({}): {}",
            short(&copy.commit),
            worst.severity.word(),
            worst.reason
        ),
    )
    .remedy(remedy))
}

/// What is to be made anew.
#[derive(Debug, Clone, Default)]
pub struct Recall {
    /// At which commit; without one, the one that mended it.
    pub at: Option<String>,
    /// Only these copies; all of them, when there are none.
    pub copies: Vec<String>,
    /// Whether copies that are still open are withdrawn once they are made anew.
    pub withdraw: bool,
    /// Only say what would be made.
    pub dry_run: bool,
}

/// What came of a recall.
#[derive(Debug, Clone)]
pub struct Remade {
    /// The copies, and what is to be known of them.
    pub made: Made,
    /// Copies that were left out, and why.
    pub left_out: Vec<(String, String)>,
}

/// Makes the copies that a defect concerns anew, for the same tenants, with the same parameters and windows, of the revision
/// that mended it.
///
/// # Errors
/// When who asks may not, there is no such defect, or it is not mended.
pub async fn remake(app: &App, who: &Principal, id: &str, recall: Recall) -> Result<Remade, Problem> {
    who.require(Role::Hunter)?;
    let recalled = recalled(app, who, id).await?;
    let unmended = || {
        Problem::conflict("The defect is not mended yet: there is no revision to make the copies of.")
            .remedy("Note the revision that mended it, and recall then.")
    };
    let at = recall.at.clone().or_else(|| recalled.defect.mended.clone()).ok_or_else(unmended)?;
    let address = Address { id: recalled.defect.procedure.clone(), repo: Some(recalled.defect.repo.clone()) };
    let (asked, commit) = (address.clone(), at.clone());
    let Some(reading) = app.read(move |library| library.read(&asked, Some(&commit))).await? else {
        return Err(missing(app, address).await);
    };
    let still = marked(app, &reading.entry).await?;
    let orders = orders(app, &reading.entry, vec![reading.commit.clone()]).await?;
    if let Some(same) = still.iter().find(|one| one.defect.id == id && has(one, orders.get(&reading.commit)))
    {
        return Err(Problem::conflict(format!(
            "The revision {} has the defect itself: {}",
            short(&reading.commit),
            same.defect.reason
        ))
        .remedy("Name a revision from the one on that mended it."));
    }
    let reading = Arc::new(reading);
    let (pieces, left_out) = pieces(app, who, &recalled, &recall).await?;
    if pieces.len() > MOST {
        return Err(Problem::invalid(format!(
            "At most {MOST} copies are made at a time; these are {}.",
            pieces.len()
        ))
        .remedy("Name some of them in `instances`, and then the others."));
    }
    let (ready, refused) = prepare_each(app, &reading, pieces).await?;
    let mut warnings = super::about(app, &reading).await?;
    // That it is not the newest revision is what was asked for.
    warnings.retain(|warning| warning.code != "older-revision");
    let instances = keep(app, who, &reading, ready, recall.dry_run, &mut warnings).await?;
    if recall.withdraw && !recall.dry_run {
        withdraw(app, who, &recalled, &instances).await?;
    }
    Ok(Remade { made: Made::of(&reading, instances, warnings, refused), left_out })
}

/// What goes into each new copy, and which old ones are left out.
async fn pieces(
    app: &App,
    who: &Principal,
    recalled: &Recalled,
    recall: &Recall,
) -> Result<(Vec<Piece>, Vec<(String, String)>), Problem> {
    let wanted: HashSet<&String> = recall.copies.iter().collect();
    let known: HashSet<&String> = recalled.copies.iter().map(|copy| &copy.id).collect();
    if let Some(strange) = recall.copies.iter().find(|id| !known.contains(id)) {
        return Err(Problem::not_found(format!("copy {strange} that this defect concerns")));
    }
    let (scope, mut tenants) = (who.tenants(), HashMap::new());
    let (mut pieces, mut left_out) = (Vec::new(), Vec::new());
    // The oldest first, so that the new ones come in the order of the old.
    for copy in recalled.copies.iter().rev().filter(|copy| wanted.is_empty() || wanted.contains(&copy.id)) {
        if let Some(new) = recalled.remade.get(&copy.id) {
            left_out.push((copy.id.clone(), format!("it was made anew already: {new}")));
            continue;
        }
        if copy.life.state == State::Withdrawn {
            left_out.push((copy.id.clone(), "it is withdrawn".to_owned()));
            continue;
        }
        let tenant = match &copy.tenant {
            None => None,
            Some(tenant) => {
                if !tenants.contains_key(&tenant.id) {
                    let found = app.database.tenants(&scope).get(&tenant.id).await?;
                    tenants.insert(tenant.id.clone(), found);
                }
                tenants.get(&tenant.id).cloned().flatten()
            }
        };
        let life = Life { assignee: copy.life.assignee.clone(), ..Life::default() };
        pieces.push(Piece::of(copy, tenant, life));
    }
    Ok((pieces, left_out))
}

/// Withdraws what is still open and was made anew.
async fn withdraw(
    app: &App,
    who: &Principal,
    recalled: &Recalled,
    instances: &[Instance],
) -> Result<(), Problem> {
    let anew: HashSet<&String> = instances.iter().filter_map(|new| new.life.replaces.as_ref()).collect();
    for old in recalled.copies.iter().filter(|old| old.life.state.is_open() && anew.contains(&old.id)) {
        let patch =
            InstancePatch { state: Some(State::Withdrawn.word().to_owned()), ..InstancePatch::default() };
        change(app, who, &old.id, patch).await?;
    }
    Ok(())
}
