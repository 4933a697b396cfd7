//! # A notebook in another of jupytext's formats
//!
//! Its front matter says that it is R Markdown, Quarto, pandoc or plain markdown, of which nothing is read here. Convert it with
//! `jupytext --to md:myst FILE`; its cells and metadata stay the same.

use crate::lint::{Group, Rule, Severity};

pub(in crate::lint) const RULE: Rule = Rule::told("format-other", Group::File, Severity::Error);
