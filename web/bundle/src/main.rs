//! Builds what browsers load, then runs the server: the program behind `cargo start`.
//!
//! ```text
//! cargo start [ARGUMENTS OF huntshelf serve]      build the bundle, then build and run the server in release
//! cargo start --bundle-only                       build the bundle into web/dist and stop
//! ```
//!
//! The bundle is `web/dist`: the islands as WebAssembly with their JavaScript, the module that wakes them, and the
//! stylesheet; each named by its content, each with its gzip and brotli form beside it; and `manifest.json`, which says
//! what pages link to: `{"css": NAME, "boot": NAME, "from": DIGEST}`. The server embeds the folder when it is built.

mod compress;
mod css;
mod dist;
mod islands;
#[path = "../../src/style.rs"]
#[expect(unreachable_pub, reason = "the file is public where it belongs, in the crate `web`")]
mod style;

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the islands may weigh, gzipped. They make pages quicker; above this they would do the opposite.
const WASM_LIMIT: usize = 150_000;

fn main() -> anyhow::Result<()> {
    let (bundle_only, rest): (Vec<_>, Vec<_>) =
        std::env::args_os().skip(1).partition(|argument| argument == "--bundle-only");
    let web = web_folder()?;
    bundle(&web)?;
    if bundle_only.is_empty() { serve(rest) } else { Ok(()) }
}

/// The folder of the crate `web`: above this one's.
fn web_folder() -> anyhow::Result<PathBuf> {
    // Asked for when run, not when built: the target folder may be shared between work trees.
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .context("run this by `cargo start`, which says where it is")?;
    let web = Path::new(&own).parent().context("the bundler stands in web/bundle")?;
    Ok(web.to_owned())
}

/// The cargo that runs this.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

fn bundle(web: &Path) -> anyhow::Result<()> {
    let boot = web.join("boot.js");
    let boot = std::fs::read_to_string(&boot).with_context(|| format!("reading {}", boot.display()))?;
    let wasm = islands::build()?;
    let from = dist::digest(&[&wasm, boot.as_bytes(), style::STYLE.as_bytes(), dist::FORM.as_bytes()]);
    let folder = web.join("dist");
    if dist::is_from(&folder, &from) {
        return Ok(());
    }

    let islands = islands::bind(&wasm)?;
    let mut new = dist::Dist::begin(&folder)?;
    let size = compress::gzip(&islands.wasm)?.len();
    if size > WASM_LIMIT {
        bail!("the islands weigh {size} bytes gzipped; more than {WASM_LIMIT} are not sent to a browser");
    }
    let wasm = new.add("islands", "wasm", &islands.wasm)?;
    let mut module = islands.js;
    for (path, text) in &islands.pieces {
        let name = new.add("piece", "js", text.as_bytes())?;
        module = module.replace(path, &format!("./{name}"));
    }
    let module = new.add("islands", "js", module.as_bytes())?;
    let boot = boot.replace("@MODULE@", &module).replace("@WASM@", &wasm);
    let boot = new.add("boot", "js", boot.as_bytes())?;
    let css = new.add("style", "css", css::minify(style::STYLE).as_bytes())?;
    let manifest = serde_json::json!({ "css": css, "boot": boot, "from": from });
    new.finish(&manifest)?;
    eprintln!("web/dist: islands of {size} bytes gzipped");
    Ok(())
}

/// Builds and runs the server in release, in the place of this program.
fn serve(arguments: Vec<std::ffi::OsString>) -> anyhow::Result<()> {
    let mut server = cargo();
    server.args(["run", "--release", "--package", "server", "--", "serve"]).args(arguments);
    run_in_place(server)
}

#[cfg(unix)]
fn run_in_place(mut command: Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec()).context("running cargo")
}

#[cfg(not(unix))]
fn run_in_place(mut command: Command) -> anyhow::Result<()> {
    let status = command.status().context("running cargo")?;
    std::process::exit(status.code().unwrap_or(1));
}
