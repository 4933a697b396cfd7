//! `huntshelf copy`: copies of procedures for a scope, through a server's API. `huntshelf return`: notebooks brought back.

use super::client::{ServerArgs, told};
use super::filled_in::{FilledInArgs, pair};
use super::instantiate::HoldArg;
use super::{out, paint, say};
use crate::copies::window::{Between, Last, Since, WindowSpec};
use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

/// Make copies of procedures for tenants, through a server
///
/// A line for each copy goes to standard output: its id, procedure, tenant's key and file. Exits with 1 when none was made.
#[derive(Debug, Args)]
pub(super) struct CopyArgs {
    /// The procedures, by their ids
    #[arg(value_name = "ID", required = true)]
    procedures: Vec<String>,
    /// Tenants with this label, their own or their customer's; several must all hold
    #[arg(long = "where", value_name = "LABEL=VALUE", value_parser = pair)]
    labels: Vec<(String, String)>,
    /// This tenant, by its id or key; several
    #[arg(long = "tenant", value_name = "ID|KEY")]
    tenants: Vec<String>,
    /// Tenants in this region
    #[arg(long, value_name = "R")]
    region: Option<String>,
    /// Tenants of this customer, by id or name
    #[arg(long, value_name = "ID|NAME")]
    customer: Option<String>,
    #[command(flatten)]
    filled_in: FilledInArgs,
    /// From the end of what was last hunted with the procedure for the tenant until now; --last counts where nothing was
    #[arg(long, requires = "last")]
    since_hunted: bool,
    /// What becomes of cells that write to the service [default: writes, where there is more than one tenant]
    #[arg(long, value_enum)]
    hold: Option<HoldArg>,
    /// Only say what would be made
    #[arg(long)]
    dry_run: bool,
    /// Write all copies into this zip
    #[arg(short = 'o', long = "output", value_name = "ZIP", conflicts_with = "dry_run")]
    output: Option<PathBuf>,
    /// Tell everything as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

impl CopyArgs {
    fn request(&self) -> anyhow::Result<Value> {
        let labels: Map<String, Value> =
            self.labels.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str()))).collect();
        let window = self.filled_in.window().map(|window| match window {
            WindowSpec::Between(Between { from, to }) => json!({"from": from, "to": to}),
            WindowSpec::Last(Last { last, .. }) | WindowSpec::Since(Since { last, .. }) => {
                if self.since_hunted {
                    json!({"since": "last-hunted", "last": last})
                } else {
                    json!({"last": last})
                }
            }
        });
        Ok(json!({
            "procedures": self.procedures,
            "scope": {"tenants": self.tenants, "labels": labels, "region": self.region, "customer": self.customer},
            "window": window,
            "parameters": self.filled_in.parameters()?,
            "hold": self.hold.map(HoldArg::word),
            "dry_run": self.dry_run,
        }))
    }
}

pub(super) fn copy(args: &CopyArgs) -> anyhow::Result<()> {
    let client = args.server.client()?;
    let (_, answer) = client.post_json("/instances", &args.request()?)?;
    let list = |key: &str| answer[key].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    for one in list("left_out") {
        let name = one["name"].as_str().map_or_else(|| text(&one, "tenant"), str::to_owned);
        say(&format!("{} {name}: {}", paint("left out:", "33"), text(&one, "reason")));
    }
    for one in list("refused") {
        let whose = format!("{}, {}", text(&one, "procedure"), text(&one, "tenant"));
        say(&format!(
            "{} {whose}: {}. {}",
            paint("refused:", "31"),
            text(&one, "reason"),
            text(&one, "remedy")
        ));
    }
    for one in list("warnings") {
        let whose = format!("{}, {}", text(&one, "procedure"), one["tenant"].as_str().unwrap_or("all"));
        say(&format!(
            "{} {whose}: {} [{}]",
            paint("warning:", "33"),
            text(&one, "message"),
            text(&one, "code")
        ));
    }
    let copies = list("instances");
    if args.json {
        out(&serde_json::to_string_pretty(&answer)?);
    } else {
        for copy in &copies {
            let key = copy["tenant"]["key"].as_str().unwrap_or("-");
            let id = copy["id"].as_str().unwrap_or("-");
            out(&format!("{id}\t{}\t{key}\t{}", text(copy, "procedure"), text(copy, "file_name")));
        }
    }
    if copies.is_empty() {
        bail!("no copy was made");
    }
    if let Some(output) = &args.output {
        let ids: Vec<&Value> = copies.iter().map(|copy| &copy["id"]).collect();
        let body = json!({"ids": ids}).to_string();
        let (status, bytes) = client.post("/instances.zip", "application/json", body.as_bytes())?;
        if status != 200 {
            told(status, &bytes)?;
        }
        std::fs::write(output, bytes).with_context(|| format!("{} cannot be written", output.display()))?;
    }
    Ok(())
}

