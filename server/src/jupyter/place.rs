//! Where on a Jupyter server a copy goes.

/// Longest part of a path, in characters.
const MAX_PART: usize = 80;

/// What a folder can be called by.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The customer's name; empty for a copy that is for nobody.
    pub customer: &'a str,
    /// The tenant's short id; empty for a copy that is for nobody.
    pub tenant: &'a str,
    /// The procedure's id.
    pub procedure: &'a str,
    /// Whose copy it is.
    pub user: &'a str,
    /// The day on which it was made, `2026-11-30`.
    pub date: &'a str,
}

/// The path of a file in the folder that a template names. Whatever the names hold, each stays one part of it.
pub fn path(template: &str, names: Names<'_>, file_name: &str) -> String {
    let folder = template.split('/').map(|part| {
        let part = part
            .replace("{customer}", or(names.customer, "no customer"))
            .replace("{tenant}", or(names.tenant, "no tenant"))
            .replace("{procedure}", names.procedure)
            .replace("{user}", names.user)
            .replace("{date}", names.date);
        as_part(&part)
    });
    let parts: Vec<String> = folder.filter(|part| !part.is_empty()).chain([as_part(file_name)]).collect();
    parts.join("/")
}

fn or<'a>(name: &'a str, otherwise: &'a str) -> &'a str {
    if name.is_empty() { otherwise } else { name }
}

/// A name that is one part of a path, not hidden, and no way up.
fn as_part(name: &str) -> String {
    let kept = |char: char| if char.is_control() || "/\\:*?\"<>|".contains(char) { '_' } else { char };
    let name: String = name.chars().take(MAX_PART).map(kept).collect();
    name.trim_matches([' ', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_part_by_part() {
        let names =
            Names { customer: "Contoso", tenant: "contoso-prod", date: "2026-11-30", ..Names::default() };
        assert_eq!(path("hunts/{customer}/{date}", names, "a.ipynb"), "hunts/Contoso/2026-11-30/a.ipynb");
        assert_eq!(path("", names, "a.ipynb"), "a.ipynb");
        assert_eq!(path("{tenant}", Names::default(), "a.ipynb"), "no tenant/a.ipynb");
    }

    #[test]
    fn no_name_leads_elsewhere() {
        let names =
            Names { customer: "../../etc", tenant: "..", procedure: ".hidden/\u{0}x", ..Names::default() };
        assert_eq!(
            path("{customer}/{tenant}/{procedure}", names, "../a.ipynb"),
            "_.._etc/hidden__x/_a.ipynb"
        );
    }
}
