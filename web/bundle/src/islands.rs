//! The islands: compiled to WebAssembly, then given the JavaScript that binds them to the browser.

use crate::cargo;
use anyhow::{Context, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";

/// A bound WebAssembly module.
pub(crate) struct Islands {
    /// The JavaScript module that loads it.
    pub(crate) js: String,
    /// JavaScript that crates bring along: the path by which the module imports it, and its text.
    pub(crate) pieces: Vec<(String, String)>,
    /// The WebAssembly.
    pub(crate) wasm: Vec<u8>,
}

/// Compiles the islands; cargo does nothing where nothing changed.
pub(crate) fn build() -> anyhow::Result<Vec<u8>> {
    need_target()?;
    // A build of its own, so that `ssr`, which the server's build turns on, never reaches this one. The crate is a plain
    // library to everybody else: only here is it asked to be a module.
    let output = cargo()
        .args(["rustc", "--package", "web", "--lib", "--crate-type", "cdylib", "--target", TARGET])
        .args(["--profile", "wasm", "--no-default-features", "--features", "hydrate"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .context("running cargo")?;
    ensure!(output.status.success(), "the islands do not build");
    let path = artifact(&output.stdout).context("cargo did not say where it put the islands")?;
    std::fs::read(&path).with_context(|| format!("reading {}", path.display()))
}

/// The WebAssembly file among cargo's messages, one JSON object a line.
fn artifact(messages: &[u8]) -> Option<PathBuf> {
    messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && message["target"]["name"] == "web")
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|name| name.as_str().map(PathBuf::from))
        .find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
}

/// Fetches the standard library for WebAssembly where it is missing, and says so.
fn need_target() -> anyhow::Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().context("running rustc")?;
    let sysroot = String::from_utf8_lossy(&output.stdout);
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    eprintln!("the target {TARGET} is missing: rustup target add {TARGET}");
    let added = Command::new("rustup").args(["target", "add", TARGET]).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => {
            bail!("rustup could not add {TARGET} ({status}); without it the islands cannot be built")
        }
        Err(error) => bail!(
            "the islands need Rust's target {TARGET}, and rustup, which would add it, cannot be run: {error}"
        ),
    }
}

/// Runs wasm-bindgen, for a browser that loads modules.
pub(crate) fn bind(wasm: &[u8]) -> anyhow::Result<Islands> {
    let mut output = wasm_bindgen_cli_support::Bindgen::new()
        .input_bytes("islands", wasm.to_vec())
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .context("binding the islands")?;
    ensure!(output.npm_dependencies().is_empty(), "a dependency of the islands asks for packages of npm");
    let inline = output.snippets().iter().flat_map(|(crate_name, texts)| {
        let texts = texts.iter().enumerate();
        texts.map(move |(place, text)| (format!("./snippets/{crate_name}/inline{place}.js"), text.clone()))
    });
    let files =
        output.local_modules().iter().map(|(path, text)| (format!("./snippets/{path}"), text.clone()));
    let mut pieces: Vec<_> = inline.chain(files).collect();
    pieces.sort();
    Ok(Islands { js: output.js().to_owned(), pieces, wasm: output.wasm_mut().emit_wasm() })
}
