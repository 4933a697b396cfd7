//! What an exploration leaves behind and a procedure does not need: empty cells, looks at a table's shape, settings of the screen,
//! installed packages.

use super::code::{Code, Statement};
use super::edits::Edits;
use super::notes::{NoteKind, count};
use super::work::{Parameter, Place, Work};
use crate::instance::cell_magic;
use crate::notebook::{CellKind, Notebook};
use regex::Regex;
use std::sync::LazyLock;

/// A statement that only shows the shape of something.
static LOOK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:print\()?(?:
            [A-Za-z_][\w.]*(?:\[[^\]]*\])?\.(?:shape|columns|dtypes|index|size)(?:\.tolist\(\))?
            | [A-Za-z_][\w.]*\.(?:info|describe|memory_usage)\([^()]*\)
            | (?:len|type|dir|help|vars)\([A-Za-z_][\w.]*\)
            | \?{1,2}[A-Za-z_][\w.]* | [A-Za-z_][\w.]*\?{1,2}
            | %whos?|%pwd|!(?:ls|pwd|dir)\b.*
        )\)?$",
    )
    .ok()
});

/// A statement that only sets how something is shown.
static SETTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:
            (?:pd|pandas)\.(?:set_option|options\.display)\b.*
            | %(?:matplotlib|config|autoreload)\b.* | %(?:load_ext|reload_ext)\s+autoreload
            | warnings\.(?:filterwarnings|simplefilter)\(.*
            | (?:plt|matplotlib|sns|seaborn|alt|pio)\.(?:style|rcParams|set|set_style|set_theme|use|templates)\b.*
            | display\(HTML\(.*<style.*
            | (?:import\ warnings|from\ IPython\.(?:core\.)?display\ import\ .*)
        )$",
    )
    .ok()
});

static INSTALL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\s*[!%]?\s*(?:\S*python\S*\s+-m\s+|sudo\s+)?(?:pip3?|conda|mamba|uv\s+pip)\s+install\b(.*)$",
    )
    .ok()
});

pub(super) fn tidy(notebook: &Notebook, work: &mut Work<'_>) {
    own_parameters(notebook, work);
    installs(work);
    let (mut empty, mut looks) = (0, 0);
    work.pieces.retain_mut(|piece| {
        if piece.kind == CellKind::Code {
            piece.source = without_timing(&piece.source);
        }
        match kind_of(piece.kind, &piece.source) {
            Tidy::Nothing => empty += 1,
            Tidy::Look => looks += 1,
            Tidy::Setup => piece.place = Place::Setup,
            Tidy::Keep => {}
        }
        !matches!(kind_of(piece.kind, &piece.source), Tidy::Nothing | Tidy::Look)
    });
    if looks > 0 {
        let text = format!("{} that only looked at the shape of a table.", count(looks, "cell", "cells"));
        work.notes.add(NoteKind::LeftOut, text);
    }
    if empty > 0 {
        let text = format!(
            "{} with nothing but blanks, comments or settings of the screen.",
            count(empty, "cell", "cells")
        );
        work.notes.add(NoteKind::LeftOut, text);
    }
}

enum Tidy {
    Nothing,
    Look,
    Setup,
    Keep,
}

fn kind_of(kind: CellKind, source: &str) -> Tidy {
    if source.trim().is_empty() {
        return Tidy::Nothing;
    }
    if kind != CellKind::Code || cell_magic(source).is_some() {
        return Tidy::Keep;
    }
    let Some(code) = Code::read(source) else {
        // `df?` alone is IPython's, and no Python.
        return if LOOK.as_ref().is_some_and(|look| look.is_match(source.trim())) {
            Tidy::Look
        } else {
            Tidy::Keep
        };
    };
    let is = |shape: &LazyLock<Option<Regex>>, statement: &Statement| {
        let written = source.get(statement.at.clone()).unwrap_or_default().trim();
        shape.as_ref().is_some_and(|shape| shape.is_match(written))
    };
    let all = |test: &dyn Fn(&Statement) -> bool| code.statements.iter().all(test);
    let brings = |statement: &Statement| {
        let written = source.get(statement.at.clone()).unwrap_or_default().trim();
        statement.imports
            || written.starts_with("%load_ext")
            || written.starts_with("%reload_ext")
            || written.starts_with("mp.init_notebook(")
            || written.starts_with("msticpy.init_notebook(")
    };
    if all(&|statement| is(&SETTING, statement)) {
        return if code.statements.is_empty() && source.lines().count() > 1 {
            Tidy::Keep
        } else {
            Tidy::Nothing
        };
    }
    if all(&|statement| is(&LOOK, statement)) {
        return Tidy::Look;
    }
    if all(&|statement| brings(statement) || is(&SETTING, statement)) { Tidy::Setup } else { Tidy::Keep }
}

