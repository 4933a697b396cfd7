//! The command line. Data goes to standard output, messages to standard error; exit 0 when it went well, 1 when it did
//! not, 2 when the command line is wrong.

mod admin;
mod attack;
mod client;
mod convert;
mod copy;
mod diff;
mod fetch;
mod files;
mod filled_in;
mod instantiate;
mod lint;
mod new;
mod read;
mod report;
mod verify;

use crate::config::{Config, Flags};
use crate::serve;
use clap::{Args, Parser, Subcommand};
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tracing_subscriber::EnvFilter;

/// A catalog server for threat-hunting procedures.
#[derive(Debug, Parser)]
#[command(name = "huntshelf", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the catalog (what happens without a command, too)
    Serve(ServeArgs),
    New(new::NewArgs),
    /// Convert a notebook between MyST and ipynb
    Convert(convert::ConvertArgs),
    Diff(diff::DiffArgs),
    Lint(lint::LintArgs),
    Read(read::ReadArgs),
    /// Make a copy of a procedure for a tenant, without a server
    Instantiate(instantiate::InstantiateArgs),
    Copy(copy::CopyArgs),
    Return(copy::ReturnArgs),
    Verify(verify::VerifyArgs),
    Report(report::ReportArgs),
    /// Check technique ids against a release of ATT&CK
    #[command(subcommand)]
    Attack(attack::AttackCommand),
    /// Keep accounts, tokens, customers and tenants
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Look after the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Fetch one mirror; run by the server in a process of its own
    #[command(hide = true)]
    FetchChild,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Read the configuration and say what is wrong with it
    Check(ServeArgs),
}

#[derive(Debug, Default, Args)]
struct ServeArgs {
    /// The configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The data folder [default: ./data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// A repository to mirror, besides the configured ones
    #[arg(long, value_name = "URL|PATH")]
    repo: Vec<String>,
}

impl ServeArgs {
    fn flags(self) -> Flags {
        Flags { file: self.config, data: self.data, listen: self.listen, repositories: self.repo }
    }
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or_else(|| Command::Serve(ServeArgs::default())) {
        Command::Serve(args) => serve(args),
        Command::New(args) => new::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Read(args) => read::run(&args),
        Command::Instantiate(args) => instantiate::run(&args),
        Command::Copy(args) => copy::copy(&args),
        Command::Return(args) => copy::bring(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Attack(command) => attack::run(&command),
        Command::Admin(command) => admin::run(command),
        Command::Config(ConfigCommand::Check(args)) => check(args),
        Command::Lint(args) => return lint::run(&args),
        Command::Report(args) => return report::run(&args),
        Command::FetchChild => return catalog::mirror::child::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{} {error:#}", paint("error:", "31")));
            ExitCode::FAILURE
        }
    }
}

fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let config = Config::load(&args.flags())?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(is_coloured())
        .with_writer(std::io::stderr)
        .init();
    catalog::mirror::prepare();
    let fetch = fetch::Child::of_this_program()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve::serve(config, Arc::new(fetch)));
    // A sync that is at work is not waited for: what it did not commit is as if it had not begun.
    runtime.shutdown_background();
    Ok(served?)
}

fn check(args: ServeArgs) -> anyhow::Result<()> {
    let config = Config::load(&args.flags())?;
    let repositories = config.mirrored()?;
    let shown = config.attack.releases()?.shown();
    out(&format!(
        "The configuration is good: {} repositories, data in {}, ATT&CK {}.",
        repositories.len(),
        config.server.data.display(),
        shown.title()
    ));
    Ok(())
}

/// Data, for who called us.
#[expect(clippy::print_stdout, reason = "data goes to standard output")]
fn out(text: &str) {
    println!("{text}");
}

/// A message, for who watches.
#[expect(clippy::print_stderr, reason = "messages go to standard error")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Whether messages are coloured: on a terminal, unless `NO_COLOR` says otherwise (no-color.org).
fn is_coloured() -> bool {
    is_coloured_to(&std::io::stderr())
}

/// The same for what goes elsewhere.
fn is_coloured_to(stream: &impl IsTerminal) -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty()) && stream.is_terminal()
}

fn paint(text: &str, colour: &str) -> String {
    if is_coloured() { format!("\x1b[1;{colour}m{text}\x1b[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
