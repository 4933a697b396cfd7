//! `huntshelf instantiate`: a copy of a procedure for a tenant, without a server.

use super::convert::{read_file, tell};
use super::filled_in::FilledInArgs;
use super::{out, say};
use anyhow::{Context, bail};
use catalog::attack::Release;
use catalog::instance::{Hold, Prepared, Request, TenantFields, Vocabulary, blob_id, prepare};
use catalog::notebook::{ipynb, myst};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct InstantiateArgs {
    /// The procedure: MyST, or ipynb
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The tenant's key, as the service knows it
    #[arg(long, value_name = "KEY")]
    tenant: Option<String>,
    /// The tenant's region
    #[arg(long, value_name = "R")]
    region: Option<String>,
    #[command(flatten)]
    filled_in: FilledInArgs,
    /// What becomes of cells that write to the service
    #[arg(long, value_enum, default_value = "none")]
    hold: HoldArg,
    /// What to write; `-` is standard output [default: `{stem}_{region}_{tenant}.ipynb` here]
    #[arg(short = 'o', long = "output", value_name = "OUT")]
    output: Option<PathBuf>,
    /// Tell what was made as JSON
    #[arg(long)]
    json: bool,
}

/// What becomes of cells that write to the service.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum HoldArg {
    Writes,
    None,
}

impl HoldArg {
    /// As the API has it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Writes => "writes",
            Self::None => "none",
        }
    }
}

pub(super) fn run(args: &InstantiateArgs) -> anyhow::Result<()> {
    let name = args.file.display().to_string();
    let bytes = read_file(&args.file)?;
    let is_json = args.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ipynb"));
    let notebook = if is_json { ipynb::read(&bytes) } else { myst::read(&bytes) };
    tell(&notebook, &name);
    let copy = make(args, &notebook, &bytes)?;
    for warning in &copy.warnings {
        say(&format!("{}: {} [{}]", super::paint("warning", "33"), warning.message, warning.code));
        if !warning.help.is_empty() {
            say(&format!("  {}", warning.help));
        }
    }
    if args.output.as_deref() == Some(Path::new("-")) {
        return std::io::stdout().lock().write_all(&copy.bytes).context("standard output is closed");
    }
    let output = args.output.clone().unwrap_or_else(|| PathBuf::from(&copy.file_name));
    std::fs::write(&output, &copy.bytes)
        .with_context(|| format!("{} cannot be written", output.display()))?;
    if args.json {
        let provenance = copy.notebook.metadata.get("huntshelf").cloned().unwrap_or_default();
        let warnings: Vec<_> = copy
            .warnings
            .iter()
            .map(|warning| json!({"code": warning.code, "message": warning.message}))
            .collect();
        let told = json!({"file": output, "provenance": provenance, "warnings": warnings});
        out(&serde_json::to_string_pretty(&told)?);
    } else {
        out(&output.display().to_string());
    }
    Ok(())
}

fn make(
    args: &InstantiateArgs,
    notebook: &catalog::notebook::Notebook,
    bytes: &[u8],
) -> anyhow::Result<Prepared> {
    let tenant = args.tenant.as_ref().map(|key| TenantFields {
        key: key.clone(),
        name: key.clone(),
        region: args.region.clone().unwrap_or_default(),
        ..TenantFields::default()
    });
    let now = crate::clock::Clock::now(&crate::clock::SystemClock);
    let window = args.filled_in.window().map(|window| window.resolve(now)).transpose()?;
    let window = window.map(crate::copies::window::Asked::otherwise);
    let stem = args.file.file_name().and_then(|name| name.to_str());
    let id = notebook.hunting().and_then(|hunting| hunting.get("id")).and_then(Value::as_str);
    let copy = prepare(&Request {
        notebook,
        procedure: id,
        repo: None,
        path: stem,
        // These bytes need not be those of any commit.
        commit: None,
        blob: &blob_id(bytes),
        tenant: tenant.as_ref(),
        window,
        parameters: &args.filled_in.parameters()?,
        hold: match args.hold {
            HoldArg::Writes => Hold::Writes,
            HoldArg::None => Hold::None,
        },
        vocabulary: &Vocabulary::default(),
        attack: Some(Release::current().version()),
    });
    match copy {
        Ok(copy) => Ok(copy),
        Err(refusal) => {
            if args.region.is_some() && args.tenant.is_none() {
                say("A region alone names no tenant; give --tenant too.");
            }
            bail!("{}: {}. {} [{}]", args.file.display(), refusal.reason, refusal.remedy, refusal.code)
        }
    }
}
