//! What a copy's file is called.

use super::plan::For;
use super::{Request, blob_id};

/// `{stem}_{region}_{tenant}.ipynb`
pub(super) fn file_name(request: &Request<'_>, tenant: Option<&For>) -> String {
    let path = request.path.or(request.procedure).unwrap_or("procedure");
    let base = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = [".ipynb", ".myst.md", ".md", ".myst", ".mystnb"]
        .iter()
        .find_map(|suffix| base.strip_suffix(suffix))
        .unwrap_or(base);
    let mut name = safe(stem);
    if let Some(tenant) = tenant {
        for part in tenant.region.as_deref().into_iter().chain([tenant.key.as_str()]) {
            name.push('_');
            name.push_str(&safe(part));
        }
    }
    name.push_str(".ipynb");
    name
}

/// A part of a file name: safe on every system. Where something had to be replaced, a hash keeps two names apart.
fn safe(part: &str) -> String {
    const LONGEST: usize = 80;
    let mut out: String = part
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' })
        .take(LONGEST)
        .collect();
    if out != part || out.is_empty() {
        let hash = blob_id(part.as_bytes());
        out.push('-');
        out.push_str(&hash[..6]);
    }
    // Neither hidden nor an option.
    if out.starts_with(['.', '-']) {
        out.insert(0, 'x');
    }
    out
}
