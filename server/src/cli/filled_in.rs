//! What is filled into a copy, as `copy` and `instantiate` take it: the window and the parameters.

use crate::copies::window::{Between, Last, WindowSpec};
use anyhow::anyhow;
use catalog::notebook::{Metadata, yaml_value};
use clap::Args;
use serde_json::Value;

#[derive(Debug, Args)]
pub(super) struct FilledInArgs {
    /// Where the window begins: 2026-11-01T00:00:00Z
    #[arg(long, value_name = "T", requires = "to")]
    from: Option<String>,
    /// Where the window ends
    #[arg(long, value_name = "T", requires = "from")]
    to: Option<String>,
    /// The last so many days, hours or minutes: 7d, 24h, 90m
    #[arg(long, value_name = "7d", conflicts_with_all = ["from", "to"])]
    last: Option<String>,
    /// A parameter; VALUE is read as YAML
    #[arg(short = 'p', value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// A parameter; the string is taken as it is
    #[arg(short = 'r', value_name = "NAME=STRING", value_parser = pair)]
    raw: Vec<(String, String)>,
}

impl FilledInArgs {
    /// The window, if one is given.
    pub(super) fn window(&self) -> Option<WindowSpec> {
        match (&self.from, &self.to, &self.last) {
            (Some(from), Some(to), _) => {
                Some(WindowSpec::Between(Between { from: from.clone(), to: to.clone() }))
            }
            (_, _, Some(last)) => Some(WindowSpec::Last(Last { last: last.clone(), zone: None })),
            _ => None,
        }
    }

    /// The parameters by name; where one is given both ways, the string counts.
    pub(super) fn parameters(&self) -> anyhow::Result<Metadata> {
        let mut parameters = Metadata::new();
        for (name, text) in &self.parameters {
            let value = yaml_value(text).map_err(|wrong| anyhow!("{name}: {}", wrong.message))?;
            parameters.insert(name.clone(), value);
        }
        parameters.extend(self.raw.iter().map(|(name, text)| (name.clone(), Value::from(text.as_str()))));
        Ok(parameters)
    }
}

/// `NAME=VALUE` as a pair.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write NAME=VALUE".to_owned()),
    }
}
