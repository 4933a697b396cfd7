//! `/login`: signing in. `POST /login` takes `token`, at the first start `name` too, and `next`.

use crate::Frame;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Asked {
    /// A token, or a one-time link's.
    #[default]
    Token,
    /// First start, by the printed link: the name of the first account. `token` is sent along as it came.
    FirstName,
}

/// The sign-in page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoginView {
    /// What is asked for.
    pub asked: Asked,
    /// At the first start, the link's token. Otherwise leave it empty: a token is never put back on a page.
    pub token: String,
    /// The name, as it was filled in.
    pub name: String,
    /// The path to go to afterwards.
    pub next: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, view: LoginView) -> String {
    let _ = view;
    frame.render("Sign in", ())
}
