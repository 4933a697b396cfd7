//! Who is asking, and what they may see and do.
//!
//! A [`Principal`] is an argument of every load and of every act. Rows of tenants, and of what was made for them, are
//! reached only through a [`TenantScope`], and a scope comes only from a principal.

pub mod extract;
pub mod sign_in;

use std::fmt;
use std::str::FromStr;

/// What somebody may do. Each may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Makes copies.
    Hunter,
    /// Keeps customers and tenants.
    Lead,
    /// Syncs repositories and keeps accounts.
    Admin,
}

impl Role {
    /// The word for it, in the database, on the command line and on the screen.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Hunter => "hunter",
            Self::Lead => "lead",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// No such role.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no role: viewer, hunter, lead or admin")]
pub struct NoRole(String);

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        [Self::Viewer, Self::Hunter, Self::Lead, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| NoRole(text.to_owned()))
    }
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The account's id.
    pub id: String,
    /// The account's name.
    pub name: String,
    /// What they may do in this request.
    pub role: Role,
}

/// Somebody asked for what their role does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this takes the role {needed}; yours is {held}")]
pub struct Forbidden {
    /// The least role that may.
    pub needed: Role,
    /// The role of who asked.
    pub held: Role,
}

impl Principal {
    /// Goes on only if this principal has the role, or a higher one.
    ///
    /// # Errors
    /// [`Forbidden`], which says what is needed.
    pub fn require(&self, needed: Role) -> Result<(), Forbidden> {
        if self.role >= needed { Ok(()) } else { Err(Forbidden { needed, held: self.role }) }
    }

    /// The tenants that this principal may see.
    pub fn tenants(&self) -> TenantScope {
        TenantScope { _everyone: () }
    }
}

/// The tenants that somebody may see. Until grants exist, everybody sees every tenant; whoever reads or writes their
/// rows asks for a scope already, so that grants will change this module and nothing else.
#[derive(Debug, Clone)]
pub struct TenantScope {
    _everyone: (),
}

/// Whether a name can be an account's: one to 64 characters, none of them a blank at either end or a control.
pub fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.chars().count()) && name.trim() == name && !name.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_may_do_what_those_before_it_may() {
        let lead = Principal { id: "1".into(), name: "Ana".into(), role: Role::Lead };
        assert_eq!(lead.require(Role::Hunter), Ok(()));
        assert_eq!(lead.require(Role::Lead), Ok(()));
        let refused = lead.require(Role::Admin).unwrap_err();
        assert_eq!(refused.to_string(), "this takes the role admin; yours is lead");
    }

    #[test]
    fn roles_are_read_as_they_are_written() {
        for role in [Role::Viewer, Role::Hunter, Role::Lead, Role::Admin] {
            assert_eq!(role.as_str().parse::<Role>().unwrap(), role);
        }
        assert!("root".parse::<Role>().is_err());
    }

    #[test]
    fn names_have_no_blank_ends_and_no_controls() {
        assert!(is_name("Ana Ruiz"));
        for name in ["", " ana", "ana ", "a\nb", &"x".repeat(65)] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