/// A cell without the magic that only takes its time.
fn without_timing(source: &str) -> String {
    match cell_magic(source) {
        Some(("time" | "timeit" | "prun", _, body)) => body.trim_matches('\n').to_owned(),
        _ => source.to_owned(),
    }
}

/// What the cells tagged `parameters` and `injected-parameters` hold is taken out of them.
fn own_parameters(notebook: &Notebook, work: &mut Work<'_>) {
    let injected: Vec<usize> = tagged(notebook, "injected-parameters");
    if !injected.is_empty() {
        work.notes.add(NoteKind::LeftOut, "What a copy was given once (`injected-parameters`).");
    }
    let defaults = tagged(notebook, "parameters");
    for piece in &mut work.pieces {
        // What was filled in tells the tenant, and is looked at before it goes.
        if injected.contains(&piece.number) {
            piece.kind = CellKind::Raw;
            piece.place = Place::End;
            continue;
        }
        if !defaults.contains(&piece.number) {
            continue;
        }
        let Some(code) = piece.code() else { continue };
        let mut edits = Edits::default();
        for statement in &code.statements {
            let Some((name, value)) = &statement.assigns else { continue };
            let Some(written) = piece.source.get(value.clone()) else { continue };
            let kind = match written.chars().next() {
                Some('"' | '\'') => "str",
                Some(first)
                    if first.is_ascii_digit()
                        && written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') =>
                {
                    "int"
                }
                _ => continue,
            };
            if !is_ours(name) && written.len() < 200 && super::tenants::parameter_for(name, "other").is_none()
            {
                let help = "taken over from the notebook".to_owned();
                work.parameters.insert(name.clone(), Parameter { default: written.to_owned(), kind, help });
                edits.put(statement.at.clone(), "");
            }
        }
        piece.source = super::work::plain(&edits.apply(&piece.source));
    }
}

/// Names that the draft gives itself.
pub(super) fn is_ours(name: &str) -> bool {
    ["EARLIEST", "LATEST", "REGION", "TAEGIS_MAGIC_NOTEBOOK_FILENAME"].contains(&name)
}

fn tagged(notebook: &Notebook, tag: &str) -> Vec<usize> {
    let cells = notebook.cells.iter().enumerate().filter(|(_, cell)| cell.has_tag(tag));
    cells.map(|(index, _)| index + 1).collect()
}

/// Lines that install packages go; which ones is said.
fn installs(work: &mut Work<'_>) {
    let mut packages: Vec<String> = Vec::new();
    let mut found = false;
    for piece in work.pieces.iter_mut().filter(|piece| piece.kind == CellKind::Code) {
        let install =
            |line: &str| INSTALL.as_ref().and_then(|shape| shape.captures(line).map(|hit| hit[1].to_owned()));
        let mut kept: Vec<&str> = Vec::new();
        let own = piece.source.clone();
        for line in own.lines() {
            let Some(arguments) = install(line) else {
                kept.push(line);
                continue;
            };
            found = true;
            for word in arguments.split_whitespace().filter(|word| !word.starts_with('-')) {
                let name = word
                    .split(['=', '<', '>', '[', '~', '!', ';'])
                    .next()
                    .unwrap_or_default()
                    .trim_matches(['"', '\'']);
                // An address may hold a token.
                let is_name = !name.is_empty()
                    && name.len() <= 60
                    && name.starts_with(|c: char| c.is_ascii_alphabetic())
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
                if is_name && !packages.iter().any(|known| known == name) {
                    packages.push(name.to_owned());
                }
            }
        }
        if kept.len() < own.lines().count() {
            piece.source = super::work::plain(&kept.join("\n"));
        }
    }
    if found {
        let names: Vec<String> = packages.iter().take(12).map(|name| format!("`{name}`")).collect();
        let what = if names.is_empty() { "packages".to_owned() } else { names.join(", ") };
        let text = format!(
            "The notebook installed {what}: the kernel must have it. That is no work for a procedure."
        );
        work.notes.add(NoteKind::LookAt, text);
    }
}