/// Bring notebooks back to the copies that they are of, through a server
///
/// Each is matched by what it says of itself. Exits with 1 when one is of no copy, or may be of several.
#[derive(Debug, Args)]
pub(super) struct ReturnArgs {
    /// Notebooks, or folders of notebooks
    #[arg(value_name = "DIR|FILE", required = true)]
    places: Vec<PathBuf>,
    /// Of which copy the notebook is, where several were made alike
    #[arg(long, value_name = "ID")]
    instance: Option<String>,
    /// Tell everything as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    server: ServerArgs,
}

pub(super) fn bring(args: &ReturnArgs) -> anyhow::Result<()> {
    let client = args.server.client()?;
    let mut files = Vec::new();
    for place in &args.places {
        notebooks(place, &mut files, 0)?;
    }
    if files.is_empty() {
        bail!("there is no notebook: *.ipynb");
    }
    if args.instance.is_some() && files.len() > 1 {
        bail!("several notebooks are named, and one copy: bring them one at a time");
    }
    let path = match &args.instance {
        Some(id) => format!("/instances/return?instance={}", web::links::encode(id)),
        None => "/instances/return".to_owned(),
    };
    let (mut all, mut open) = (Vec::new(), 0);
    for file in files {
        let name = file.display().to_string();
        let bytes = std::fs::read(&file).with_context(|| format!("{name} cannot be read"))?;
        let (status, body) = client.post(&path, "application/x-ipynb+json", &bytes)?;
        let answer = told(status, &body).with_context(|| name.clone())?;
        let first = |key: &str| answer[key].get(0).cloned();
        if let Some(one) = first("returned") {
            let again = if one["again"] == true { "\tagain" } else { "" };
            if !args.json {
                out(&format!("{}\t{name}{again}", one["instance"]["id"].as_str().unwrap_or_default()));
            }
        } else if let Some(one) = first("ambiguous") {
            open += 1;
            let ids: Vec<&str> = one["candidates"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|copy| copy["id"].as_str())
                .collect();
            say(&format!(
                "{} {name}: bring it with --instance, one of {}",
                paint("ambiguous:", "33"),
                ids.join(", ")
            ));
        } else if let Some(one) = first("unmatched") {
            open += 1;
            say(&format!(
                "{} {name}: {}",
                paint("unmatched:", "31"),
                one["reason"].as_str().unwrap_or_default()
            ));
        }
        all.push(json!({"file": name, "answer": answer}));
    }
    if args.json {
        out(&serde_json::to_string_pretty(&all)?);
    }
    if open > 0 {
        bail!("{open} of {} notebooks could not be brought back", all.len());
    }
    Ok(())
}

/// Adds the notebooks of a place, by name. Links and hidden folders (checkpoints of Jupyter) are left out.
fn notebooks(place: &Path, files: &mut Vec<PathBuf>, depth: usize) -> anyhow::Result<()> {
    let unreadable = || format!("{} cannot be read", place.display());
    if !place.is_dir() {
        std::fs::metadata(place).with_context(unreadable)?;
        files.push(place.to_owned());
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(place).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !is_hidden && !entry.file_type().with_context(unreadable)?.is_symlink() {
            entries.push(entry.path());
        }
    }
    entries.sort();
    for entry in entries {
        let is_notebook = entry.extension().is_some_and(|ending| ending == "ipynb");
        if (entry.is_dir() && depth < 16) || (entry.is_file() && is_notebook) {
            notebooks(&entry, files, depth + 1)?;
        }
    }
    Ok(())
}
